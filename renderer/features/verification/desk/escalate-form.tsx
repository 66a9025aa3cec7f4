import type { VerificationCase } from '#shared/rpc/verification-contract';
import { announce } from '#renderer/app/announcer.tsx';
import { core } from '#renderer/rpc.ts';
import { showToast } from '#renderer/state/toasts.ts';
import { keepClaim } from './claims.ts';
import { sendEvidence } from './evidence.ts';
import { WordsEntry } from './words-entry.tsx';

type Props = {
  found: VerificationCase;
  next: string | null;
  onOpen: (caseId: string | null) => void;
  onClose: () => void;
};

/** Hands a case over to the admins, with the reason. */
export function EscalateForm({ found, next, onOpen, onClose }: Props) {
  const { caseId, rowVersion, tutorName } = found.item;
  return (
    <WordsEntry
      label="Why should an admin decide?"
      description="Only staff reads this. The case leaves your hands."
      submit="Escalate"
      onClose={onClose}
      onSubmit={async (reason) => {
        await sendEvidence(caseId);
        const client = await core();
        await client['verification.escalate']({ caseId, rowVersion, reason });
        // The server has taken it out of the reviewer's hands.
        keepClaim(caseId, true);
        announce(`Escalated: ${tutorName}`);
        showToast({ tone: 'calm', title: `Escalated: ${tutorName}`, millis: 4_000 });
        onOpen(next);
        keepClaim(caseId, false);
      }}
    />
  );
}
