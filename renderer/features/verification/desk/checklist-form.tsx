import type { KeyboardEvent } from 'react';
import { checklistOf, type CheckResult } from '#shared/domain/verification/checklist';
import type { VerificationCase } from '#shared/rpc/verification-contract';
import { Icon } from '#renderer/ui/icons.tsx';
import { tick } from './evidence.ts';
import { Section } from './section.tsx';
import type { Verdict } from './use-verdict.ts';
import styles from './checklist-form.module.css';

type Props = {
  found: { readonly item: Pick<VerificationCase['item'], 'caseId' | 'kind'> };
  verdict: Pick<Verdict, 'checklist' | 'isEditable'>;
};

/** What has to be looked at, each item answered by mouse, arrow keys or its number. */
export function ChecklistForm({ found, verdict }: Props) {
  const { caseId, kind } = found.item;
  const items = checklistOf(kind);
  const { checklist, isEditable } = verdict;
  const answered = items.filter(({ id }) => checklist[id] !== undefined).length;
  const failed = items.filter(({ id }) => checklist[id] === 'fail').length;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !isEditable) return;
    const item = items[Number(event.key) - 1];
    if (item === undefined) return;
    // Here the numbers are those of the list, whatever they mean elsewhere on the desk.
    event.preventDefault();
    event.stopPropagation();
    tick(caseId, item.id, toggled(checklist[item.id]));
  };
  return (
    <Section
      title="Checklist"
      note={failed > 0 ? `${failed} failed` : `${answered} of ${items.length}`}
      tone={failed > 0 ? 'warning' : 'calm'}
    >
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- numbers answer its radio buttons */}
      <ol className={styles.list} onKeyDown={onKeyDown}>
        {items.map(({ id, label, hint }, index) => (
          <li key={id}>
            <fieldset className={styles.item} data-result={checklist[id]} disabled={!isEditable}>
              <legend className={styles.legend}>
                <span className={styles.number} aria-hidden="true">
                  {index + 1}
                </span>
                <span>
                  {label}
                  <span className={styles.hint}>{hint}</span>
                </span>
              </legend>
              <span className={styles.answers}>
                {answers.map(({ result, word, short }) => (
                  <label key={result} className={styles.answer} data-answer={result} title={word}>
                    <input
                      type="radio"
                      name={`${caseId}-${id}`}
                      checked={checklist[id] === result}
                      aria-label={word}
                      onChange={() => tick(caseId, id, result)}
                    />
                    <span aria-hidden="true">{short}</span>
                  </label>
                ))}
              </span>
            </fieldset>
          </li>
        ))}
      </ol>
    </Section>
  );
}

/** What a number key makes of an answer. */
export function toggled(result: CheckResult | undefined): CheckResult {
  return result === 'pass' ? 'fail' : 'pass';
}

const answers = [
  { result: 'pass', word: 'Pass', short: <Icon name="check" size={13} /> },
  { result: 'fail', word: 'Fail', short: <Icon name="cross" size={13} /> },
  { result: 'na', word: 'Does not apply', short: 'n/a' },
] as const;
