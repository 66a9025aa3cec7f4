import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { openCache } from '#core/cache/open';
import type { Cache, Log } from '#core/cache/types';
import { createSyncEngine } from '#core/sync/engine';
import { createHttpTransport } from '#core/sync/transport';
import type { SyncEngine } from '#core/sync/types';
import { wireColumns, type SyncTable } from '#shared/domain/sync/tables';
import { manualClock, type ManualClock } from '#tests/support/sync-rig';
import { moveAhead, spoilRow } from './damage.ts';
import { versions } from './declarations.ts';
import { createGate, turn, type Gate } from './gate.ts';
import { dice, pick } from './random.ts';
import type { Stage } from './stage.ts';

/** One console: the product's own engine over a real file, behind a gate. It dies and comes back. */
export type SimClient = {
  readonly name: string;
  readonly userId: string;
  readonly gate: Gate;
  readonly engine: SyncEngine;
  readonly cache: Cache;
  readonly clock: ManualClock;
  /** What the version that runs now declares. */
  readonly tables: readonly SyncTable[];
  /** A row was altered behind the product's back, and no self-check was complete since. */
  readonly isSpoiled: boolean;
  /** What the self-check had to repair although nobody had altered anything. */
  readonly wrongRepairs: readonly string[];
  ring(): void;
  /** Resolves when the console does nothing more until the next step. */
  settled(): Promise<void>;
  /**
   * Ends the console as kill -9 does, in the middle of whatever it waits for, and starts it on the file as it was at
   * that moment. Returns the requests that were on their way out.
   */
  crash(): Promise<readonly (() => Promise<void>)[]>;
  /** The same, where the program that starts again is another version. */
  update(rolls: readonly number[]): Promise<readonly (() => Promise<void>)[]>;
  /** Sets the machine's clock; timers run on. */
  jump(millis: number): void;
  spoil(rolls: readonly number[]): void;
  /** Makes the cache one that knows more than the server. */
  moveAhead(): void;
  /** All rows of a table as they are shown, in wire column order, sorted by id. */
  rows(table: string): readonly (readonly unknown[])[];
  stop(): Promise<void>;
};

export type ClientOptions = {
  readonly stage: Stage;
  readonly name: string;
  readonly userId: string;
  readonly token: string;
  /** Folder of this console's files. */
  readonly directory: string;
  readonly seed: number;
};

export async function openClient(options: ClientOptions): Promise<SimClient> {
  const { stage, userId } = options;
  const roll = dice(options.seed);
  let life = 0;
  let tables: readonly SyncTable[] = versions[0];
  let offset = 0;
  let isSpoiled = false;
  const wrongRepairs: string[] = [];
  let ringers: (() => void)[] = [];
  let current = await live(manualClock());

  function log(...[, event, fields]: Parameters<Log>): void {
    if (event === 'check.done') isSpoiled = false;
    if (event === 'check.repaired' && !isSpoiled)
      wrongRepairs.push(`${options.name}: the self-check repaired ${JSON.stringify(fields)}`);
  }

  async function live(timers: ManualClock) {
    const clock: ManualClock = {
      now: () => timers.now() + offset,
      after: timers.after,
      advance: timers.advance,
      get timers() {
        return timers.timers;
      },
    };
    const gate = createGate(stage.proxy);
    const cache = await openCache(
      { directory: folder(life), project: 'simulated', userId, clock, log },
      tables,
    );
    ringers = [];
    // The reader is a thread of its own: what it does is waited for like what the network does.
    const reading = new Set<Promise<unknown>>();
    const read: Cache['read'] = (...args) => {
      const answer = cache.read(...args);
      const settled = answer.then(
        () => undefined,
        () => undefined,
      );
      reading.add(settled);
      void settled.then(() => reading.delete(settled));
      return answer;
    };
    const engine = createSyncEngine({
      cache: { ...cache, read },
      transport: createHttpTransport({
        url: stage.url,
        key: stage.publishableKey,
        userId,
        accessToken: () => Promise.resolve(options.token),
        fetch: gate.fetch,
        timeoutMillis: 86_400_000,
      }),
      userId,
      clock,
      random: roll.next,
      newId: roll.uuid,
      log,
      tables,
      refreshSession: () => Promise.resolve(true),
      doorbell: {
        onRing(listener) {
          ringers.push(listener);
          return () => undefined;
        },
      },
      pageSize: 3,
    });
    engine.start();
    return { gate, cache, engine, clock, timers, reading };
  }

  function folder(number: number): string {
    return path.join(options.directory, `${options.name}-${number}`);
  }

  async function settled(): Promise<void> {
    let seen = -1;
    for (let quiet = 0; quiet < 5; quiet += 1) {
      await turn();
      if (current.reading.size > 0) {
        await Promise.all(current.reading);
        quiet = 0;
      }
      if (current.gate.activity === seen) continue;
      seen = current.gate.activity;
      quiet = 0;
    }
  }

  async function crash(): Promise<readonly (() => Promise<void>)[]> {
    const { gate, cache, timers } = current;
    const orphans = gate.orphan();
    const target = folder(life + 1);
    mkdirSync(target, { recursive: true });
    // What a killed process leaves: the file and its log, as they are on the disk now.
    for (const suffix of ['', '-wal']) {
      const from = cache.path + suffix;
      if (existsSync(from)) copyFileSync(from, path.join(target, path.basename(from)));
    }
    await cache.close();
    rmSync(folder(life), { recursive: true, force: true });
    life += 1;
    current = await live(manualClock(timers.now()));
    await settled();
    return orphans;
  }

  await settled();
  return {
    name: options.name,
    userId,
    get gate() {
      return current.gate;
    },
    get engine() {
      return current.engine;
    },
    get cache() {
      return current.cache;
    },
    get clock() {
      return current.clock;
    },
    ring() {
      for (const ringer of ringers) ringer();
    },
    settled,
    crash,
    update([which = 0]) {
      tables =
        pick(
          versions.filter((each) => each !== tables),
          which,
        ) ?? versions[0];
      return crash();
    },
    get tables() {
      return tables;
    },
    get isSpoiled() {
      return isSpoiled;
    },
    wrongRepairs,
    jump(millis) {
      offset += millis * 1000;
    },
    spoil(rolls) {
      // In the middle of a self-check nobody could say which side of it this came from.
      if (current.gate.parked.some((each) => ['sync_digest', 'sync_list_bucket'].includes(each.rpc))) return;
      isSpoiled = spoilRow(current.cache.db, tables, rolls) || isSpoiled;
    },
    moveAhead() {
      moveAhead(current.cache.db);
    },
    rows(table) {
      const found = tables.find((each) => each.name === table);
      if (found === undefined) throw new Error(`no table ${table}`);
      const columns = wireColumns(found).join(', ');
      return current.cache.db
        .prepare(`SELECT ${columns} FROM ${table} ORDER BY id`)
        .raw()
        .all() as unknown[][];
    },
    async stop() {
      current.gate.orphan();
      await current.cache.close();
      rmSync(folder(life), { recursive: true, force: true });
    },
  };
}
