import { dice, pickWeighted } from './random.ts';

/** What may go wrong besides the order of things. */
export const faultNames = [
  'drop',
  'delay',
  'duplicate',
  'truncate',
  'reset',
  '5xx',
  '429',
  'reorder',
  'half-open',
  'partition',
  'crash',
  'late',
  'session',
  'schema',
  'mangle',
  'server',
  'echo',
  'clock',
  'spoil',
  'purge',
  'restore',
] as const;
export type FaultName = (typeof faultNames)[number];

/** How many server-side writers act, besides the consoles, the network and the staff of the platform. */
export const writerCount = 3;
const clientCount = 5;

/**
 * One step. `rolls` are numbers from 0 to 1 that stand for whatever the step has to choose when it is run, so that a
 * step means something of its own and can be taken out without changing the others.
 */
export type Step = { readonly who: number; readonly what: StepKind; readonly rolls: readonly number[] };

export const stepKinds = [
  'write',
  'begin',
  'end',
  'savepoint',
  'unsave',
  'access',
  'truncate',
  'edit',
  'takeBack',
  'ring',
  'send',
  'deliver',
  'tick',
  'catchUp',
  'signIn',
  'crash',
  'schema',
  'evolve',
  'late',
  'echo',
  'clock',
  'check',
  'spoil',
  'purge',
  'restore',
  'partition',
  'heal',
] as const;
export type StepKind = (typeof stepKinds)[number];

export function isFault(text: string): text is FaultName {
  return (faultNames as readonly string[]).includes(text);
}

/** The schedule of a seed. */
export function scheduleOf(seed: number, length: number, faults: ReadonlySet<FaultName>): readonly Step[] {
  const roll = dice(seed * 7919 + 17);
  const has = (name: FaultName, weight: number) => (faults.has(name) ? weight : 0);
  // What makes a cache start over hides whatever was missing in it: every other seed goes without.
  const starts = (weight: number) => (seed % 2 === 0 ? 0 : weight);
  const weights: Record<StepKind, number> = {
    begin: 7,
    write: 24,
    end: 6,
    savepoint: 2,
    unsave: 2,
    access: starts(2.2),
    truncate: starts(0.8),
    edit: 20,
    takeBack: 5,
    ring: 8,
    send: 26,
    deliver: 26,
    tick: 6,
    catchUp: 2,
    signIn: 1,
    crash: has('crash', 3),
    schema: has('schema', 0.6),
    evolve: has('schema', 0.4),
    late: has('late', 2),
    echo: has('echo', 1),
    clock: has('clock', 0.5),
    check: 1,
    spoil: has('spoil', 1.2),
    purge: starts(has('purge', 0.5)),
    restore: starts(has('restore', 0.5)),
    partition: has('partition', 0.8),
    heal: has('partition', 1.5) + has('half-open', 0.5),
  };
  const caughtUp = Array.from({ length: clientCount }, (_, who) => who).filter(() => roll.next() < 0.7);
  return [
    // The others are still at their first pull while things go wrong.
    ...caughtUp.map((who) => ({ what: 'catchUp', who, rolls: [] }) as const),
    ...Array.from({ length }, () => ({
      what: pickWeighted(weights, roll.next()),
      who: roll.below(15),
      rolls: Array.from({ length: 5 }, () => Math.round(roll.next() * 1e6) / 1e6),
    })),
  ];
}
