import type { ScheduleItem, ScheduleWeek } from '#shared/rpc/contract';
import type { OutboxItem } from '../sync/types.ts';

type Block = ScheduleWeek['blocks'][number];

/** Says on each item which edit of it waits or was refused: the latest, of the booking or of its session. */
export function withPending(items: readonly ScheduleItem[], outbox: readonly OutboxItem[]): ScheduleItem[] {
  const latest = latestByRow(outbox);
  return items.map((item) => ({
    ...item,
    pending: newest(
      latest.get(item.bookingId),
      item.sessionId === null ? undefined : latest.get(item.sessionId),
    ),
  }));
}

/** The same for unavailabilities. */
export function blocksWithPending(blocks: readonly Block[], outbox: readonly OutboxItem[]): Block[] {
  const latest = latestByRow(outbox);
  return blocks.map((block) => ({ ...block, pending: newest(latest.get(block.id), undefined) }));
}

type Placed = { readonly item: OutboxItem; readonly place: number };

function latestByRow(outbox: readonly OutboxItem[]): ReadonlyMap<string, Placed> {
  return new Map(outbox.map((item, place) => [item.rowId, { item, place }]));
}

function newest(a: Placed | undefined, b: Placed | undefined): ScheduleItem['pending'] {
  const found = a === undefined || (b !== undefined && b.place > a.place) ? b : a;
  if (found === undefined) return null;
  const { id, kind, state, problem } = found.item;
  return { mutationId: id, kind, state, problem };
}
