import { readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type pg from 'pg';
import { syncTable, syncTables, wireColumns, type SyncTableName } from '#shared/domain/sync/tables';
import { startConsoleApp, type ConsoleApp } from '#tests/support/console-app';
import { startFaultProxy, type FaultProxy } from '#tests/support/fault-proxy';
import { dice, type Dice } from './random.ts';
import { differences } from './truth.ts';

/** One partition: what it was, and how long after its end everything agreed again. */
export type Partition = {
  readonly round: number;
  readonly direction: 'in' | 'out' | 'both';
  readonly manner: 'told' | 'silent';
  readonly millis: number;
  readonly edits: number;
  /** Milliseconds from the end of the partition to agreement. */
  readonly tookMillis: number;
  /** What still differed when the patience was at its end. */
  readonly diverged: readonly string[];
  /** Edits that the server never took, and such that it took more than once. */
  readonly lost: number;
  readonly doubled: number;
  /**
   * The longest that this machine itself kept a plain request waiting, while healing, that met no partition. When that is
   * long, the time says more of the machine than of the product.
   */
  readonly machineMillis: number;
};

/** A team of consoles as the product wires them, with the real clock, each behind a network of its own. */
export type Team = {
  partition(round: number): Promise<Partition>;
  stop(): Promise<void>;
};

export type TeamOptions = {
  readonly url: string;
  readonly key: string;
  /** As superuser. */
  readonly sql: pg.Pool;
  readonly seed: number;
  /** Longest partition in milliseconds; ten seconds unless told otherwise. */
  readonly longestMillis?: number;
  /** Given the diagnostics of consoles that took longer than this to heal. */
  readonly slow?: { readonly millis: number; readonly note: (text: string) => void };
};

type Console = {
  readonly name: string;
  readonly userId: string;
  readonly isTutor: boolean;
  readonly app: ConsoleApp;
  readonly proxy: FaultProxy;
  readonly tables: typeof syncTables;
  rows(table: string): readonly (readonly unknown[])[];
  /** When its cache or its queue last changed, by performance.now(). */
  changedAt(): number;
  close(): void;
};

/** Two consoles of one tutor and one of support, signed in and in step. */
export async function openTeam(options: TeamOptions): Promise<Team> {
  const { sql } = options;
  const people = await plantPeople(sql, dice(options.seed * 7919 + 1));
  const consoles: Console[] = [];
  for (const [name, userId] of [
    ['tutor 1', people.tutor],
    ['tutor 2', people.tutor],
    ['support', people.support],
  ] as const) {
    consoles.push(await openOne(options, name, userId, people));
  }

  async function partition(round: number): Promise<Partition> {
    const roll = dice(options.seed * 1_000_003 + round);
    const direction = (['in', 'out', 'both'] as const)[roll.below(3)] ?? 'both';
    const manner = roll.next() < 0.5 ? 'told' : 'silent';
    const millis = roll.below((options.longestMillis ?? 10_000) + 1);
    const cut = consoles.filter(() => roll.next() < 0.75);
    const chosen = cut.length === 0 ? consoles : cut;
    const edits: string[] = [];
    const works = [
      ...consoles
        .filter((each) => each.isTutor)
        .flatMap((each) =>
          times(roll, roll.below(4), millis, () => addEdit(each, roll).then((id) => void edits.push(id))),
        ),
      ...times(roll, roll.below(6), millis, () => writeAsServer(sql, people, roll)),
    ];
    for (const each of chosen) each.proxy.partition(direction, manner);
    await Promise.all([wait(millis), ...works]);
    for (const each of chosen) each.proxy.heal();
    const healedAt = performance.now();
    const control = watchMachine(options);
    const diverged = await agreement(sql, consoles, healedAt);
    // Agreed since the last change of a cache or a queue: comparing takes its time, and more of it on a busy machine.
    const agreedAt =
      diverged.length > 0 ? performance.now() : Math.max(...consoles.map((each) => each.changedAt()));
    const tookMillis = Math.max(0, Math.round(agreedAt - healedAt));
    const machineMillis = await control();
    if (options.slow !== undefined && tookMillis > options.slow.millis) {
      for (const each of consoles) {
        const isCut = chosen.includes(each) ? 'cut' : 'not cut';
        options.slow.note(`${each.name} (${isCut}): ${(await each.app.client['diagnostics.read']({})).text}`);
      }
    }
    const effects = await sql.query<{ count: number }>(
      `select count(a.id)::int as count from unnest($1::uuid[]) e(id)
       left join public.audit_log a on a.target_id = e.id and a.action = 'unavailability.add' group by e.id`,
      [edits],
    );
    return {
      round,
      direction,
      manner,
      millis,
      edits: edits.length,
      tookMillis,
      diverged,
      machineMillis,
      lost: effects.rows.filter(({ count }) => count === 0).length,
      doubled: effects.rows.filter(({ count }) => count > 1).length,
    };
  }

  return {
    partition,
    async stop() {
      for (const each of consoles) {
        each.close();
        await each.app.stop();
        each.app.remove();
        await each.proxy.stop();
      }
    },
  };
}

/** How long agreement is waited for before it counts as never. */
const patienceMillis = 45_000;

/** Resolves when every queue is empty and every cache equals `select` under RLS; to what still differs when that never comes. */
async function agreement(sql: pg.Pool, consoles: readonly Console[], since: number): Promise<string[]> {
  // Comparing costs this machine enough to slow down what is measured: each console once it may be done, then all.
  let left = [...consoles];
  for (;;) {
    const found: string[] = [];
    for (const each of left) {
      const waiting = await each.app.outbox();
      const lines = waiting.map(
        (item) => `${each.name}: ${item.kind} is ${item.state} (${item.problem ?? ''})`,
      );
      if (lines.length === 0) lines.push(...(await differences(sql, each)));
      if (lines.length === 0) left = left.filter((other) => other !== each);
      found.push(...lines);
    }
    if (found.length > 0) {
      if (performance.now() - since > patienceMillis) return found;
      await wait(100);
    } else {
      for (const each of consoles) found.push(...(await differences(sql, each)));
      if (found.length === 0) return found;
      left = [...consoles];
    }
  }
}

/** Asks the backend directly again and again, as the simplest of consoles would; resolves to the longest that took. */
function watchMachine({ url, key, sql }: TeamOptions): () => Promise<number> {
  let isOver = false;
  let longest = 0;
  const watching = (async () => {
    while (!isOver) {
      const startedAt = performance.now();
      await Promise.all([
        // A kept connection that was closed meanwhile is no matter here.
        fetch(`${url}/auth/v1/health`, { headers: { apikey: key } }).then(
          (answer) => answer.text(),
          () => undefined,
        ),
        sql.query('select 1'),
        wait(50),
      ]);
      longest = Math.max(longest, performance.now() - startedAt - 50);
    }
  })();
  return async () => {
    isOver = true;
    await watching;
    return Math.round(longest);
  };
}

async function addEdit({ app }: Console, roll: Dice): Promise<string> {
  const id = roll.uuid();
  const start_at = (Math.floor(Date.now() / 3_600_000) + 2400 + roll.below(20_000)) * 3_600_000_000;
  const args = { id, start_at, end_at: start_at + 3_600_000_000, reason_private: null };
  await app.client['outbox.add']({ kind: 'unavailability.add', args });
  return id;
}

/** What the web app and other people do meanwhile. */
async function writeAsServer(sql: pg.Pool, people: People, roll: Dice): Promise<void> {
  const text = roll.uuid();
  switch (roll.below(4)) {
    case 0:
      await sql.query('update public.bookings set student_notes = $2 where id = $1', [
        people.bookings[roll.below(people.bookings.length)],
        text,
      ]);
      return;
    case 1:
      await sql.query(
        'update public.bookings set tutor_id = case when tutor_id = $2 then $3::uuid else $2 end where id = $1',
        [people.bookings[roll.below(people.bookings.length)], people.tutor, people.other],
      );
      return;
    case 2:
      await sql.query(
        `insert into public.booking_messages (id, booking_id, sender_id, message_type, body) values ($1, $2, $3, 'text', $4)`,
        [roll.uuid(), people.bookings[roll.below(people.bookings.length)], people.student, text],
      );
      return;
    default:
      await sql.query(
        `delete from public.booking_messages where id = (select id from public.booking_messages order by id limit 1)`,
      );
  }
}

/** Does `work` so many times, at moments of the partition that were drawn. */
function times(roll: Dice, count: number, within: number, work: () => Promise<unknown>): Promise<unknown>[] {
  return Array.from({ length: count }, () => roll.below(within + 1)).map(async (millis) => {
    await wait(millis);
    await work();
  });
}

type People = {
  readonly tutor: string;
  readonly other: string;
  readonly support: string;
  readonly student: string;
  readonly password: string;
  readonly bookings: readonly string[];
};

async function plantPeople(sql: pg.Pool, roll: Dice): Promise<People> {
  const [tutor, other, support, student, subject] = Array.from({ length: 5 }, roll.uuid);
  const password = roll.uuid();
  await sql.query(
    `insert into auth.users (id, email, encrypted_password, email_confirmed_at, raw_user_meta_data)
     select p.id, p.id || '@example.test', extensions.crypt($3, extensions.gen_salt('bf', 4)), now(),
       jsonb_build_object('role', p.role, 'full_name', 'Person ' || p.n)
     from unnest($1::uuid[], $2::text[]) with ordinality p(id, role, n)`,
    [[tutor, other, support, student], ['tutor', 'tutor', 'student', 'student'], password],
  );
  await sql.query(`insert into public.staff_members (user_id, role) values ($1, 'support')`, [support]);
  await sql.query(`insert into public.subjects (id, name, curriculum, level) values ($1, $2, 'CSEC', '5')`, [
    subject,
    `Maths ${password.slice(0, 8)}`,
  ]);
  const bookings = Array.from({ length: 8 }, roll.uuid);
  await sql.query(
    `insert into public.bookings (id, tutor_id, student_id, subject_id, status, price_ttd, requested_start_at, requested_end_at)
     select b.id, $2, $3, $4, 'PENDING', 150, s.at, s.at + interval '1 hour'
     from unnest($1::uuid[]) with ordinality b(id, n), lateral (select now() + (100 + b.n) * interval '2 hours' as at) s`,
    [bookings, tutor, student, subject],
  );
  if (tutor === undefined || other === undefined || support === undefined || student === undefined)
    throw new Error('nobody was planted');
  return { tutor, other, support, student, password, bookings };
}

async function openOne(options: TeamOptions, name: string, userId: string, people: People): Promise<Console> {
  const proxy = await startFaultProxy(options.url);
  const app = await startConsoleApp({
    url: proxy.url,
    key: options.key,
    // As in the product, but for the five seconds in which an edit can be undone.
    holdMillis: 50,
    pollMillis: 'product',
  });
  await app.client['session.signIn']({ email: `${userId}@example.test`, password: people.password });
  // On a machine that is busy otherwise the first pull may need more than one go.
  while ((await app.sync()).lastSyncedAt === null) await wait(100);
  const folder = path.join(app.dataDir, 'cache');
  const file = readdirSync(folder).find((each) => each.endsWith('.db')) ?? 'none';
  const db = new Database(path.join(folder, file), { readonly: true });
  let changedAt = performance.now();
  const watching = new AbortController();
  const watch = async () => {
    for await (const _ of app.client['changes.watch']({}, watching.signal)) changedAt = performance.now();
  };
  // It ends with the console.
  watch().catch(() => undefined);
  return {
    name,
    userId,
    isTutor: userId === people.tutor,
    app,
    proxy,
    tables: syncTables,
    rows(table) {
      const columns = wireColumns(syncTable(table as SyncTableName)).join(', ');
      return db.prepare(`SELECT ${columns} FROM ${table} ORDER BY id`).raw().all() as unknown[][];
    },
    changedAt: () => changedAt,
    close() {
      watching.abort();
      db.close();
    },
  };
}
