import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { openCache } from '#core/cache/open';
import type { Cache } from '#core/cache/types';
import { createSyncEngine } from '#core/sync/engine';
import { createHttpTransport } from '#core/sync/transport';
import type { SyncEngine } from '#core/sync/types';
import { syncTables, wireColumns, type SyncTable } from '#shared/domain/sync/tables';
import { manualClock, type ManualClock } from '#tests/support/sync-rig';
import { createGate, turn, type Gate } from './gate.ts';
import { dice } from './random.ts';
import type { Stage } from './stage.ts';

/** One console: the product's own engine over a real file, behind a gate. It dies and comes back. */
export type SimClient = {
  readonly name: string;
  readonly userId: string;
  readonly gate: Gate;
  readonly engine: SyncEngine;
  readonly cache: Cache;
  readonly clock: ManualClock;
  ring(): void;
  /** Resolves when the console does nothing more until the next step. */
  settled(): Promise<void>;
  /**
   * Ends the console as kill -9 does, in the middle of whatever it waits for, and starts it on the file as it was at
   * that moment. Returns the requests that were on their way out.
   */
  crash(): Promise<readonly (() => Promise<void>)[]>;
  /** The same, where the program that starts again declares a table differently. */
  update(): Promise<readonly (() => Promise<void>)[]>;
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
  let isChanged = false;
  let ringers: (() => void)[] = [];
  let current = await live(manualClock());

  async function live(clock: ManualClock) {
    const gate = createGate(stage.proxy);
    const cache = await openCache(
      { directory: folder(life), project: 'simulated', userId, clock, log: () => undefined },
      isChanged ? changedTables : syncTables,
    );
    ringers = [];
    const engine = createSyncEngine({
      cache,
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
      log: () => undefined,
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
    return { gate, cache, engine, clock };
  }

  function folder(number: number): string {
    return path.join(options.directory, `${options.name}-${number}`);
  }

  async function settled(): Promise<void> {
    let seen = -1;
    for (let quiet = 0; quiet < 5; quiet += 1) {
      await turn();
      if (current.gate.activity === seen) continue;
      seen = current.gate.activity;
      quiet = 0;
    }
  }

  async function crash(): Promise<readonly (() => Promise<void>)[]> {
    const { gate, cache, clock } = current;
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
    current = await live(manualClock(clock.now()));
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
    update() {
      isChanged = !isChanged;
      return crash();
    },
    rows(table) {
      const found = syncTables.find((each) => each.name === table);
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

/** Another version of the console: bookings and people are indexed differently, so their tables are made anew. */
const changedTables: readonly SyncTable[] = (syncTables as readonly SyncTable[]).map((table) =>
  ['bookings', 'people'].includes(table.name)
    ? { ...table, indexes: [...table.indexes, ['row_version']] }
    : table,
);
