import { afterAll, beforeAll, expect, test } from 'vitest';
import { TransportError } from '#core/sync/transport';
import type { SyncTransport } from '#core/sync/types';
import type { PullRequest } from '#shared/domain/sync/wire';
import { startBackend, type Backend } from '../support/backend.ts';
import { createRandom, type Random } from '../support/random.ts';
import { differences, openConsole, plantBookings, type Console } from '../support/sync-rig.ts';

let backend: Backend;

beforeAll(async () => {
  backend = await startBackend();
});
afterAll(async () => await backend.stop());

const lost = () => new TransportError('cut off', { status: 0 });

test('a first pull that was cut off goes on where it stood, and leaves no row that went meanwhile', async () => {
  const tutor = await backend.createUser({ role: 'tutor' });
  const student = await backend.createUser({ role: 'student' });
  const ids = await plantBookings(backend.sql, tutor.id, student.id, 40);
  const requests: PullRequest[] = [];
  let left = 3;
  const wrap = (inner: SyncTransport): SyncTransport => ({
    ...inner,
    pull(request, signal) {
      requests.push(request);
      if (left-- <= 0) return Promise.reject(lost());
      return inner.pull(request, signal);
    },
  });
  const console = await openConsole(backend, tutor, { pageSize: 5, wrap });
  await expect(console.engine.pull()).rejects.toMatchObject({ code: 'OFFLINE' });
  const known = console.rows('bookings').map((row) => String(row[0]));
  expect(known.length).toBeGreaterThan(5);
  // The process ends here; the rest happens while it is away.
  await console.engine.stop();
  await console.cache.close();
  await backend.sql.query('delete from public.bookings where id = $1', [known[0]]);
  const elsewhere = await backend.createUser({ role: 'tutor' });
  await backend.sql.query('update public.bookings set tutor_id = $2 where id = $1', [known[1], elsewhere.id]);
  left = Number.POSITIVE_INFINITY;
  requests.length = 0;
  const again = await openConsole(backend, tutor, { directory: console.directory, pageSize: 5, wrap });
  expect(again.rows('bookings')).toHaveLength(known.length);
  await again.engine.pull();
  expect(requests[0]?.tables['bookings']?.xid).not.toBe('0');
  await again.engine.pull();
  expect(again.rows('bookings')).toHaveLength(ids.length - 2);
  expect(await differences(backend.sql, tutor.id, again)).toEqual([]);
  await again.stop();
});

test.each(['bookings', 'people'])(
  'a declaration of %s that changed in the middle of a first pull loses no row and leaves none',
  async (changed) => {
    const tutor = await backend.createUser({ role: 'tutor' });
    const student = await backend.createUser({ role: 'student' });
    await plantBookings(backend.sql, tutor.id, student.id, 30);
    let left = 3;
    const wrap = (inner: SyncTransport): SyncTransport => ({
      ...inner,
      pull: (...args) => (left-- > 0 ? inner.pull(...args) : Promise.reject(lost())),
    });
    const console = await openConsole(backend, tutor, { pageSize: 5, wrap });
    await expect(console.engine.pull()).rejects.toMatchObject({ code: 'OFFLINE' });
    const delivered = console.rows('bookings').map((row) => row[0]);
    await console.engine.stop();
    console.cache.db.prepare(`UPDATE sync_tables SET hash = 'old' WHERE name = ?`).run(changed);
    await console.cache.close();
    await backend.sql.query('delete from public.bookings where id = $1', [delivered[0]]);
    left = Number.POSITIVE_INFINITY;
    const again = await openConsole(backend, tutor, { directory: console.directory, pageSize: 5, wrap });
    await again.engine.pull();
    await again.engine.pull();
    expect(await differences(backend.sql, tutor.id, again)).toEqual([]);
    await again.stop();
  },
);

test('a cursor from the future (a restored database) makes everything be pulled again', async () => {
  const tutor = await backend.createUser({ role: 'tutor' });
  const student = await backend.createUser({ role: 'student' });
  await plantBookings(backend.sql, tutor.id, student.id, 3);
  const console = await openConsole(backend, tutor);
  await console.engine.pull();
  console.cache.db
    .prepare(
      `UPDATE sync_state SET value = replace(value, json_extract(value, '$.logSynced'), '900000000:900000000:')`,
    )
    .run();
  console.cache.db
    .prepare(`INSERT INTO bookings(id, row_version) VALUES ('00000000-0000-4000-8000-000000000000', 9)`)
    .run();
  await console.engine.pull();
  expect(await differences(backend.sql, tutor.id, console)).toEqual([]);
  await console.stop();
});

