import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPlatform, platform, type Platform } from '../support/platform.ts';

/** What the web app writes through user sessions, each of which works on the platform as it is. */
const webAppWrites: readonly [name: string, user: string, statements: string | readonly string[]][] = [
  [
    'a user edits the own profile',
    platform.student,
    `update public.profiles set bio = 'Hi' where id = auth.uid() returning id`,
  ],
  [
    'a student asks for a lesson',
    platform.student,
    `select public.create_booking_request('${platform.tutor}', auth.uid(), '${platform.subject}', null,
       '2035-02-01T15:00:00Z', '2035-02-01T16:00:00Z', 'Please', 150, 60)`,
  ],
  ['a tutor confirms', platform.tutor, `select public.tutor_confirm_booking('${platform.pending}')`],
  ['a tutor declines', platform.tutor, `select public.tutor_decline_booking('${platform.pending}', 'No')`],
  [
    'a tutor proposes another time',
    platform.tutor,
    `select public.tutor_counter_offer('${platform.pending}', '2035-01-05T15:00:00Z', '2035-01-05T16:00:00Z', 'Then?')`,
  ],
  [
    'a student accepts it',
    platform.student,
    `select public.student_accept_counter('${platform.pending}', '${platform.oldOffer}')`,
  ],
  [
    'a participant writes a message',
    platform.student,
    `select public.add_booking_message('${platform.pending}', 'Hello')`,
  ],
  [
    'a tutor saves the hours: all deleted, then all inserted',
    platform.tutor,
    [
      `delete from public.tutor_availability_rules where tutor_id = auth.uid()`,
      `insert into public.tutor_availability_rules (tutor_id, day_of_week, start_time, end_time)
       values (auth.uid(), 3, '09:00', '12:00') returning id`,
    ],
  ],
  [
    'a tutor blocks a day',
    platform.tutor,
    `insert into public.tutor_unavailability_blocks (tutor_id, start_at, end_at)
     values (auth.uid(), '2035-03-01Z', '2035-03-02Z') returning id`,
  ],
  [
    'a tutor sets a price',
    platform.tutor,
    `update public.tutor_subjects set price_per_hour_ttd = 175 where tutor_id = auth.uid() returning tutor_id`,
  ],
  [
    'a tutor edits the notes of a booking',
    platform.tutor,
    `update public.bookings set tutor_notes = 'x' where id = '${platform.pending}' returning id`,
  ],
  [
    'a tutor edits the notes of a lesson that was confirmed without times',
    platform.reviewer,
    `update public.bookings set tutor_notes = 'x' where tutor_id = auth.uid() returning id`,
  ],
  [
    'a user reads a notification',
    platform.student,
    `update public.notifications set is_read = true where user_id = auth.uid() returning id`,
  ],
  [
    'one user notifies another',
    platform.tutor,
    `insert into public.notifications (user_id, type, title, message) values ('${platform.student}', 'new_message', 'T', 'M')`,
  ],
  [
    'a payer starts a payment',
    platform.parent,
    `insert into public.payments (booking_id, payer_id, amount_ttd) values ('${platform.pending}', auth.uid(), 150)`,
  ],
];

const tables = [
  'profiles',
  'parent_child_links',
  'subjects',
  'tutor_subjects',
  'session_types',
  'tutor_availability_rules',
  'tutor_unavailability_blocks',
  'bookings',
  'booking_messages',
  'sessions',
  'noshow_claims',
  'notifications',
  'payments',
];

