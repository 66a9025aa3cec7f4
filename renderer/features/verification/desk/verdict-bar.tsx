import { useState } from 'react';
import { checklistOf } from '#shared/domain/verification/checklist';
import type { DecisionOutcome } from '#shared/domain/verification/status';
import type { VerificationCase } from '#shared/rpc/verification-contract';
import { announce } from '#renderer/app/announcer.tsx';
import { CommandButton } from '#renderer/app/commands/command-button.tsx';
import type { Command } from '#renderer/app/commands/registry.ts';
import { useCommands } from '#renderer/app/commands/use-commands.ts';
import { useCore } from '#renderer/state/core-state.ts';
import { Icon } from '#renderer/ui/icons.tsx';
import { count } from '#renderer/ui/time-labels.ts';
import { toggled } from './checklist-form.tsx';
import { decide } from './decide.ts';
import { EscalateForm } from './escalate-form.tsx';
import { tick } from './evidence.ts';
import { outcomeVerbs } from './labels.ts';
import { toggledReason } from './reason-picker.tsx';
import type { Verdict } from './use-verdict.ts';
import { changeWork } from './work-store.ts';
import styles from './verdict-form.module.css';

type Props = {
  found: VerificationCase;
  verdict: Verdict;
  next: string | null;
  onOpen: (caseId: string | null) => void;
};

/** The verdicts by button and by key: the first press chooses one, the second gives it; and why it cannot be given yet. */
export function VerdictBar({ found, verdict, next, onOpen }: Props) {
  const { caseId } = found.item;
  const { obstacle, isEditable, work } = verdict;
  const isOffline = useCore((state) => state.sync?.state === 'offline');
  const [isEscalating, setIsEscalating] = useState(false);

  const press = (outcome: DecisionOutcome) => {
    if (work.intent !== outcome) {
      changeWork(caseId, () => ({ intent: outcome }));
      announce(`${outcomeVerbs[outcome]}? ${outcome === 'APPROVE' ? '' : 'Choose reasons by number.'}`);
      return;
    }
    if (obstacle !== null) {
      announce(obstacle);
      return;
    }
    void decide(found, verdict.publicText, { isOffline, next, onOpen });
  };
  useCommands([
    ...outcomes.map(({ outcome, id, key, title }): Command => ({
      id,
      title,
      group: 'Review',
      keys: [key],
      isEnabled: isEditable,
      run: () => press(outcome),
    })),
    {
      id: 'review.escalate',
      title: 'Escalate to an admin…',
      group: 'Review',
      keys: ['E'],
      keywords: 'hand over second opinion doubt',
      isEnabled: isEditable && !isOffline && !found.item.isEscalated,
      run: () => setIsEscalating(true),
    },
    ...numberCommands(found, verdict),
  ]);

  if (isEscalating && isEditable) {
    return (
      <div className={styles.bar}>
        <EscalateForm found={found} next={next} onOpen={onOpen} onClose={() => setIsEscalating(false)} />
      </div>
    );
  }
  return (
    <div className={styles.bar} role="group" aria-label="Verdict">
      <p className={styles.why} data-ready={obstacle === null} id="verdict-why" aria-live="polite">
        <Icon name={obstacle === null ? 'check' : 'warning'} size={13} />
        <span>{obstacle ?? readyWords(work.intent, isOffline, verdict)}</span>
      </p>
      <div className={styles.buttons}>
        {outcomes.map(({ outcome, id, short }) => (
          <CommandButton
            key={id}
            command={id}
            px={9}
            variant={work.intent === outcome ? 'filled' : 'default'}
            color={outcome === 'APPROVE' ? 'brand' : outcome === 'REJECT' ? 'red' : 'gray'}
            {...(work.intent === outcome ? { 'aria-describedby': 'verdict-why' } : {})}
          >
            {short}
          </CommandButton>
        ))}
        <CommandButton command="review.escalate" px={9} variant="default">
          Escalate
        </CommandButton>
      </div>
    </div>
  );
}

const outcomes = [
  { outcome: 'APPROVE', id: 'review.approve', key: 'A', title: 'Approve', short: 'Approve' },
  { outcome: 'REJECT', id: 'review.reject', key: 'X', title: 'Reject', short: 'Reject' },
  { outcome: 'RESUBMIT', id: 'review.resubmit', key: 'S', title: 'Ask to hand in again', short: 'Ask again' },
] as const;

function readyWords(intent: DecisionOutcome, isOffline: boolean, verdict: Verdict): string {
  const key = outcomes.find(({ outcome }) => outcome === intent)?.key ?? '';
  const pages = verdict.unseenPages === 0 ? '' : ` ${count(verdict.unseenPages, 'page')} not looked at.`;
  if (isOffline) return `${key} keeps the verdict as a draft: you are offline.${pages}`;
  return `${key} decides. It can be undone for ${verdict.catalogue?.settings.undoSeconds ?? 60} seconds.${pages}`;
}

/** 1 to 9: the reasons while something is refused, else the checklist. */
function numberCommands(found: VerificationCase, verdict: Verdict): readonly Command[] {
  const { caseId, kind } = found.item;
  const { work, reasons, checklist, isEditable } = verdict;
  if (work.intent !== 'APPROVE') {
    return reasons.map(({ code, number, label }) => ({
      id: `review.number-${number}`,
      title: `Reason: ${label}`,
      group: 'Review',
      keys: [String(number)],
      isEnabled: isEditable,
      run: () => {
        const codes = toggledReason(work.reasonCodes, code);
        changeWork(caseId, () => ({ reasonCodes: codes }));
        announce(`${label}: ${codes.includes(code) ? 'chosen' : 'not chosen'}`);
      },
    }));
  }
  return checklistOf(kind).map(({ id, label }, index) => ({
    id: `review.number-${index + 1}`,
    title: `Pass or fail: ${label}`,
    group: 'Review',
    keys: [String(index + 1)],
    isEnabled: isEditable,
    run: () => {
      const result = toggled(checklist[id]);
      tick(caseId, id, result);
      announce(`${label}: ${result}`);
    },
  }));
}
