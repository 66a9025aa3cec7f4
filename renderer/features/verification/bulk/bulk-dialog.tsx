import { Button, Checkbox, Loader, Modal, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { shortestOverride } from '#shared/domain/verification/gate';
import { noticeOf } from '#shared/domain/verification/notice';
import { publicTextOf, reasonsFor } from '#shared/domain/verification/reasons';
import { isAgainst, type DecisionOutcome } from '#shared/domain/verification/status';
import type { BulkCandidate, BulkReport, VerificationCatalogue } from '#shared/rpc/verification-contract';
import { Icon } from '#renderer/ui/icons.tsx';
import { count } from '#renderer/ui/time-labels.ts';
import { decideTogether } from './bulk-actions.ts';
import { ReportDialog } from './bulk-report.tsx';
import { bulkVerbs } from './bulk-words.ts';
import styles from './bulk.module.css';

type Props = {
  candidates: readonly BulkCandidate[];
  outcome: DecisionOutcome;
  catalogue: VerificationCatalogue;
  onClose: (isDone: boolean) => void;
};

/** What would happen to each case and what its tutor would receive; then the number, typed, and the way to the server. */
export function BulkDialog({ candidates: now, outcome, catalogue, onClose }: Props) {
  // What was looked at when it was opened is what is decided: a case that moves on meanwhile is refused by its version.
  const [candidates] = useState(now);
  const [codes, setCodes] = useState<readonly string[]>([]);
  const [words, setWords] = useState('');
  const [note, setNote] = useState('');
  const [override, setOverride] = useState('');
  const [typed, setTyped] = useState('');
  const [isSending, setIsSending] = useState(false);
  const [report, setReport] = useState<BulkReport | null>(null);
  const [first] = candidates;
  if (first === undefined) return null;
  const { kind, recommendation } = first.item;
  const amount = candidates.length;
  const reasons = reasonsFor(catalogue.reasons, outcome, kind);
  const chosen = reasons.filter(({ code }) => codes.includes(code));
  const needsOverride = isAgainst(outcome, recommendation);
  const notice = noticeOf(
    kind,
    outcome,
    words.trim() === '' && outcome !== 'APPROVE' ? publicTextOf(chosen) : words.trim(),
    catalogue.settings.resubmissionDays,
  );
  const isReady =
    typed.trim() === String(amount) &&
    (outcome === 'APPROVE' || chosen.length > 0) &&
    (!needsOverride || override.trim().length >= shortestOverride);

  async function send(): Promise<void> {
    setIsSending(true);
    const answer = await decideTogether(
      candidates.map(({ item }) => ({
        caseId: item.caseId,
        rowVersion: item.rowVersion,
        outcome,
        reasonCodes: outcome === 'APPROVE' ? [] : chosen.map(({ code }) => code),
        publicText: words.trim(),
        privateNote: note.trim(),
        overrideReason: needsOverride ? override.trim() : '',
        // As they were entered at the desk and stand on the server.
        grades: null,
      })),
    );
    setIsSending(false);
    if (answer === null) onClose(false);
    else setReport(answer);
  }

  if (report !== null) return <ReportDialog report={report} onClose={() => onClose(true)} />;
  return (
    <Modal
      opened
      onClose={() => (isSending ? undefined : onClose(false))}
      withCloseButton={!isSending}
      title={`${bulkVerbs[outcome]} ${count(amount, kind)}?`}
      size={620}
    >
      {isSending ? (
        <div className={styles.sending} role="status">
          <Loader size="sm" aria-hidden="true" />
          <p>
            Deciding {count(amount, 'case')}. Each is decided for itself; what becomes of each is shown in a
            moment.
          </p>
        </div>
      ) : (
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault();
            if (isReady) void send();
          }}
        >
          <ul className={styles.rows} tabIndex={0} aria-label="What will happen">
            {candidates.map((candidate) => (
              <li key={candidate.item.caseId}>
                <Icon
                  name={outcome === 'APPROVE' ? 'check' : outcome === 'REJECT' ? 'cross' : 'undo'}
                  size={12}
                />
                <strong>{candidate.item.tutorName}</strong>
                <span>{effectOn(candidate, outcome, catalogue.settings.resubmissionDays)}</span>
              </li>
            ))}
          </ul>
          {outcome !== 'APPROVE' && (
            <fieldset className={styles.reasons}>
              <legend>Reason, for all of them</legend>
              {reasons.map(({ code, number, label }) => (
                <Checkbox
                  key={code}
                  size="xs"
                  label={`${number} ${label}`}
                  checked={codes.includes(code)}
                  onChange={(event) =>
                    setCodes(
                      event.currentTarget.checked
                        ? [...codes, code]
                        : codes.filter((other) => other !== code),
                    )
                  }
                />
              ))}
            </fieldset>
          )}
          <Textarea
            label={
              outcome === 'APPROVE'
                ? 'Words to the tutors (optional)'
                : 'Other words to the tutors (optional)'
            }
            maxLength={2000}
            value={words}
            onChange={(event) => setWords(event.currentTarget.value)}
          />
          {needsOverride && (
            <Textarea
              label="Why you decide against the system"
              required
              maxLength={4000}
              value={override}
              onChange={(event) => setOverride(event.currentTarget.value)}
            />
          )}
          <Textarea
            label="Private note (optional, only staff reads it)"
            maxLength={4000}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
          <div className={styles.notice}>
            <p className={styles.hint}>Each tutor receives, when the time to undo is over:</p>
            <p>
              <strong>{notice.title}</strong>
            </p>
            <p>{notice.message === '' ? 'Choose a reason first.' : notice.message}</p>
          </div>
          <TextInput
            size="xs"
            label={`Type ${amount} to confirm`}
            inputMode="numeric"
            autoComplete="off"
            data-autofocus
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <div className={styles.buttons}>
            <Button variant="default" onClick={() => onClose(false)}>
              Back
            </Button>
            <Button type="submit" disabled={!isReady} color={outcome === 'APPROVE' ? 'brand' : 'red'}>
              {bulkVerbs[outcome]} {amount}
            </Button>
          </div>
        </form>
      )}
    </Modal>
  );
}

function effectOn({ item, gradeCount }: BulkCandidate, outcome: DecisionOutcome, days: number): string {
  if (outcome === 'REJECT') return 'is rejected';
  if (outcome === 'RESUBMIT') return `is asked to hand in again within ${days} days`;
  return item.kind === 'degree' ? 'is verified' : `is verified with ${count(gradeCount, 'subject')}`;
}
