import { run, type Outcome } from './run.ts';
import type { FaultName, Step } from './schedule.ts';
import type { Stage } from './stage.ts';

const mostRuns = 120;

/** Takes steps out, half of them at first and single ones at last, as long as the seed fails in the same way. */
export async function shrink(
  stage: Stage,
  failed: Outcome,
  steps: readonly Step[],
  faults: ReadonlySet<FaultName>,
): Promise<readonly Step[]> {
  const kind = kindOf(failed);
  let shortest = steps;
  let runs = 0;
  for (let size = Math.ceil(steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < shortest.length && runs < mostRuns;) {
      const fewer = shortest.filter((_, index) => index < from || index >= from + size);
      runs += 1;
      if (kindOf(await run(stage, failed.seed, fewer, faults)) === kind) shortest = fewer;
      else from += size;
    }
  }
  return shortest;
}

function kindOf(outcome: Outcome): string {
  if (outcome.doubled.length > 0) return 'doubled';
  if (outcome.lost.length > 0) return 'lost';
  if (outcome.diverged.length > 0) return 'diverged';
  return outcome.unresolved.length > 0 ? 'unresolved' : 'clean';
}
