import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { pinned } from '../sim/pinned.ts';
import { isClean, run } from '../sim/run.ts';
import { faultNames, scheduleOf } from '../sim/schedule.ts';
import { startStage, type Stage } from '../sim/stage.ts';

let stage: Stage;
const everything = new Set(faultNames);

beforeAll(async () => {
  stage = await startStage(inject('cluster'));
});
afterAll(async () => await stage.stop());

test.each(pinned)('the schedule of seed $seed does not fail again: $why', async ({ seed, steps }) => {
  const outcome = await run(stage, seed, steps, everything);
  expect(outcome).toMatchObject({ diverged: [], doubled: [], lost: [], unresolved: [] });
});

test.each([101, 102, 103])(
  'whatever goes wrong on the way, every cache and every edit comes right (seed %i)',
  async (seed) => {
    const outcome = await run(stage, seed, scheduleOf(seed, 120, everything), everything);
    expect(isClean(outcome), JSON.stringify(outcome)).toBe(true);
  },
);

test('a seed does the same, step by step, when it is run again', async () => {
  const steps = scheduleOf(7, 60, everything);
  const traces: string[][] = [[], []];
  const outcomes = [];
  for (const trace of traces)
    outcomes.push(await run(stage, 7, steps, everything, (line) => trace.push(line)));
  expect(traces[1]).toEqual(traces[0]);
  expect(outcomes[1]).toEqual(outcomes[0]);
  expect(traces[0]?.length).toBeGreaterThan(60);
});
