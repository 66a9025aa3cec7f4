import { useEffect, useRef, useState } from 'react';
import type { Micros } from '#shared/domain/instant';
import { microsPerMinute } from '#shared/domain/instant';
import { isOpen } from '#shared/domain/verification/status';
import type { QueueItem } from '#shared/rpc/verification-contract';
import { useCore } from '#renderer/state/core-state.ts';
import { useNow } from '#renderer/ui/use-now.ts';
import { forgetNote, giveBack, renewClaim, takeClaim, useClaimNotes } from './claims.ts';
import { holderOf } from './labels.ts';

/** How a case stands with the reviewer in front of it. */
export type Claim =
  | { readonly state: 'mine'; readonly until: Micros }
  | { readonly state: 'others'; readonly holder: string; readonly until: Micros }
  | { readonly state: 'refused'; readonly message: string }
  | { readonly state: 'asking' }
  | { readonly state: 'free' }
  | { readonly state: 'offline' }
  /** It is decided: there is nothing to claim. */
  | { readonly state: 'closed' };

/**
 * Claims a case while it is open on the desk (mount it anew for another case), prolongs that while it is worked on, and gives it
 * back when it is left.
 */
export function useClaim(item: QueueItem, userId: string): Claim {
  const now = useNow(1_000);
  const isOffline = useCore((state) => state.sync?.state === 'offline');
  const isReadOnly = useCore((state) => state.sync?.isReadOnly === true);
  const note = useClaimNotes((notes) => notes[item.caseId]);
  const { caseId } = item;
  const holder = holderOf(item, now);
  const isWaiting = isOpen(item.status);
  const isMine = holder?.id === userId;
  const mayAsk = isWaiting && holder === null && !isOffline && !isReadOnly;

  // Once for each time it is opened, and again when the network is back; a claim that ran out is taken again by its user.
  const [hasAsked, setHasAsked] = useState(isMine);
  if (isMine && !hasAsked) setHasAsked(true);
  useEffect(() => {
    if (!mayAsk || hasAsked) return undefined;
    const timer = setTimeout(() => {
      setHasAsked(true);
      void takeClaim(caseId);
    }, settleMillis);
    return () => clearTimeout(timer);
  }, [caseId, mayAsk, hasAsked]);

  const hold = useRef(false);
  useEffect(() => {
    hold.current = isMine && isWaiting;
  }, [isMine, isWaiting]);
  useEffect(
    () => () => {
      if (hold.current) void giveBack(caseId, 'left');
      else forgetNote(caseId);
      hold.current = false;
    },
    [caseId],
  );

  useRenewal(caseId, isMine ? holder.until : null);

  if (!isWaiting) return { state: 'closed' };
  if (holder !== null) {
    return isMine
      ? { state: 'mine', until: holder.until }
      : { state: 'others', holder: holder.name, until: holder.until };
  }
  if (isOffline) return { state: 'offline' };
  if (note?.state === 'refused') return { state: 'refused', message: note.message };
  if (note?.state === 'given-back' || note?.state === 'unreachable') return { state: 'free' };
  return hasAsked && note === undefined ? { state: 'free' } : { state: 'asking' };
}

/** Running through the queue with a key held down claims nothing on the way. */
const settleMillis = 120;
/** A claim with less than this left is prolonged while somebody works. */
const margin = 3 * microsPerMinute;
const idleMillis = 120_000;

function useRenewal(caseId: string, until: Micros | null): void {
  const lastAct = useRef(0);
  useEffect(() => {
    const act = () => {
      lastAct.current = Date.now();
    };
    act();
    for (const name of ['keydown', 'pointerdown', 'wheel'] as const)
      window.addEventListener(name, act, { passive: true });
    return () => {
      for (const name of ['keydown', 'pointerdown', 'wheel'] as const) window.removeEventListener(name, act);
    };
  }, [caseId]);
  const now = useNow(15_000);
  const isShort = until !== null && until - now < margin;
  useEffect(() => {
    if (isShort && !document.hidden && Date.now() - lastAct.current < idleMillis) void renewClaim(caseId);
  }, [caseId, isShort, now]);
}
