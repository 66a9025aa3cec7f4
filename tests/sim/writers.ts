import type pg from 'pg';
import { pick } from './random.ts';
import type { World } from './world.ts';

/** Called with the bookings, blocks, schedules or people that the server side is about to change. */
export type Touched = (ids: readonly string[]) => void;

/** Somebody on the server side, in one explicitly open transaction at a time. */
export type Writer = {
  readonly isOpen: boolean;
  begin(rolls: readonly number[]): Promise<void>;
  write(rolls: readonly number[]): Promise<void>;
  savepoint(): Promise<void>;
  unsave(): Promise<void>;
  end(rolls: readonly number[]): Promise<void>;
};

export function createWriter(
  client: pg.Client,
  world: World,
  newId: () => string,
  touched: Touched,
  version: () => number,
): Writer {
  let isOpen = false;
  let savepoints = 0;

  async function attempt(text: string, values: readonly unknown[] = []): Promise<pg.QueryResult | null> {
    try {
      return await client.query(text, [...values]);
    } catch {
      // A lock that another open transaction holds, or a rule: this transaction goes back to its last savepoint.
      if (isOpen) await client.query(savepoints > 0 ? `rollback to s${savepoints}` : 'rollback');
      if (savepoints === 0) isOpen = false;
      return null;
    }
  }

  async function idOf(table: string, roll: number): Promise<string | undefined> {
    const found = await attempt(`select id from public.${table} order by id`);
    return pick((found?.rows ?? []) as { id: string }[], roll)?.id;
  }

  const each: readonly ((a: number, b: number, c: number) => Promise<void>)[] = [
    async function book(a, b, c) {
      const start = new Date(world.base + Math.floor(a * 60) * 3_600_000);
      await attempt(
        `insert into public.bookings (id, tutor_id, student_id, subject_id, requested_start_at, requested_end_at, price_ttd)
         values ($1, $2, $3, $4, $5::timestamptz, $5::timestamptz + interval '90 minutes', 99.99)`,
        [newId(), pick(world.tutors, b), pick(world.students, c), world.subject, start],
      );
    },
    async function note(a, b) {
      const id = await idOf('bookings', a);
      await change(
        id,
        `update public.bookings set student_notes = $2, price_ttd = price_ttd + 0.01 where id = $1`,
        [`note ${b}`],
      );
    },
    async function move(a, b) {
      const id = await idOf('bookings', a);
      await change(
        id,
        `update public.bookings set requested_start_at = requested_start_at + $2 * interval '1 hour',
           requested_end_at = requested_end_at + $2 * interval '1 hour' where id = $1`,
        [Math.floor(b * 5) - 2],
      );
    },
    async function cancel(a) {
      const id = await idOf('bookings', a);
      await change(id, `update public.bookings set status = 'CANCELLED' where id = $1`);
    },
    async function reopen(a) {
      const id = await idOf('bookings', a);
      await change(
        id,
        `update public.bookings set status = 'PENDING', confirmed_start_at = null, confirmed_end_at = null where id = $1`,
      );
    },
    async function reassignTutor(a) {
      const id = await idOf('bookings', a);
      const [one, other] = world.tutors;
      await change(
        id,
        `update public.bookings set tutor_id = case tutor_id when $2 then $3 else $2 end::uuid where id = $1`,
        [one, other],
      );
      await change(
        id,
        `update public.sessions set tutor_id = b.tutor_id from public.bookings b where b.id = booking_id and b.id = $1`,
      );
    },
    async function reassignStudent(a, b) {
      const id = await idOf('bookings', a);
      await change(id, 'update public.bookings set student_id = $2 where id = $1', [pick(world.students, b)]);
    },
    async function there_and_back(a) {
      const id = await idOf('bookings', a);
      const [one, other] = world.tutors;
      const swap = `update public.bookings set tutor_id = case tutor_id when $2 then $3 else $2 end::uuid where id = $1`;
      await change(id, swap, [one, other]);
      await change(id, swap, [one, other]);
    },
    async function remove(a) {
      const id = await idOf('bookings', a);
      await change(id, 'delete from public.sessions where booking_id = $1');
      await change(id, 'delete from public.bookings where id = $1');
    },
    async function say(a, b) {
      const id = await idOf('bookings', a);
      await change(
        id,
        `insert into public.booking_messages (booking_id, sender_id, body) select b.id, b.student_id, $2 from public.bookings b where b.id = $1`,
        [`message ${b}`],
      );
    },
    async function unsay(a, b) {
      const id = await idOf('booking_messages', a);
      if (b < 0.5) await change(id, 'delete from public.booking_messages where id = $1');
      else await change(id, `update public.booking_messages set body = body || '.' where id = $1`);
    },
    async function moveMessage(a, b) {
      const id = await idOf('booking_messages', a);
      const target = await idOf('bookings', b);
      if (target !== undefined)
        await change(id, 'update public.booking_messages set booking_id = $2 where id = $1', [target]);
    },
    async function session(a, b) {
      const id = await idOf('sessions', a);
      if (b < 0.7)
        await change(
          id,
          `update public.sessions set join_url = 'https://meet.test/' || row_version where id = $1`,
        );
      else await change(id, 'delete from public.sessions where id = $1');
    },
    async function block(a, b, c) {
      const id = await idOf('tutor_unavailability_blocks', a);
      if (b < 0.4) await change(id, 'delete from public.tutor_unavailability_blocks where id = $1');
      else if (b < 0.6)
        await change(
          id,
          `update public.tutor_unavailability_blocks set reason_private = 'changed' where id = $1`,
        );
      else {
        const start = new Date(world.base + Math.floor(c * 400) * 3_600_000);
        await attempt(
          `insert into public.tutor_unavailability_blocks (id, tutor_id, start_at, end_at)
           values ($1, $2, $3::timestamptz, $3::timestamptz + interval '1 hour')`,
          [newId(), pick(world.tutors, a), start],
        );
      }
    },
    async function week(a, b) {
      const id = await idOf('tutor_schedules', a);
      await change(id, 'update public.tutor_schedules set buffer_minutes = $2 where id = $1', [
        Math.floor(b * 60),
      ]);
    },
    async function rename(a, b) {
      const id = pick([...world.students, ...world.tutors], a);
      await change(id, 'update public.profiles set display_name = $2 where id = $1', [`Name ${b}`]);
    },
    async function tell(a, b) {
      await attempt(
        `insert into public.notifications (user_id, type, title, message) values ($1, 'booking_request', 'Hello', $2)`,
        [pick(world.consoles, a), `notice ${b}`],
      );
    },
    /** A row that goes and comes back under its old id, at its first version. */
    async function reincarnate(a) {
      const id = await idOf('tutor_unavailability_blocks', a);
      if (id === undefined) return;
      touched([id]);
      const gone = await attempt(
        'delete from public.tutor_unavailability_blocks where id = $1 returning tutor_id, start_at, end_at',
        [id],
      );
      const row = (gone?.rows as { tutor_id: string; start_at: Date; end_at: Date }[] | undefined)?.[0];
      if (row === undefined) return;
      await attempt(
        `insert into public.tutor_unavailability_blocks (id, tutor_id, start_at, end_at, reason_private)
         values ($1, $2, $3, $4, 'again')`,
        [id, row.tutor_id, row.start_at, row.end_at],
      );
    },
    /** What only the server's next versions have. */
    async function novelty(a, b, c) {
      if (version() === 0) return;
      if (version() === 1 || b < 0.3) {
        const id = await idOf('bookings', a);
        await change(id, 'update public.bookings set sim_note = $2 where id = $1', [`note ${c}`]);
        return;
      }
      const id = await idOf('sim_notes', a);
      if (b < 0.5) await change(id, `update public.sim_notes set body = body || '.' where id = $1`);
      else if (b < 0.65) await change(id, 'delete from public.sim_notes where id = $1');
      else if (b < 0.8)
        await change(id, 'update public.sim_notes set tutor_id = $2 where id = $1', [pick(world.tutors, c)]);
      else
        await attempt('insert into public.sim_notes (tutor_id, body) values ($1, $2)', [
          pick(world.tutors, c),
          `body ${a}`,
        ]);
    },
    async function touchAll() {
      touched(await all('bookings'));
      await attempt('update public.bookings set updated_at = now()');
    },
  ];
  // New bookings, and those that change hands, bring rows into sight that nobody wrote: they come twice as often.
  const writes = [
    ...each,
    ...each.filter(({ name }) => ['book', 'reassignTutor', 'reassignStudent', 'say'].includes(name)),
  ];

  async function all(table: string): Promise<readonly string[]> {
    const found = await attempt(`select id from public.${table}`);
    return ((found?.rows ?? []) as { id: string }[]).map((row) => row.id);
  }

  async function change(
    id: string | undefined,
    text: string,
    values: readonly unknown[] = [],
  ): Promise<void> {
    if (id === undefined) return;
    touched([id]);
    await attempt(text, [id, ...values]);
  }

  return {
    get isOpen() {
      return isOpen;
    },
    async begin([early = 0, isolation = 0]) {
      if (isOpen) return;
      await client.query(isolation < 0.2 ? 'begin isolation level repeatable read' : 'begin');
      isOpen = true;
      // An id taken early and used late commits after transactions with higher ids.
      if (early < 0.6) await client.query('select pg_current_xact_id()');
    },
    async write([which = 0, a = 0, b = 0, c = 0]) {
      await pick(writes, which)?.(a, b, c);
    },
    async savepoint() {
      if (!isOpen) return;
      savepoints += 1;
      await client.query(`savepoint s${savepoints}`);
    },
    async unsave() {
      if (!isOpen || savepoints === 0) return;
      await client.query(`rollback to s${savepoints}`);
    },
    async end([how = 0]) {
      if (!isOpen) return;
      isOpen = false;
      savepoints = 0;
      try {
        await client.query(how < 0.75 ? 'commit' : 'rollback');
      } catch {
        await client.query('rollback');
      }
    },
  };
}
