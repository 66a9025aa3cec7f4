import type { Step } from './schedule.ts';

/** A schedule that once failed, as short as it was found, and what was wrong. */
export type Pinned = { readonly seed: number; readonly why: string; readonly steps: readonly Step[] };

export const pinned: readonly Pinned[] = [
  {
    seed: 4,
    why: 'a pull that finished a round which was cut off did not bring what came after that round began',
    steps: [
      { what: 'send', who: 5, rolls: [0.955985, 0.31365, 0.318613, 0.023885, 0.8942] },
      { what: 'write', who: 9, rolls: [0.6875, 0.093576, 0.424968, 0.838724, 0.06007] },
      { what: 'deliver', who: 0, rolls: [0.74458, 0.518835, 0.21002, 0.962141, 0.278242] },
      { what: 'send', who: 0, rolls: [0.402158, 0.042059, 0.733169, 0.73994, 0.713091] },
    ],
  },
  {
    seed: 13,
    why: 'a table that was declared anew in the middle of a first pull kept the cursor of its old rows',
    steps: [
      { what: 'send', who: 6, rolls: [0.5, 0.9, 0, 0, 0] },
      { what: 'deliver', who: 6, rolls: [0, 0, 0, 0, 0] },
      { what: 'schema', who: 6, rolls: [0, 0, 0, 0, 0] },
    ],
  },
  {
    seed: 5,
    why: 'a column that the server got after the console knew it stayed empty in the rows that were there',
    steps: [
      { what: 'catchUp', who: 0, rolls: [] },
      { what: 'schema', who: 0, rolls: [0.5] },
      { what: 'catchUp', who: 0, rolls: [] },
      { what: 'evolve', who: 0, rolls: [] },
    ],
  },
];
