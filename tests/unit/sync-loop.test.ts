import { expect, test } from 'vitest';
import { createLoop } from '#core/sync/loop';
import { manualClock } from '../support/sync-rig.ts';

test('who asked for a run that is begun anew is answered by the new one', async () => {
  let runs = 0;
  const loop = createLoop({
    clock: manualClock(),
    run: () => ((runs += 1) === 1 ? new Promise(() => undefined) : Promise.resolve()),
    onError: () => null,
  });
  const asked = loop.request();
  loop.restart();
  await asked;
  expect(runs).toBe(2);
});

test('who asked is refused when the loop stops for good', async () => {
  const clock = manualClock();
  const loop = createLoop({ clock, run: () => new Promise(() => undefined), onError: () => null });
  const asked = loop.request();
  const stopping = loop.stop();
  clock.advance(10_000);
  await expect(asked).rejects.toMatchObject({ code: 'CANCELLED' });
  await stopping;
});
