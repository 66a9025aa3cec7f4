/** Writes one structured line to stderr. An error is written as its message: a stack may hold paths of the user. */
export function log(event: string, fields: Readonly<Record<string, unknown>>): void {
  const safe = Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, value instanceof Error ? value.message : value]),
  );
  process.stderr.write(`${JSON.stringify({ event, ...safe })}\n`);
}
