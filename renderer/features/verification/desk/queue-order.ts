import { create } from 'zustand';

/** The open cases in the order in which the list shows them: what J, K and "next" mean. The list writes it. */
export const useQueueOrder = create<{ ids: readonly string[] }>(() => ({ ids: [] }));

export function noteQueueOrder(ids: readonly string[]): void {
  useQueueOrder.setState({ ids });
}

/** The case `by` places from `caseId` in the list; from outside of it, the first or the last one. Null at its ends. */
export function neighbourOf(ids: readonly string[], caseId: string | null, by: 1 | -1): string | null {
  const index = caseId === null ? -1 : ids.indexOf(caseId);
  if (index < 0) return (by === 1 ? ids[0] : ids.at(-1)) ?? null;
  return ids[index + by] ?? null;
}
