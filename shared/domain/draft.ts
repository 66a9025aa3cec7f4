import type * as z from 'zod';
import type { EffectContext, Row, RowView } from './effects/types.ts';
import type { SyncTableName } from './sync/tables.ts';
import type { WireValue } from './sync/wire.ts';

/**
 * Decisions that are never sent from a backlog (verification, money): a draft is kept here, looked at again against the
 * row as it is then, and confirmed by its user online. The server does each once (migration 519).
 */

/** One line of what a draft says, such as "Decision: approve". */
export type DraftLine = { readonly label: string; readonly text: string };

/** What one draft means, read from its arguments. */
export type Draft = {
  /** The row that it decides on. */
  readonly table: SyncTableName;
  readonly rowId: string;
  /** Columns in which any change has to be looked at before the draft may be confirmed. */
  readonly watches: readonly string[];
  /** One line for people: "Approve CSEC Maths of Aaliyah Mohammed". */
  title(view: RowView): string;
  lines(view: RowView): readonly DraftLine[];
  /** Why it cannot be confirmed now, in words that say what to do; null when it can, as far as is known here. */
  obstacle(row: Row, view: RowView, context: Pick<EffectContext, 'userId' | 'now'>): string | null;
  /**
   * Calls that have to come first, in this order, such as taking a claim that ran out. Each must be harmless when it is
   * made twice or for nothing: it carries no key.
   */
  prepare?(row: Row, view: RowView, context: Pick<EffectContext, 'userId' | 'now'>): readonly Preparation[];
  /** The function that does it, and its parameters but the key. `row` is what its user has seen. */
  call(row: Row): { readonly rpc: string; readonly params: Readonly<Record<string, WireValue>> };
};

export type Preparation = {
  readonly rpc: string;
  readonly params: Readonly<Record<string, WireValue>>;
  /** What is wrong by its answer, in words; null when all is well. */
  problem(answer: unknown): string | null;
};

/** One kind of draft. Null when the arguments are not its own, as those of another version of the console may be. */
export type DraftKind = (args: unknown) => Draft | null;
export type DraftKinds = Readonly<Record<string, DraftKind>>;

export function defineDraft<A>(args: z.ZodType<A>, read: (args: A) => Draft): DraftKind {
  return (value) => {
    const parsed = args.safeParse(value);
    return parsed.success ? read(parsed.data) : null;
  };
}

/** Columns of `watches` in which two versions of a row differ. */
export function changedColumns(watches: readonly string[], before: Row, now: Row): readonly string[] {
  return watches.filter(
    (column) => JSON.stringify(before[column] ?? null) !== JSON.stringify(now[column] ?? null),
  );
}
