import type { StatementRow, StatementStatus } from './model.ts';

/** All that the statement says of one transaction. */
export interface Transaction {
  id: string;
  /** The row that counts: the one of the highest lifecycle. */
  row: StatementRow;
  /** Rows of different content, in reading order; identical ones count once. */
  rows: StatementRow[];
  /** Rows that said the same again. */
  repeated: number;
  isConflicting: boolean;
}

/**
 * Brings the rows of a statement together by transaction. Identical content counts once; a higher lifecycle (incomplete,
 * then failed or error, then success) replaces a lower one; failed or error beside success, or two different rows of one
 * lifecycle, contradict each other.
 */
export function foldRows(rows: readonly StatementRow[]): Map<string, Transaction> {
  const folded = new Map<string, Transaction>();
  for (const row of rows) {
    const present = folded.get(row.transactionId);
    if (present === undefined) folded.set(row.transactionId, only(row));
    else add(present, row);
  }
  return folded;
}

const lifecycle: Readonly<Record<StatementStatus, number>> = {
  incomplete: 0,
  failed: 1,
  error: 1,
  success: 2,
};

function only(row: StatementRow): Transaction {
  return { id: row.transactionId, row, rows: [row], repeated: 0, isConflicting: false };
}

function add(to: Transaction, row: StatementRow): void {
  if (to.rows.some((other) => isSameContent(other, row))) {
    to.repeated += 1;
    return;
  }
  to.isConflicting ||= to.rows.some(
    (other) =>
      lifecycle[other.status] === lifecycle[row.status] ||
      Math.min(lifecycle[other.status], lifecycle[row.status]) === lifecycle.failed,
  );
  to.rows.push(row);
  if (isBefore(to.row, row)) to.row = row;
}

/** By lifecycle; rows that contradict each other in an order of their content, so that the order of reading never matters. */
function isBefore(a: StatementRow, b: StatementRow): boolean {
  const difference = lifecycle[a.status] - lifecycle[b.status];
  return difference === 0 ? contentKey(a) < contentKey(b) : difference < 0;
}

function isSameContent(a: StatementRow, b: StatementRow): boolean {
  return contentKey(a) === contentKey(b);
}

function contentKey(row: StatementRow): string {
  return JSON.stringify([
    row.orderRef,
    row.status,
    row.description,
    row.currency,
    row.totalCents,
    row.creditedCurrency,
    row.creditedCents,
    row.at,
  ]);
}
