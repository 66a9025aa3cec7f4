import { useEffect, useState } from 'react';
import type { AppError } from '#shared/rpc/errors';
import type { QueueCounts, QueueFilter, QueueItem } from '#shared/rpc/verification-contract';
import { serverNow } from '#renderer/state/core-state.ts';
import { useLive } from '#renderer/state/live.ts';

/** Rows that are fetched at a time. */
const pageSize = 100;

export type QueueRows = {
  /** How many cases the filter leaves; undefined until the first answer. */
  readonly total: number | undefined;
  readonly error: AppError | undefined;
  readonly retry: () => void;
  /** The row at this place; undefined while it is on its way. */
  readonly at: (index: number) => QueueItem | undefined;
  /** The rows that are here, in their order, and the place of the first of them. */
  readonly loaded: readonly QueueItem[];
  readonly loadedFrom: number;
};

/** The rows around those in view: their page and the neighbour that scrolling comes to next. */
export function useQueueRows(filter: QueueFilter, first: number, last: number): QueueRows {
  const [low, high] = pagesAround(first, last);
  const lower = useLive('verification.queue', question(filter, low));
  const upper = useLive('verification.queue', question(filter, high));
  const answer = upper.data ?? lower.data;
  // While another filter's answer is on its way the number of rows stays: the list does not jump.
  const [total, setTotal] = useState(answer?.total);
  if (answer !== undefined && answer.total !== total) setTotal(answer.total);
  return {
    total: answer?.total ?? total,
    error: lower.data === undefined ? lower.error : undefined,
    retry: lower.retry,
    at(index) {
      const page = Math.floor(index / pageSize);
      const found = page === low ? lower.data : page === high ? upper.data : undefined;
      return found?.items[index - page * pageSize];
    },
    loaded: [...(lower.data?.items ?? []), ...(upper.data?.items ?? [])],
    loadedFrom: (lower.data === undefined ? high : low) * pageSize,
  };
}

/** Counts for badges; asked again when time alone changes them. */
export function useQueueCounts(): QueueCounts | undefined {
  const { data, retry } = useLive('verification.counts', {});
  const changesAt = data?.changesAt ?? null;
  useEffect(() => {
    if (changesAt === null) return;
    // At most an hour ahead: a machine that slept, or a clock that was set, is noticed by then.
    const millis = Math.min(Math.max((changesAt - serverNow()) / 1000, 250), 3_600_000);
    const timer = setTimeout(retry, millis);
    return () => clearTimeout(timer);
  }, [changesAt, data, retry]);
  return data;
}

/** Two neighbouring pages that cover `first` to `last`. */
function pagesAround(first: number, last: number): readonly [number, number] {
  const from = Math.floor(first / pageSize);
  const to = Math.floor(last / pageSize);
  if (from !== to) return [from, from + 1];
  const isInFirstHalf = (first + last) / 2 - from * pageSize < pageSize / 2;
  return isInFirstHalf && from > 0 ? [from - 1, from] : [from, from + 1];
}

function question(filter: QueueFilter, page: number) {
  return { filter, offset: page * pageSize, limit: pageSize };
}