test('at most one pull is under way, however often the doorbell rings', async () => {
  const tutor = await backend.createUser({ role: 'tutor' });
  let underWay = 0;
  let most = 0;
  let count = 0;
  const rings = new Set<() => void>();
  const console = await openConsole(backend, tutor, {
    doorbell: {
      onRing(listener) {
        rings.add(listener);
        return () => rings.delete(listener);
      },
    },
    wrap: (inner) => ({
      ...inner,
      async pull(request, signal) {
        count += 1;
        most = Math.max(most, (underWay += 1));
        try {
          return await inner.pull(request, signal);
        } finally {
          underWay -= 1;
        }
      },
    }),
  });
  console.engine.start();
  for (let ring = 0; ring < 50; ring += 1) for (const listener of rings) listener();
  await Promise.all([console.engine.pull(), console.engine.pull()]);
  expect(most).toBe(1);
  expect(count).toBeLessThanOrEqual(4);
  await console.stop();
  expect(rings.size).toBe(0);
});

test('a server in trouble is asked again after a growing, random time, and never in a hot loop', async () => {
  const tutor = await backend.createUser({ role: 'tutor' });
  const delays: number[] = [];
  let run: () => void = () => undefined;
  let calls = 0;
  const console = await openConsole(backend, tutor, {
    pollMillis: 1e9,
    clock: {
      now: () => Date.now() * 1000,
      after(millis, timer) {
        // The poll, and the looks of the watchdog.
        if (![1e9, 3000, 4500].includes(millis)) {
          delays.push(millis);
          run = timer;
        }
        return () => undefined;
      },
    },
    wrap: (inner) => ({
      ...inner,
      pull() {
        calls += 1;
        return Promise.reject(
          calls === 3
            ? new TransportError('too many', { status: 429, retryAfterMillis: 17_000 })
            : new TransportError('busy', { status: 503 }),
        );
      },
    }),
  });
  console.engine.start();
  for (let attempt = 1; attempt <= 8; attempt += 1) {
    await expect.poll(() => delays.length).toBe(attempt);
    run();
  }
  await expect.poll(() => calls).toBe(9);
  expect(delays.slice(0, 8)).toEqual([500, 1000, 17_000, 4000, 8000, 16_000, 30_000, 30_000]);
  await console.stop();
});

/** Random edits, handovers, deletions and open transactions, pulled by several users at random moments. */
test.each([1, 2, 3, 4, 5, 6])(
  'after any history every cache equals what its user may see (seed %i)',
  async (seed) => {
    const random = createRandom(seed);
    const tutors = [await backend.createUser({ role: 'tutor' }), await backend.createUser({ role: 'tutor' })];
    const staff = await backend.createUser({ role: 'tutor', staff: ['support'] });
    const students = [
      await backend.createUser({ role: 'student' }),
      await backend.createUser({ role: 'student' }),
    ];
    for (const [index, tutor] of tutors.entries()) {
      await plantBookings(backend.sql, tutor.id, students[index]?.id ?? '', 6);
    }
    const users = [...tutors, staff];
    const open = async (index: number, directory?: string): Promise<Console> =>
      await openConsole(backend, users[index] ?? staff, {
        pageSize: 2 + random.below(6),
        wrap: unreliable(random),
        ...(directory === undefined ? {} : { directory }),
      });
    const consoles = await Promise.all(users.map(async (_user, index) => await open(index)));
    const writer = await backend.sql.connect();
    let isOpen = false;
    for (let step = 0; step < 60; step += 1) {
      const which = random.below(users.length);
      const console = consoles[which];
      if (console === undefined) continue;
      switch (random.below(6)) {
        case 0: {
          await writer.query(isOpen ? (random.below(4) === 0 ? 'rollback' : 'commit') : 'begin');
          isOpen = !isOpen;
          break;
        }
        case 1:
        case 2: {
          await change(isOpen ? writer : backend.sql, random, tutors, students);
          break;
        }
        case 3: {
          edit(console, random);
          break;
        }
        case 4: {
          await console.engine.stop();
          await console.cache.close();
          consoles[which] = await open(which, console.directory);
          break;
        }
        default: {
          await console.engine.pull().catch(() => undefined);
          // With a transaction of the other side open, sending could wait for its locks.
          if (!isOpen) await console.engine.flush().catch(() => undefined);
        }
      }
    }
    if (isOpen) await writer.query('commit');
    writer.release();
    for (const [index, console] of consoles.entries()) {
      await settle(console);
      expect(console.engine.outbox()).toEqual([]);
      expect(await differences(backend.sql, users[index]?.id ?? '', console)).toEqual([]);
      const ledger = await backend.sql.query(
        `select m.mutation_id from sync.mutations m where m.user_id = $1 and m.kind = 'booking.confirm' and m.outcome = 'applied'
       group by 1 having count(*) <> 1`,
        [users[index]?.id],
      );
      expect(ledger.rows).toEqual([]);
      await console.stop();
    }
    const doubled = await backend.sql.query(
      `select target_id from public.audit_log where action = 'booking.decline' and target_id in (select id from public.bookings where tutor_id = any ($1))
     group by 1 having count(*) > 1`,
      [tutors.map((tutor) => tutor.id)],
    );
    expect(doubled.rows).toEqual([]);
  },
);

