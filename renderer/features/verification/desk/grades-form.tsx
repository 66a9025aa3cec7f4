import { ActionIcon, Button, Select, TextInput } from '@mantine/core';
import { useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { gradesFault, type CatalogueSubject } from '#shared/domain/verification/grades';
import { gradeOf, gradeText, readGrade } from '#shared/domain/verification/grade-text';
import type { GradeEntry } from '#shared/domain/verification/wire';
import { platformZone, wallClockAt } from '#shared/domain/zone';
import type { VerificationCase } from '#shared/rpc/verification-contract';
import { announce } from '#renderer/app/announcer.tsx';
import { serverNow } from '#renderer/state/core-state.ts';
import { Icon } from '#renderer/ui/icons.tsx';
import { count } from '#renderer/ui/time-labels.ts';
import { saveGrades } from './grades.ts';
import { Section } from './section.tsx';
import type { Verdict } from './use-verdict.ts';
import styles from './grades-form.module.css';

/** The grades of a certificate as the reviewer reads them: subject, grade and year, Enter for the next. */
export function GradesForm({ found, verdict }: { found: VerificationCase; verdict: Verdict }) {
  const { caseId } = found.item;
  const { grades, isEditable, catalogue } = verdict;
  const subjects = useMemo(
    () => new Map((catalogue?.subjects ?? []).map((subject) => [subject.id, subject])),
    [catalogue],
  );
  const remove = (subjectId: string) => {
    saveGrades(
      caseId,
      grades.filter((grade) => grade.subjectId !== subjectId),
    );
    announce('Removed');
  };
  return (
    <Section
      title="Grades"
      note={grades.length === 0 ? 'none entered' : count(grades.length, 'subject')}
      tone={verdict.gradesFault === null ? 'calm' : 'warning'}
    >
      {grades.length > 0 && (
        <ul className={styles.rows} aria-label="Grades entered">
          {grades.map((grade) => (
            <Row
              key={grade.subjectId}
              grade={grade}
              name={nameOf(subjects.get(grade.subjectId))}
              read={readGrade(found.extracted, subjects.get(grade.subjectId) ?? null)}
              onRemove={isEditable ? () => remove(grade.subjectId) : null}
            />
          ))}
        </ul>
      )}
      {isEditable && catalogue !== null && (
        <Entry
          subjects={subjects}
          grades={grades}
          lastYear={grades.at(-1)?.year ?? null}
          onAdd={(grade) => saveGrades(caseId, [...grades, grade])}
        />
      )}
    </Section>
  );
}

type RowProps = { grade: GradeEntry; name: string; read: number | null; onRemove: (() => void) | null };

function Row({ grade, name, read, onRemove }: RowProps) {
  const isOther = read !== null && read !== grade.grade;
  return (
    <li className={styles.row}>
      <span className={styles.subject}>{name}</span>
      <span className={styles.grade}>{gradeText(grade.grade)}</span>
      <span className={styles.year}>{grade.year ?? ''}</span>
      {onRemove !== null && (
        <ActionIcon size={24} aria-label={`Remove ${name}`} onClick={onRemove}>
          <Icon name="cross" size={12} />
        </ActionIcon>
      )}
      {isOther && <span className={styles.other}>The system read {gradeText(read)}.</span>}
    </li>
  );
}

type EntryProps = {
  subjects: ReadonlyMap<string, CatalogueSubject>;
  grades: readonly GradeEntry[];
  lastYear: number | null;
  onAdd: (grade: GradeEntry) => void;
};

function Entry({ subjects, grades, lastYear, onAdd }: EntryProps) {
  const [subjectId, setSubjectId] = useState<string | null>(null);
  const [gradeWords, setGradeWords] = useState('');
  const [year, setYear] = useState<string | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const subjectField = useRef<HTMLInputElement>(null);
  const gradeField = useRef<HTMLInputElement>(null);
  const shownYear = year ?? (lastYear === null ? '' : String(lastYear));
  const options = useMemo(
    () =>
      [...subjects.values()]
        .filter(({ id, curriculum }) => isExam(curriculum) && !grades.some((grade) => grade.subjectId === id))
        .map((subject) => ({ value: subject.id, label: nameOf(subject) })),
    [subjects, grades],
  );

  const add = () => {
    const subject = subjectId === null ? undefined : subjects.get(subjectId);
    const grade = gradeOf(gradeWords);
    if (subject === undefined || !isExam(subject.curriculum)) {
      setFault('Choose a subject.');
      subjectField.current?.focus();
      return;
    }
    if (grade === null) {
      setFault('Write the grade as I to VII, or 1 to 7.');
      gradeField.current?.focus();
      return;
    }
    if (shownYear !== '' && !/^\d{4}$/.test(shownYear)) {
      setFault('Write the year with four digits.');
      return;
    }
    const entry: GradeEntry = {
      subjectId: subject.id,
      examType: subject.curriculum,
      grade,
      year: shownYear === '' ? null : Number(shownYear),
      session: null,
    };
    const thisYear = Number(wallClockAt(serverNow(), platformZone).date.slice(0, 4));
    const problem = gradesFault([...grades, entry], subjects, thisYear);
    if (problem !== null) {
      setFault(problem);
      return;
    }
    onAdd(entry);
    announce(`Added ${nameOf(subject)}, grade ${gradeText(grade)}`);
    setSubjectId(null);
    setGradeWords('');
    setFault(null);
    subjectField.current?.focus();
  };
  const onEnter = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    add();
  };

  return (
    <div className={styles.entry} role="group" aria-label="Add a grade">
      <Select
        ref={subjectField}
        aria-label="Subject"
        placeholder="Subject"
        data={options}
        value={subjectId}
        searchable
        selectFirstOptionOnChange
        limit={30}
        onChange={(id) => {
          setSubjectId(id);
          setFault(null);
          // Typing goes on where the eye goes on.
          if (id !== null) requestAnimationFrame(() => gradeField.current?.focus());
        }}
      />
      <TextInput
        ref={gradeField}
        size="xs"
        aria-label="Grade"
        placeholder="I"
        maxLength={3}
        value={gradeWords}
        onChange={(event) => setGradeWords(event.currentTarget.value)}
        onKeyDown={onEnter}
      />
      <TextInput
        size="xs"
        aria-label="Year"
        placeholder="Year"
        maxLength={4}
        value={shownYear}
        onChange={(event) => setYear(event.currentTarget.value)}
        onKeyDown={onEnter}
      />
      <Button variant="default" onClick={add}>
        Add
      </Button>
      {fault !== null && (
        <p className={styles.fault} role="alert">
          {fault}
        </p>
      )}
    </div>
  );
}

/** With its examination: the same subject is in both. */
function nameOf(subject: CatalogueSubject | undefined): string {
  if (subject === undefined) return 'A subject that is gone';
  const { name, curriculum } = subject;
  return curriculum === null || name.startsWith(curriculum) ? name : `${curriculum} ${name}`;
}

function isExam(curriculum: string | null): curriculum is GradeEntry['examType'] {
  return curriculum === 'CSEC' || curriculum === 'CAPE';
}
