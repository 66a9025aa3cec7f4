import { toMillis } from '#shared/domain/instant';
import type { DecisionOutcome } from '#shared/domain/verification/status';
import { decided, type Decided } from '#shared/domain/verification/wire';
import type { VerificationCase } from '#shared/rpc/verification-contract';
import { announce } from '#renderer/app/announcer.tsx';
import { core } from '#renderer/rpc.ts';
import { serverNow } from '#renderer/state/core-state.ts';
import { sayTrouble } from '#renderer/state/edits.ts';
import { toAppError } from '#renderer/state/live.ts';
import { closeToast, showToast } from '#renderer/state/toasts.ts';
import { keepClaim } from './claims.ts';
import { sendEvidence, unsentEvidence } from './evidence.ts';
import { forgetGrades } from './grades.ts';
import { outcomeDone, outcomeVerbs } from './labels.ts';
import { workOn } from './work-store.ts';

type Go = (caseId: string | null) => void;

/**
 * Decides a case as its work says. The next one is opened at once; the server's answer comes as a message. Offline, or
 * when the server cannot be reached, the verdict stays a draft.
 */
export async function decide(
  { item }: VerificationCase,
  publicText: string,
  { isOffline, next, onOpen }: { isOffline: boolean; next: string | null; onOpen: Go },
): Promise<void> {
  const { caseId, kind, tutorName } = item;
  const work = workOn(caseId);
  const outcome = work.intent;
  const title = titleOf(outcome, `the ${kind} of ${tutorName}`);
  keepClaim(caseId, true);
  forgetGrades(caseId);
  try {
    if (!isOffline) await sendEvidence(caseId);
    const client = await core();
    const { id } = await client['drafts.save']({
      kind: 'verification.decide',
      args: {
        caseId,
        outcome,
        reasonCodes: outcome === 'APPROVE' ? [] : [...work.reasonCodes],
        publicText,
        privateNote: work.privateNote.trim(),
        overrideReason: work.overrideReason.trim(),
        grades: work.grades === null ? null : work.grades.map((grade) => ({ ...grade })),
        evidence: unsentEvidence(caseId),
      },
    });
    onOpen(next);
    if (isOffline) {
      sayKept(title);
      return;
    }
    await confirm(id, { caseId, title, done: `${outcomeDone[outcome]}: ${tutorName}`, onOpen });
  } catch (thrown) {
    keepClaim(caseId, false);
    sayTrouble(`Not decided: ${title}`, toAppError(thrown).message);
  }
}

/** Takes a decision back while its window is open, and shows the case again. */
export async function reverse(decisionId: string, caseId: string, onOpen: Go): Promise<void> {
  try {
    const client = await core();
    const { results } = await client['verification.reverse']({ decisionIds: [decisionId], reason: '' });
    const [result] = results;
    if (result?.outcome !== 'reversed') {
      sayTrouble('Not undone', result?.message ?? 'The server did not say why.');
      return;
    }
    keepClaim(caseId, false);
    announce('Undone. The case is open again.');
    showToast({ tone: 'calm', title: 'Undone. The case is open again.', millis: 3_000 });
    onOpen(caseId);
  } catch (thrown) {
    sayTrouble('Not undone', toAppError(thrown).message);
  }
}

function titleOf(outcome: DecisionOutcome, about: string): string {
  return outcome === 'RESUBMIT' ? `Ask again for ${about}` : `${outcomeVerbs[outcome]} ${about}`;
}

type Asked = { caseId: string; title: string; done: string; onOpen: Go };

async function confirm(id: string, asked: Asked): Promise<void> {
  const { caseId, title, onOpen } = asked;
  const client = await core();
  try {
    const { outcome, problem, result } = await client['drafts.confirm']({ id });
    void client['sync.now']({}).catch(() => undefined);
    if (outcome === 'in-doubt') {
      sayTrouble(
        `No answer yet: ${title}`,
        'Whether it is done is found out as soon as the server can be asked. Nothing is done twice.',
      );
      return;
    }
    keepClaim(caseId, false);
    if (outcome === 'confirmed') {
      const answer = decided.safeParse(result);
      offerUndo(asked, answer.success ? answer.data : null);
      return;
    }
    announce(`Not decided: ${title}. ${problem ?? ''}`);
    const toast = showToast({
      tone: 'alert',
      title: `Not decided: ${title}`,
      text: `${problem ?? 'It changed since.'} What you entered is kept, and the draft is in the outbox.`,
      action: {
        label: 'Open the case',
        run: () => {
          closeToast(toast);
          onOpen(caseId);
        },
      },
    });
  } catch (thrown) {
    const error = toAppError(thrown);
    if (error.code === 'OFFLINE' || error.code === 'BACKEND_UNREACHABLE') sayKept(title);
    else sayTrouble(`Not decided: ${title}`, `${error.message} The draft is in the outbox.`);
  }
}

function offerUndo({ caseId, done, onOpen }: Asked, answer: Decided | null): void {
  if (answer === null) {
    showToast({ tone: 'calm', title: done, millis: 4_000 });
    announce(done);
    return;
  }
  const { decisionId, undoUntil } = answer;
  announce(`${done}. Press Z to undo.`);
  showToast({
    tone: 'calm',
    title: done,
    undo: { until: undoUntil, run: () => void reverse(decisionId, caseId, onOpen) },
    millis: Math.max(0, toMillis(undoUntil - serverNow())),
  });
}

function sayKept(title: string): void {
  announce(`Kept as a draft: ${title}`);
  showToast({
    tone: 'calm',
    title: `Kept as a draft: ${title}`,
    text: 'Nothing is sent by itself. Confirm it in the outbox when the connection is back.',
    millis: 8_000,
  });
}
