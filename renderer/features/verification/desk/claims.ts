import { create } from 'zustand';
import type { AppContract } from '#shared/rpc/contract';
import type { OutputOf } from '#shared/rpc/define';
import { announce } from '#renderer/app/announcer.tsx';
import { core } from '#renderer/rpc.ts';
import { sayTrouble } from '#renderer/state/edits.ts';
import { toAppError } from '#renderer/state/live.ts';
import { flushGrades } from './grades.ts';

/** What came of asking for a case: on its way, refused for a reason in words, or given back on purpose. */
export type ClaimNote =
  | { readonly state: 'asking' }
  | { readonly state: 'refused'; readonly message: string }
  | { readonly state: 'unreachable' }
  | { readonly state: 'given-back' };

export const useClaimNotes = create<Readonly<Record<string, ClaimNote>>>(() => ({}));

/** Claims a case or prolongs the claim on it. What comes of it stands in the cache, or in the note. */
export function takeClaim(caseId: string): Promise<void> {
  return inTurn(caseId, async () => {
    note(caseId, { state: 'asking' });
    try {
      const client = await core();
      const { results } = await client['verification.claim']({ caseIds: [caseId] });
      note(caseId, refusalIn(results[0]));
    } catch (thrown) {
      const { code, message } = toAppError(thrown);
      const isAway = code === 'OFFLINE' || code === 'BACKEND_UNREACHABLE' || code === 'NEEDS_SIGN_IN';
      note(caseId, isAway ? { state: 'unreachable' } : { state: 'refused', message });
    }
  });
}

/** Prolongs a claim; one that was lost meanwhile is said so. */
export function renewClaim(caseId: string): Promise<void> {
  return inTurn(caseId, async () => {
    try {
      const client = await core();
      const { results } = await client['verification.renew']({ caseIds: [caseId] });
      const refusal = refusalIn(results[0]);
      if (refusal !== null) note(caseId, refusal);
    } catch {
      // It is tried again while there is time left, and the time that is left is on the screen.
    }
  });
}

/** Gives a case back: on purpose, or because it is left undecided. */
export function giveBack(caseId: string, why: 'asked' | 'left'): Promise<void> {
  return inTurn(caseId, async () => {
    if (why === 'left' && kept.has(caseId)) return;
    note(caseId, why === 'asked' ? { state: 'given-back' } : null);
    await flushGrades(caseId);
    try {
      const client = await core();
      await client['verification.release']({ caseIds: [caseId] });
      if (why === 'asked') announce('Released');
    } catch (thrown) {
      // Nobody waits for this one for longer than the claim lasts.
      if (why === 'asked') sayTrouble('Not released', toAppError(thrown).message);
    }
  });
}

/** Takes the next free case, oldest first within priority. Null when there is none, or when that cannot be found out. */
export async function claimNext(): Promise<string | null> {
  try {
    const client = await core();
    const { results } = await client['verification.claimNext']({ filter: {}, count: 1 });
    const caseId = results[0]?.caseId ?? null;
    if (caseId === null) sayTrouble('Nothing to claim', 'Every case that waits is held by somebody.');
    else note(caseId, null);
    return caseId;
  } catch (thrown) {
    sayTrouble('Not claimed', toAppError(thrown).message);
    return null;
  }
}

/** A case that is being decided, or whose verdict waits as a draft, is not given back when it is left. */
export function keepClaim(caseId: string, isKept: boolean): void {
  if (isKept) kept.add(caseId);
  else kept.delete(caseId);
}

export function forgetNote(caseId: string): void {
  note(caseId, null);
}

const kept = new Set<string>();
const turns = new Map<string, Promise<void>>();

/** Taking and giving back one case happen in the order in which they were asked for. */
function inTurn(caseId: string, work: () => Promise<void>): Promise<void> {
  const mine = (turns.get(caseId) ?? Promise.resolve()).then(work);
  turns.set(caseId, mine);
  void mine.then(() => {
    if (turns.get(caseId) === mine) turns.delete(caseId);
  });
  return mine;
}

type Result = OutputOf<AppContract['verification.claim']>['results'][number];

function refusalIn(result: Result | undefined): ClaimNote | null {
  return result?.outcome === 'refused' ? { state: 'refused', message: result.message } : null;
}

function note(caseId: string, next: ClaimNote | null): void {
  useClaimNotes.setState(
    (notes) =>
      next === null
        ? Object.fromEntries(Object.entries(notes).filter(([id]) => id !== caseId))
        : { ...notes, [caseId]: next },
    true,
  );
}
