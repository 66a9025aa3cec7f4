import { decideConfirm, type Circumstances } from '#shared/domain/move-rules';
import { overlaps } from '#shared/domain/overlap';
import type { ScheduleItem } from '#shared/rpc/contract';
import { explain, factsOf, takenIn, type Known } from './judge-move.ts';

/** Of several requests, which can be accepted together, the earlier asked for first; and why the others cannot. */
export function judgeAcceptances(
  items: readonly ScheduleItem[],
  week: Known,
  circumstances: Circumstances,
): readonly { readonly item: ScheduleItem; readonly problem: string | null }[] {
  const accepted: ScheduleItem[] = [];
  const judged = items
    .toSorted((one, other) => one.createdAt - other.createdAt)
    .map((item) => {
      const verdict = decideConfirm(factsOf(item), takenIn(week), circumstances);
      if (verdict.may === 'not') return { item, problem: explain(verdict, week) };
      const rival = accepted.find((other) => overlaps(other, item));
      if (rival !== undefined) {
        return { item, problem: `Overlaps the request of ${rival.studentName}, who asked first.` };
      }
      accepted.push(item);
      return { item, problem: null };
    });
  return judged.toSorted((one, other) => one.item.startAt - other.item.startAt);
}
