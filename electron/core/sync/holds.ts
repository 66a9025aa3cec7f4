import type { Target } from './apply.ts';
import { statement } from '../cache/query.ts';

/** Ends the waiting time of every held edit: they are due now. */
export function releaseHolds(target: Target, now: number): void {
  statement(target.db, `UPDATE outbox SET send_at = ? WHERE state = 'queued' AND send_at > ?`).run(now, now);
}
