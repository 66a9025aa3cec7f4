import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { Me } from '#shared/domain/roles';
import { noticeOf } from '#shared/domain/verification/notice';
import { publicTextOf, reasonsFor } from '#shared/domain/verification/reasons';
import { platformZone, wallClockAt } from '#shared/domain/zone';
import type { VerificationCase, VerificationCatalogue } from '#shared/rpc/verification-contract';
import { announce } from '#renderer/app/announcer.tsx';
import { core } from '#renderer/rpc.ts';
import { toAppError } from '#renderer/state/live.ts';
import { showToast } from '#renderer/state/toasts.ts';
import { dayLabel, leftLabel } from '#renderer/ui/time-labels.ts';
import { useNow } from '#renderer/ui/use-now.ts';
import { reverse } from './decide.ts';
import { statusWords } from './labels.ts';
import { ReasonPicker } from './reason-picker.tsx';
import styles from './verdict-form.module.css';

type Props = {
  found: VerificationCase;
  me: Me;
  catalogue: VerificationCatalogue | null;
  onOpen: (caseId: string | null) => void;
};

/** A case that was decided: by whom, and what can still be done about it. */
export function DecidedBar({ found, me, catalogue, onOpen }: Props) {
  const { item } = found;
  const now = useNow(1_000);
  const [isRevoking, setIsRevoking] = useState(false);
  const isUndoable =
    item.decisionId !== null &&
    item.decidedById === me.userId &&
    item.undoUntil !== null &&
    item.undoUntil > now;
  if (isRevoking && catalogue !== null) {
    return (
      <div className={styles.bar}>
        <RevokeForm found={found} catalogue={catalogue} onClose={() => setIsRevoking(false)} />
      </div>
    );
  }
  return (
    <div className={styles.bar} role="group" aria-label="Verdict">
      <p className={styles.why}>{decidedWords(found)}</p>
      <div className={styles.buttons}>
        {isUndoable && item.decisionId !== null && item.undoUntil !== null && (
          <Button onClick={() => void reverse(item.decisionId ?? '', item.caseId, onOpen)}>
            Undo ({leftLabel(item.undoUntil, now)})
          </Button>
        )}
        {item.status === 'APPROVED' && !isUndoable && (
          <Button variant="default" disabled={catalogue === null} onClick={() => setIsRevoking(true)}>
            Revoke…
          </Button>
        )}
      </div>
    </div>
  );
}

function decidedWords({ item, resubmissionDueAt }: VerificationCase): string {
  const by = item.decidedByName === null ? '' : ` by ${item.decidedByName}`;
  const when = item.decidedAt === null ? '' : `, ${dayOf(item.decidedAt)}`;
  const due = resubmissionDueAt === null ? '' : ` The tutor has until ${dayOf(resubmissionDueAt)}.`;
  return `${statusWords[item.status]}${by}${when}.${due}`;
}

function dayOf(at: number): string {
  return dayLabel(wallClockAt(at, platformZone).date, 'medium');
}

/** Withdraws an approval, with reasons and the words that the tutor gets. */
function RevokeForm({
  found,
  catalogue,
  onClose,
}: {
  found: VerificationCase;
  catalogue: VerificationCatalogue;
  onClose: () => void;
}) {
  const { caseId, kind, rowVersion, tutorName } = found.item;
  const reasons = reasonsFor(catalogue.reasons, 'REVOKE', kind);
  const [codes, setCodes] = useState<readonly string[]>([]);
  const [words, setWords] = useState<string | null>(null);
  const [privateNote, setPrivateNote] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const publicText = words ?? publicTextOf(reasons.filter(({ code }) => codes.includes(code)));
  const notice = noticeOf(kind, 'REVOKE', publicText, catalogue.settings.resubmissionDays);
  const revoke = async () => {
    if (codes.length === 0) {
      setProblem('Give a reason.');
      return;
    }
    try {
      const client = await core();
      await client['verification.revoke']({
        caseId,
        rowVersion,
        reasonCodes: [...codes],
        publicText,
        privateNote: privateNote.trim(),
      });
      announce(`Revoked: ${tutorName}`);
      showToast({ tone: 'calm', title: `Revoked: ${tutorName}`, millis: 4_000 });
      onClose();
    } catch (thrown) {
      setProblem(toAppError(thrown).message);
    }
  };
  return (
    <form
      className={styles.form}
      aria-label="Revoke the approval"
      onSubmit={(event) => {
        event.preventDefault();
        void revoke();
      }}
    >
      <ReasonPicker
        label="Why it is revoked"
        reasons={reasons}
        chosen={codes}
        onChange={(next) => {
          setCodes(next);
          setProblem(null);
        }}
      />
      <Textarea
        label="To the tutor"
        description={`Title: ${notice.title}`}
        maxLength={2000}
        value={publicText}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      <Textarea
        label="Private note (optional)"
        minRows={1}
        maxLength={4000}
        value={privateNote}
        onChange={(event) => setPrivateNote(event.currentTarget.value)}
      />
      {problem !== null && (
        <p role="alert" className={styles.problem}>
          {problem}
        </p>
      )}
      <div className={styles.buttons}>
        <Button type="submit" color="red">
          Revoke
        </Button>
        <Button variant="default" onClick={onClose}>
          Back
        </Button>
      </div>
    </form>
  );
}
