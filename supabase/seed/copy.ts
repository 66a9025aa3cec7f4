import type { Client, Connection } from 'pg';
import { seedTables, type SeedRow, type SeedTableName } from './tables.ts';

// What pg's client and connection have for COPY; @types/pg leaves it out.
declare module 'pg' {
  interface Connection {
    sendCopyFromChunk(chunk: Buffer): void;
    endCopyFrom(): void;
  }
}

/** Writes rows with COPY FROM STDIN inside the client's transaction; rejects with what the server says. */
export function copyRows<T extends SeedTableName>(
  client: Client,
  target: string,
  table: T,
  rows: readonly SeedRow<T>[],
): Promise<void> {
  const columns = Object.keys(seedTables[table]);
  const text = `copy ${target} (${columns.join(', ')}) from stdin`;
  return new Promise((resolve, reject) => {
    client.query({
      submit: (connection: Connection) => connection.query(text),
      handleCopyInResponse: (connection: Connection) => {
        for (const chunk of chunksOf(table, rows)) connection.sendCopyFromChunk(chunk);
        connection.endCopyFrom();
      },
      // After an error the client forgets the query, so this is the last that is heard of it.
      handleError: reject,
      handleCommandComplete: () => undefined,
      handleReadyForQuery: () => resolve(),
    });
  });
}

/** Rows in the text form of COPY, one line a row; exported so that two generations can be compared byte by byte. */
export function* chunksOf<T extends SeedTableName>(table: T, rows: readonly SeedRow<T>[]): Generator<Buffer> {
  const columns = Object.entries<string>(seedTables[table]);
  let text = '';
  for (const row of rows) {
    const values = new Map<string, unknown>(Object.entries(row));
    let line = '';
    for (const [column, type] of columns) {
      if (line !== '') line += '\t';
      line += written(values.get(column), type);
    }
    text += `${line}\n`;
    if (text.length > 64_000) {
      yield Buffer.from(text);
      text = '';
    }
  }
  if (text !== '') yield Buffer.from(text);
}

function written(value: unknown, type: string): string {
  if (value === null) return String.raw`\N`;
  const kind = type.replace('?', '');
  if (typeof value === 'number') {
    if (kind === 'cents') return (value / 100).toFixed(2);
    return kind === 'instant' ? new Date(value).toISOString() : String(value);
  }
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (typeof value === 'string') return escaped(value);
  if (Array.isArray(value)) {
    return escaped(
      `{${value.map((item) => `"${String(item).replaceAll(/["\\]/g, String.raw`\$&`)}"`).join(',')}}`,
    );
  }
  if (kind === 'json' && typeof value === 'object') return escaped(JSON.stringify(value));
  throw new TypeError(`a ${type} cannot be ${typeof value}`);
}

function escaped(text: string): string {
  return text.replaceAll(/[\\\t\n\r]/g, (character) => {
    if (character === '\t') return String.raw`\t`;
    if (character === '\n') return String.raw`\n`;
    return character === '\r' ? String.raw`\r` : '\\\\';
  });
}
