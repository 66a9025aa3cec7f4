import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import type pg from 'pg';
import { expect } from 'vitest';
import { createApp, type AppOptions } from '#core/app';
import { systemClock } from '#core/clock';
import { openLog } from '#core/log/log';
import { messagePort } from '#core/rpc/message-port';
import type { SessionState } from '#core/session/session';
import type { OutboxItem, SyncStatus } from '#core/sync/types';
import { createClient } from '#shared/rpc/client';
import { contract, type AppContract } from '#shared/rpc/contract';
import type { Client, Handlers } from '#shared/rpc/define';
import { AppError } from '#shared/rpc/errors';
import { hostContract, maxHostInputBytes, type HostContract } from '#shared/rpc/host-contract';
import { serve } from '#shared/rpc/server';

/** What a host keeps for its core. Hand it to a second console to restart the first. */
export type HostMemory = { readonly secrets: Map<string, string>; readonly exports: Map<string, string> };

export type ConsoleApp = {
  readonly client: Client<AppContract>;
  readonly dataDir: string;
  readonly memory: HostMemory;
  session(): Promise<SessionState>;
  sync(): Promise<SyncStatus>;
  outbox(): Promise<readonly OutboxItem[]>;
  /** Waits until the session has this status. */
  until(status: SessionState['status']): Promise<SessionState>;
  /** Resolves once nothing waits to be sent or pulled. */
  settled(): Promise<void>;
  /** Ends it as closing the window does. The data directory stays unless it is `remove`d. */
  stop(): Promise<void>;
  remove(): void;
};

export type ConsoleAppOptions = Partial<Pick<AppOptions, 'clock' | 'fetch' | 'holdMillis' | 'draftKinds'>> & {
  /** Milliseconds, ten minutes unless told otherwise; 'product' for what the product does. */
  readonly pollMillis?: number | 'product';
  readonly url?: string;
  readonly key?: string;
  readonly dataDir?: string;
  readonly memory?: HostMemory;
};

/** A whole core in this process, reached over real ports; the host is this test's. Edits are held for 10 ms unless told otherwise. */
export async function startConsoleApp(options: ConsoleAppOptions = {}): Promise<ConsoleApp> {
  const dataDir = options.dataDir ?? mkdtempSync(path.join(os.tmpdir(), 'itutor-core-'));
  const memory = options.memory ?? { secrets: new Map<string, string>(), exports: new Map<string, string>() };
  const file = openLog({ directory: path.join(dataDir, 'logs'), now: Date.now });
  const hostWire = new MessageChannel();
  const clientWire = new MessageChannel();
  const rpcLog = (event: string, fields: Readonly<Record<string, unknown>>) =>
    file.log('warn', event, fields);
  serve(hostContract, hostHandlers(memory), messagePort(hostWire.port1), {
    log: rpcLog,
    checkOutput: true,
    maxInputBytes: maxHostInputBytes,
  });
  const { clock = systemClock, fetch, holdMillis = 10, pollMillis = 600_000 } = options;
  const app = createApp({
    dataDir,
    environment: { supabaseUrl: options.url, supabaseKey: options.key, isEmbedded: true },
    host: createClient(hostContract, messagePort(hostWire.port2)),
    clock,
    log: file,
    holdMillis,
    ...(pollMillis === 'product' ? {} : { pollMillis }),
    ...(fetch === undefined ? {} : { fetch }),
    ...(options.draftKinds === undefined ? {} : { draftKinds: options.draftKinds }),
  });
  serve(contract, app.handlers, messagePort(clientWire.port1), { log: rpcLog, checkOutput: true });
  const client = createClient(contract, messagePort(clientWire.port2));
  await app.start();

  const session = () => first(client['session.watch']({}));
  const outbox = async () => (await client['outbox.list']({})).items;
  return {
    client,
    dataDir,
    memory,
    session,
    sync: () => first(client['sync.watch']({})),
    outbox,
    async until(status) {
      await expect.poll(async () => (await session()).status, { timeout: 15_000, interval: 20 }).toBe(status);
      return session();
    },
    async settled() {
      await client['sync.now']({});
      const busy = async () => (await outbox()).filter((item) => isUnderWay(item.state)).length;
      await expect.poll(busy, { timeout: 15_000, interval: 20 }).toBe(0);
      await client['sync.now']({});
    },
    async stop() {
      await app.stop();
      hostWire.port1.close();
      clientWire.port1.close();
    },
    remove: () => rmSync(dataDir, { recursive: true, force: true }),
  };
}

/** The host's side, as a test has it: secrets and exported files in memory. */
export function hostHandlers(memory: HostMemory): Handlers<HostContract> {
  return {
    'host.info': async () => ({ version: '0.0.1', host: 'browser', platform: 'test', abilities: [] }),
    'secrets.read': async ({ name }) => ({ value: memory.secrets.get(name) ?? null }),
    'secrets.write': async ({ name, value }) => {
      memory.secrets.set(name, value);
      return { isDurable: true };
    },
    'secrets.remove': async ({ name }) => {
      memory.secrets.delete(name);
      return {};
    },
    'documents.open': async ({ name, bytes, isKnown }) => {
      memory.exports.set(name, Buffer.from(bytes).toString('latin1'));
      return { path: `/opened/${name}`, isOpened: isKnown };
    },
    'documents.forget': async () => ({}),
    'files.export': async ({ name, content }) => {
      memory.exports.set(name, content);
      return { path: `/exports/${name}` };
    },
  };
}

/** The first value of a stream. */
export async function first<T>(stream: AsyncIterable<T>): Promise<T> {
  for await (const value of stream) return value;
  throw new Error('the stream ended without a value');
}

/** The AppError that a promise rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<AppError> {
  const outcome = await promise.then(
    (value: unknown) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('error' in outcome && outcome.error instanceof AppError) return outcome.error;
  throw new Error('expected an AppError', { cause: outcome });
}

export type LessonParts = {
  readonly tutor: string;
  readonly student: string;
  readonly startAt: Date;
  readonly minutes?: number;
  readonly status?: string;
  readonly notes?: string;
};

/** A booking as the web app leaves it, with its session when it is confirmed. Returns its id. */
export async function plantLesson(sql: pg.Pool, parts: LessonParts): Promise<string> {
  const { tutor, student, startAt, minutes = 60, status = 'PENDING', notes = null } = parts;
  const id = randomUUID();
  const subject = await sql.query<{ id: string }>(
    `insert into public.subjects (name, curriculum, level) values ('Mathematics', 'CSEC', '5')
     on conflict (name, curriculum, level) do update set name = excluded.name returning id`,
  );
  const endAt = new Date(startAt.getTime() + minutes * 60_000);
  const isConfirmed = status === 'CONFIRMED';
  await sql.query(
    `insert into public.bookings (id, tutor_id, student_id, subject_id, requested_start_at, requested_end_at,
       confirmed_start_at, confirmed_end_at, status, price_ttd, student_notes, duration_minutes, last_action_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 150.50, $10, $11, 'student')`,
    [
      id,
      tutor,
      student,
      subject.rows[0]?.id,
      startAt,
      endAt,
      isConfirmed ? startAt : null,
      isConfirmed ? endAt : null,
      status,
      notes,
      minutes,
    ],
  );
  if (isConfirmed) {
    await sql.query('select private.ensure_session(b) from public.bookings b where b.id = $1', [id]);
  }
  return id;
}

function isUnderWay(state: OutboxItem['state']): boolean {
  return state === 'held' || state === 'queued' || state === 'sending' || state === 'applied';
}
