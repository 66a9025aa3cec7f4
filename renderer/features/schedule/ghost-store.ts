import { create } from 'zustand';
import type { Interval } from '#shared/domain/overlap';
import type { ScheduleItem } from '#shared/rpc/contract';
import type { Grab } from './grab.ts';
import type { Verdict } from './judge-move.ts';

export type Ghost = {
  item: ScheduleItem;
  at: Interval;
  verdict: Verdict;
  /** settling: dropped, and waiting for the week to be read again. */
  via: 'pointer' | 'keyboard' | 'settling';
};

type GhostState = { ghost: Ghost | null; grab: Grab | null };

/** What is being moved. Its own store, so that a drag renders the ghost and not two hundred blocks. */
export const useGhost = create<GhostState>(() => ({ ghost: null, grab: null }));

export function clearGhost(): void {
  useGhost.setState({ ghost: null, grab: null });
}
