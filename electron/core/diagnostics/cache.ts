import { statSync } from 'node:fs';
import { tableCounts } from '../cache/counts.ts';
import { toAppError } from '../cache/errors.ts';
import type { Cache } from '../cache/types.ts';
import { readPullState } from '../sync/state.ts';
import type { OutboxItem, SyncStatus } from '../sync/types.ts';

/**
 * How the local data stands: sizes, rows, age of the cursor and of the queue, the last self-check.
 * @param now microseconds by this machine's clock
 */
export async function cacheLines(
  cache: Cache,
  sync: SyncStatus,
  outbox: readonly OutboxItem[],
  now: number,
): Promise<readonly string[]> {
  const waiting = outbox.filter((item) => ['held', 'queued', 'sending', 'blocked'].includes(item.state));
  const oldest = Math.min(...waiting.map((item) => item.createdAt));
  const behind = sync.lastSyncedAt === null ? 'none' : age(now + sync.serverOffset - sync.lastSyncedAt);
  return [
    `Cache: file ${size(cache.path)}, WAL ${size(`${cache.path}-wal`)}${cache.recovery === null ? '' : ', rebuilt at this start'}`,
    `Cursor: ${behind}${openThen(cache)}`,
    `Queue: ${waiting.length === 0 ? 'empty' : `oldest edit waits ${age(now - oldest)}`}`,
    `Last check: ${checkText(sync.lastCheck)}`,
    await rowsLine(cache),
  ];
}

async function rowsLine(cache: Cache): Promise<string> {
  try {
    const counts = await cache.read(tableCounts, null);
    return `Rows: ${Object.entries(counts)
      .map(([table, rows]) => `${table} ${rows}`)
      .join(', ')}`;
  } catch (error) {
    // The text matters most when the cache is in trouble.
    const known = toAppError(error);
    return `Rows: unreadable (${known instanceof Error ? known.name : 'unknown'})`;
  }
}

/** The cursor is a snapshot: it names the server's transactions that were writing when it was taken. */
function openThen(cache: Cache): string {
  const snap = readPullState(cache.db).logSynced;
  const open = snap?.split(':')[2] ?? '';
  return snap === null
    ? ''
    : ` old, ${open === '' ? 0 : open.split(',').length} server transactions open then`;
}

function checkText(check: SyncStatus['lastCheck']): string {
  if (check === null) return 'never';
  const { at, rows, lost, different, ghosts } = check;
  return `${new Date(at / 1000).toISOString()}, ${rows} rows, ${lost} lost, ${different} different, ${ghosts} ghosts`;
}

function age(micros: number): string {
  return `${Math.max(0, Math.round(micros / 1e6))} s`;
}

function size(path: string): string {
  const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
