import { microsPerHour, type Micros } from '#shared/domain/instant';
import { slaBand, type SlaBand } from '#shared/domain/verification/sla';
import type { Recommendation } from '#shared/domain/verification/status';
import type { QueueFilter, QueueItem } from '#shared/rpc/verification-contract';
import { kindWords, statusWords } from '../desk/labels.ts';

/** How long a case has waited, "5 h", "31 h due", "4 days breach", and its band. Decided cases have stopped waiting. */
export function ageOf(item: QueueItem, now: Micros): { readonly band: SlaBand; readonly text: string } {
  const until = item.decidedAt ?? now;
  const band = slaBand(
    { sla_due_at: item.dueAt, sla_late_at: item.lateAt, sla_breach_at: item.breachAt },
    until,
  );
  const hours = Math.max(0, Math.floor((until - item.submittedAt) / microsPerHour));
  const age = hours < 100 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
  return { band, text: band === 'fresh' ? age : `${age} ${bandWords[band]}` };
}

/** Who holds a case at `now`: null when nobody does. */
export function holderOf(
  item: QueueItem,
  userId: string | null,
  now: Micros,
): { readonly isMine: boolean; readonly text: string } | null {
  if (item.holderId === null || item.claimedUntil === null || item.claimedUntil <= now) return null;
  const isMine = item.holderId === userId;
  return { isMine, text: isMine ? 'Yours' : (item.holderName ?? 'Somebody else') };
}

export type Flag = { readonly tone: 'alert' | 'warning' | 'calm'; readonly text: string };

/** What makes a case stand out, most urgent first. */
export function flagsOf(item: QueueItem): readonly Flag[] {
  return [
    ...(item.fileState === 'present'
      ? []
      : [{ tone: 'alert', text: item.fileState === 'missing' ? 'No file' : 'Empty file' } as const]),
    ...(item.isEscalated ? [{ tone: 'warning', text: 'Escalated' } as const] : []),
    ...(item.isDisputed ? [{ tone: 'warning', text: 'Disputed' } as const] : []),
    ...(item.priority > 0
      ? [{ tone: 'warning', text: priorityWords[item.priority] ?? 'Urgent' } as const]
      : []),
    ...(item.attempt > 1 ? [{ tone: 'calm', text: `Attempt ${item.attempt}` } as const] : []),
  ];
}

/** "System: approve", with how sure it is in percent. */
export function recommendationText(recommended: Recommendation | null, confidence: number | null): string {
  if (recommended === null) return 'System: no advice';
  const sure = confidence === null ? '' : ` ${confidence} %`;
  return `System: ${recommended === 'APPROVE' ? 'approve' : 'reject'}${sure}`;
}

export const priorityWords = ['Normal', 'High', 'Urgent'] as const;
export const bandWords: Readonly<Record<SlaBand, string>> = {
  fresh: 'fresh',
  due: 'due',
  late: 'late',
  breach: 'breach',
};
export const holderWords = { mine: 'Mine', free: 'Free', others: 'Held by others' } as const;
export const recommendationWords = { APPROVE: 'Approve', REJECT: 'Reject', none: 'No advice' } as const;

/** Every condition of a filter in words, with what takes it away. */
export function conditionsOf(filter: QueueFilter): readonly { field: keyof QueueFilter; text: string }[] {
  const found: { field: keyof QueueFilter; text: string }[] = [];
  const add = (field: keyof QueueFilter, text: string) => found.push({ field, text });
  if (filter.status !== 'open') add('status', filter.status.map((status) => statusWords[status]).join(', '));
  if (filter.kind !== undefined) add('kind', kindWords[filter.kind]);
  if (filter.recommendation !== undefined)
    add('recommendation', `System: ${recommendationWords[filter.recommendation].toLowerCase()}`);
  if (filter.band !== undefined) add('band', bandLabels[filter.band]);
  if (filter.holder !== undefined) add('holder', holderWords[filter.holder]);
  if (filter.priority !== undefined) add('priority', `${priorityWords[filter.priority] ?? ''} priority`);
  if (filter.isEscalated !== undefined)
    add('isEscalated', filter.isEscalated ? 'Escalated' : 'Not escalated');
  if (filter.isDisputed !== undefined) add('isDisputed', filter.isDisputed ? 'Disputed' : 'Not disputed');
  if (filter.isWithoutFile !== undefined)
    add('isWithoutFile', filter.isWithoutFile ? 'Without file' : 'With file');
  if (filter.search.trim() !== '') add('search', `“${filter.search.trim()}”`);
  return found;
}

export const bandLabels: Readonly<Record<SlaBand, string>> = {
  fresh: 'Under 24 h',
  due: '24 to 48 h',
  late: '48 to 72 h',
  breach: 'Over 72 h',
};
