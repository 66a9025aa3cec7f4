import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { mutants } from '../sim/mutants.ts';
import { plant } from '../sim/planting.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('every planted defect still fits the sources: where it does not, its text in tests/sim/defects-*.ts has to follow', () => {
  const unfit = mutants.flatMap((mutant) => {
    try {
      plant(root, mutant);
      return [];
    } catch (error) {
      return [String(error)];
    }
  });
  expect(unfit).toEqual([]);
  expect(new Set(mutants.map((mutant) => mutant.name)).size).toBe(mutants.length);
});
