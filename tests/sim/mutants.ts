import { coreDefects } from './defects-core.ts';
import { serverDefects } from './defects-server.ts';

/** One planted defect: `find` stands exactly once in `file` (or everywhere, with `everywhere`) and becomes `replace`. */
export type Mutant = {
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  readonly everywhere?: boolean;
  /** A second place that has to change too. */
  readonly also?: { readonly find: string; readonly replace: string };
  /** What is run first, because it is likely to see it. */
  readonly first: 'simulator' | 'tests';
};

export const mutants: readonly Mutant[] = [...coreDefects, ...serverDefects];
