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
  [
    'a tutor hands in a certificate: the row first, then the file, then its path',
    platform.tutor,
    [
      `insert into public.tutor_verification_requests (id, tutor_id, status, file_path, file_type)
       values ('00000000-0000-4000-a000-0000000001af', auth.uid(), 'SUBMITTED', '', 'pdf')`,
      `insert into storage.objects (bucket_id, name, metadata) values ('tutor-verifications',
         auth.uid()::text || '/requests/00000000-0000-4000-a000-0000000001af.pdf', '{"size": 10}')`,
      `update public.tutor_verification_requests
       set file_path = auth.uid()::text || '/requests/00000000-0000-4000-a000-0000000001af.pdf'
       where id = '00000000-0000-4000-a000-0000000001af' returning id`,
    ],
  ],
  [
    'a reviewer adds a subject, approves and writes the event',
    platform.reviewer,
    [
      `insert into public.tutor_verified_subjects (tutor_id, subject_id, exam_type, grade, source_request_id)
       values ('${platform.tutor}', '${platform.subject}', 'CSEC', 1, '${platform.request}')`,
      `insert into public.tutor_verification_events (request_id, event_type, payload)
       values ('${platform.request}', 'REVIEWER_DECISION', '{}')`,
      `update public.tutor_verification_requests set status = 'APPROVED', reviewed_by = auth.uid(), reviewed_at = now()
       where id = '${platform.request}' returning id`,
    ],
  ],
  [
    'an admin deletes a request',
    platform.admin,
    `delete from public.tutor_verification_requests where id = '${platform.processed}' returning id`,
  ],
  [
    'a tutor hands in a degree with its document',
    platform.reviewer,
    [
      `insert into public.degrees (id, user_id, degree) values ('00000000-0000-4000-a000-0000000001df', auth.uid(), 'BA')`,
      `insert into public.degree_documents (degree_id, file_url)
       values ('00000000-0000-4000-a000-0000000001df', 'x.pdf') returning id`,
    ],
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
  'tutor_verification_requests',
  'tutor_verification_events',
  'tutor_verified_subjects',
  'degrees',
  'degree_documents',
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

  it('puts every request and degree into the queue, with what became of its file', async () => {
    const rows = await live.sql.query(
      `select c.id, c.kind, c.status, c.file_state, c.attempt, d.bucket, d.path = '' as nameless
       from public.verification_cases c join public.verification_documents d on d.case_id = c.id order by c.id`,
    );
    const of = (
      id: string,
      kind: string,
      status: string,
      state: string,
      attempt: number,
      bucket: string | null,
    ) => ({
      id,
      kind,
      status,
      file_state: state,
      attempt,
      bucket,
      nameless: bucket === null && id === platform.broken,
    });
    expect(rows.rows).toEqual([
      of(platform.request, 'certificate', 'SUBMITTED', 'present', 1, 'tutor-verifications'),
      of(platform.processed, 'certificate', 'READY_FOR_REVIEW', 'empty', 2, 'verification_docs'),
      of(platform.broken, 'certificate', 'SUBMITTED', 'missing', 3, null),
      of(platform.approved, 'certificate', 'APPROVED', 'missing', 1, null),
      of(platform.degree, 'degree', 'SUBMITTED', 'present', 1, 'degree-documents'),
    ]);
  });

  it("follows a decision that the web app makes, and lets the console decide on the platform's rows", async () => {
    const rows = await live.attempt(
      platform.admin,
      [
        `update public.tutor_verification_requests set status = 'REJECTED', reviewed_by = auth.uid(), reviewed_at = now()
         where id = '${platform.request}'`,
        `select public.console_verification_claim(array['${platform.broken}']::uuid[])`,
        `select public.console_verification_decide(gen_random_uuid(), jsonb_build_object('caseId', '${platform.broken}',
           'rowVersion', (select row_version from public.verification_cases where id = '${platform.broken}'),
           'outcome', 'RESUBMIT', 'reasonCodes', jsonb_build_array('file_missing')))`,
      ],
      `select c.id, c.status, r.status as request, c.decided_by from public.verification_cases c
       join public.tutor_verification_requests r on r.id = c.id
       where c.id in ('${platform.request}', '${platform.broken}') order by c.id`,
    );
    expect(rows).toEqual([
      { id: platform.request, status: 'REJECTED', request: 'REJECTED', decided_by: platform.admin },
      { id: platform.broken, status: 'RESUBMIT', request: 'REJECTED', decided_by: platform.admin },
    ]);
  });

  it('applied again changes nothing', async () => {
    expect(await live.migrate({ harden: false })).toMatchObject({ applied: [] });
    expect(await contents()).toEqual(before);
  });
});