/** Heals and quiesces: everything is sent, refusals are dropped, and a round that began after the last answer is done. */
async function settle(console: Console): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    try {
      await console.engine.flush();
      await console.engine.pull();
      await console.engine.pull();
    } catch {
      continue;
    }
    for (const item of console.engine.outbox()) {
      if (['conflict', 'rejected'].includes(item.state)) console.engine.discard(item.id);
    }
    if (console.engine.outbox().length === 0) return;
  }
}

function unreliable(random: Random): (inner: SyncTransport) => SyncTransport {
  async function spoil<T>(call: () => Promise<T>): Promise<T> {
    const fate = random.below(8);
    if (fate === 0) throw lost();
    const answer = await call();
    if (fate === 1) throw lost();
    return answer;
  }
  return (inner) => ({
    ...inner,
    pull: async (...args) => await spoil(async () => await inner.pull(...args)),
    push: async (...args) => await spoil(async () => await inner.push(...args)),
  });
}

async function change(
  sql: Pick<Backend['sql'], 'query'>,
  random: Random,
  tutors: readonly { readonly id: string }[],
  students: readonly { readonly id: string }[],
): Promise<void> {
  const tutor = random.pick(tutors).id;
  const student = random.pick(students).id;
  const some = `(select id from public.bookings where tutor_id = any ($1) and status = 'PENDING' order by md5(id::text || $2) limit 1)`;
  const ids = tutors.map((each) => each.id);
  const salt = String(random.below(1e6));
  const run = async (text: string, ...more: unknown[]) => {
    await sql.query('select 1');
    await sql.query(text, [ids, salt, ...more]);
  };
  switch (random.below(6)) {
    case 0:
      return await run(`update public.bookings set student_notes = $2 where id = ${some}`);
    case 1:
      return await run(`update public.bookings set tutor_id = $3 where id = ${some}`, tutor);
    case 2:
      return await run(`update public.bookings set student_id = $3 where id = ${some}`, student);
    case 3:
      return await run(`delete from public.bookings where id = ${some}`);
    case 4:
      return await run(
        `insert into public.booking_messages (booking_id, sender_id, body) select id, student_id, $2 from public.bookings where id = ${some}`,
      );
    default:
      return await run(
        `insert into public.bookings (tutor_id, student_id, subject_id, requested_start_at, requested_end_at)
         select $3, $4, subject_id, requested_start_at + interval '90 days', requested_end_at + interval '90 days'
         from public.bookings where id = ${some}`,
        tutor,
        student,
      );
  }
}

function edit(console: Console, random: Random): void {
  const pending = console.cache.db
    .prepare(`SELECT id FROM bookings WHERE status = 'PENDING' ORDER BY id`)
    .pluck()
    .all();
  if (pending.length === 0) return;
  const id = String(random.pick(pending));
  if (random.below(2) === 0) console.engine.add({ kind: 'booking.confirm', args: { booking_id: id } });
  else console.engine.add({ kind: 'booking.decline', args: { booking_id: id, message: 'Not this time' } });
}
