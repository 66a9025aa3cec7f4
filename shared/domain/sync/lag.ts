/**
 * How many transactions began on the server since a cursor: everything from its oldest open one up to the newest of
 * `now`. Both are texts of pg_snapshot; null before the first pull.
 */
export function lagOf(cursor: string | null, now: string): number | null {
  if (cursor === null) return null;
  const behind = BigInt(now.split(':')[1] ?? 0) - BigInt(cursor.split(':')[0] ?? 0);
  return behind < 0n ? 0 : Number(behind);
}
