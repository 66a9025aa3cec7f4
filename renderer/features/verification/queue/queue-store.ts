import { create } from 'zustand';
import type { QueueFilter } from '#shared/rpc/verification-contract';

/** Every case that waits for a verdict. */
export const everything: QueueFilter = { status: 'open', search: '' };

/** What the list narrows the queue to; kept while other screens are looked at. */
export const useQueueFilter = create<{ readonly filter: QueueFilter }>(() => ({ filter: everything }));

export function setQueueFilter(filter: QueueFilter): void {
  useQueueFilter.setState({ filter });
}

/** Changes conditions; `undefined` takes one away. */
export function narrow(change: { readonly [K in keyof QueueFilter]?: QueueFilter[K] | undefined }): void {
  const { filter } = useQueueFilter.getState();
  const next = { ...filter, ...change };
  const kept = Object.entries(next).filter(([, value]) => value !== undefined);
  setQueueFilter({ ...everything, ...Object.fromEntries(kept) });
}