describe('the additive layer on the platform', () => {
  let live: Platform;
  let columns: Map<string, string>;
  let before: Map<string, unknown>;
  let policiesBefore: unknown;
  let applied: { applied: readonly string[]; skipped: readonly string[] };

  const policies = async () =>
    (
      await live.sql.query(
        `select tablename, policyname, cmd, roles::text, qual, with_check from pg_policies
         where schemaname = 'public' and policyname not like 'console\\_%' order by 1, 2`,
      )
    ).rows;
  const contents = async () => {
    const found = new Map<string, unknown>();
    for (const table of tables) {
      const rows = await live.sql.query(
        `select coalesce(jsonb_agg(to_jsonb(r) order by to_jsonb(r)::text), '[]') as rows
         from (select ${columns.get(table)} from public.${table}) r`,
      );
      found.set(table, rows.rows[0]);
    }
    return found;
  };

  beforeAll(async () => {
    live = await createPlatform();
    const found = await live.sql.query(
      `select table_name, string_agg(quote_ident(column_name), ', ' order by ordinal_position) as names
       from information_schema.columns where table_schema = 'public' group by 1`,
    );
    columns = new Map(
      found.rows.map((row: { table_name: string; names: string }) => [row.table_name, row.names] as const),
    );
    before = await contents();
    policiesBefore = await policies();
    for (const [name, user, statements] of webAppWrites) {
      await live.attempt(user, statements).catch((error: unknown) => {
        throw new Error(`the fixture is wrong: ${name} fails before anything was applied`, { cause: error });
      });
    }
    applied = await live.migrate({ harden: false });
  });
  afterAll(() => live.stop());

  it('applies, and leaves the hardening layer out', () => {
    expect(applied.applied.some((file) => file.startsWith('501_'))).toBe(true);
    expect(applied.applied.filter((file) => file >= '800')).toEqual([]);
    expect(applied.skipped.length).toBeGreaterThan(0);
  });

  it('keeps every row as it was', async () => {
    expect(await contents()).toEqual(before);
  });

  it("leaves the platform's policies as they were", async () => {
    expect(await policies()).toEqual(policiesBefore);
  });

  it.each(webAppWrites)('lets the web app go on: %s', async (_name, user, statements) => {
    await expect(live.attempt(user, statements)).resolves.toBeDefined();
  });

  it('gives every existing profile a public face, and every tutor a schedule', async () => {
    const gaps = await live.sql.query(
      `select p.id from public.profiles p left join public.people f on f.id = p.id
         left join public.tutor_schedules s on s.tutor_id = p.id
       where f.id is null or (p.role = 'tutor' and s.id is null)`,
    );
    expect(gaps.rows).toEqual([]);
  });

  it('gives a profile to those whom the sign-up of the platform leaves without', async () => {
    const client = await live.sql.connect();
    await client.query('begin');
    await client.query('set local client_min_messages = error');
    await client.query(
      `insert into auth.users (id, email) values ('00000000-0000-4000-a000-0000000000ff', 'late@platform.test')`,
    );
    const profile = await client.query(
      `select username from public.profiles where email = 'late@platform.test'`,
    );
    await client.query('rollback');
    client.release();
    expect(profile.rows).toHaveLength(1);
  });

  it("works with the console's actions: confirm creates the session, a move finds it", async () => {
    const rows = await live.attempt(
      platform.tutor,
      [
        `select public.console_booking_confirm('${platform.pending}')`,
        `select public.console_booking_reschedule('${platform.confirmed}', '2035-01-09T15:00:00Z', '2035-01-09T16:00:00Z', 'x')`,
      ],
      `select booking_id, charge_scheduled_at from public.sessions order by charge_scheduled_at`,
    );
    expect(rows).toEqual([
      { booking_id: platform.pending, charge_scheduled_at: new Date('2035-01-01T16:00:00Z') },
      { booking_id: platform.confirmed, charge_scheduled_at: new Date('2035-01-09T16:00:00Z') },
    ]);
  });

  it('lets staff see what the platform hides from them, and a parent the bookings of a child', async () => {
    const seen = async (user: string) => (await live.attempt(user, 'select id from public.bookings')).length;
    expect(await seen(platform.admin)).toBe(4);
    expect(await seen(platform.parent)).toBe(4);
    expect(await seen(platform.stranger)).toBe(0);
  });

  it.each([
    [
      'the approval of a parent',
      platform.parent,
      `select public.parent_approve_booking('${platform.awaitsParent}', '')`,
    ],
    [
      'the cancellation by a tutor',
      platform.tutor,
      `select public.tutor_cancel_session('${platform.session}', 'Ill', null, null)`,
    ],
  ])('no longer lets a missing notification type undo %s', async (_what, user, call) => {
    await expect(live.attempt(user, call)).resolves.toBeDefined();
  });

  it('applied again changes nothing', async () => {
    expect(await live.migrate({ harden: false })).toMatchObject({ applied: [] });
    expect(await contents()).toEqual(before);
  });
});
