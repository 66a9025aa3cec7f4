import type * as z from 'zod';
import type { AppContract } from '#shared/rpc/contract';
import type { Client } from '#shared/rpc/define';
import type { HostContract } from '#shared/rpc/host-contract';
import { AppError } from '#shared/rpc/errors';
import type { ConnectionState } from '../connection/connection.ts';
import type { SessionState } from '../session/session.ts';
import type { DoorbellWay } from '../sync/doorbell.ts';
import type { OutboxItem, SyncStatus } from '../sync/types.ts';
import type { HealthReport } from './health.ts';

export type DiagnosticsInput = {
  readonly host: z.output<AppContract['app.info']['output']>;
  readonly connection: ConnectionState;
  readonly session: SessionState;
  readonly sync: SyncStatus;
  readonly outbox: readonly OutboxItem[];
  /** How the console hears of changes; null while no cache is open. */
  readonly doorbell: DoorbellWay | null;
  /** Null while no cache is open. */
  readonly health: HealthReport | null;
  /** See cacheLines; empty while no cache is open. */
  readonly cache: readonly string[];
  /** Lines of the log, already redacted. */
  readonly log: readonly string[];
  readonly now: Date;
};

/**
 * What support needs to know, as text that a person can read before sending it. Names no user, no student, no
 * content of an edit; the backend is named, because most trouble lies there.
 */
export function diagnosticsText(input: DiagnosticsInput): string {
  const { host, connection, session, sync, outbox } = input;
  const roles =
    session.status === 'signed-in' || session.status === 'needs-sign-in' ? rolesOf(session.me) : 'none';
  const counts = Map.groupBy(outbox, (item) => `${item.kind} ${item.state}${codeOf(item)}`);
  const lines = [
    `iTutor Console ${host.version} in ${host.host} on ${host.platform}, Node ${process.versions.node}, ${input.now.toISOString()}`,
    `Backend: ${connection.url ?? 'none'} (${connection.source}${connection.isEmbedded ? ', embedded' : ''})`,
    `Session: ${session.status}, roles: ${roles}`,
    `Sync: ${sync.state}, last synced ${isoOf(sync.lastSyncedAt)}, server clock ${Math.round(sync.serverOffset / 1000)} ms ahead` +
      (sync.isReadOnly ? ', read-only' : ''),
    ...(sync.problem === null ? [] : [`Problem: ${sync.problem}`]),
    ...(input.doorbell === null ? [] : [`Doorbell: ${doorbellWords[input.doorbell]}`]),
    ...sync.alarms.map(({ kind, since }) => `Alarm: ${kind} since ${isoOf(since)}`),
    ...(input.health === null ? [] : healthLines(input.health)),
    ...input.cache,
    `Outbox: ${outbox.length === 0 ? 'empty' : ''}`,
    ...[...counts].map(([what, items]) => `  ${items.length} x ${what}`),
    `Log, newest last:`,
    ...input.log.map((line) => `  ${line}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** The host's word on itself; a host that does not answer is no reason to show nothing. */
export async function hostInfo(host: Client<HostContract>): Promise<DiagnosticsInput['host']> {
  try {
    return await host['host.info']({});
  } catch (error) {
    if (error instanceof AppError)
      return { version: 'unknown', host: 'browser', platform: process.platform, abilities: [] };
    throw error;
  }
}

function rolesOf(me: {
  readonly profileRole: string | null;
  readonly staffRoles: readonly string[];
}): string {
  return [me.profileRole ?? 'no profile', ...me.staffRoles].join(', ');
}

const doorbellWords: Readonly<Record<DoorbellWay, string>> = {
  connecting: 'not connected yet; changes come with the polls',
  broadcast: 'private Broadcast',
  changes: 'postgres_changes, because private Broadcast is refused or missing; it is tried again',
  none: 'none is offered; changes come with the polls',
};

function healthLines({ server, serverProblem, faults, restarts, lastPull }: HealthReport): string[] {
  const oldest = server?.oldestWrite;
  return [
    ...(server === null
      ? []
      : [
          `Server at ${isoOf(server.askedAt)}: ${server.behind ?? 'all'} transactions since the cursor, ${server.openWrites} writing` +
            (oldest == null
              ? ''
              : `, the oldest for ${Math.round(oldest.ageMicros / 1e6)} s (${oldest.place})`) +
            (server.isPartial ? ', some of unknown age' : ''),
        ]),
    ...(serverProblem === null ? [] : [`Server could not be asked: ${serverProblem}`]),
    `Last pull: ${lastPull === null ? 'none' : `${isoOf(lastPull.endedAt)}, ${lastPull.changes.length} tables changed`}`,
    `Started anew by the watchdog: ${restarts} times`,
    ...faults.map(({ at, source, code, detail }) =>
      `Failed ${isoOf(at)}: ${source} ${code} ${detail}`.trim(),
    ),
  ];
}

function codeOf(item: OutboxItem): string {
  return item.problemCode === null ? '' : ` (${item.problemCode})`;
}

function isoOf(micros: number | null): string {
  return micros === null ? 'never' : new Date(micros / 1000).toISOString();
}
