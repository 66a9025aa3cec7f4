import { randomUUID } from 'node:crypto';
import type pg from 'pg';

/** Everyone who may come: anon is who has only the publishable key. `suspended` is a tutor with a story of his own. */
export const roles = [
  'anon',
  'student',
  'parent',
  'tutor',
  'otherTutor',
  'reviewer',
  'support',
  'admin',
  'suspended',
] as const;
export type Role = (typeof roles)[number];

/** One tutor, one student with a parent, and a row of every kind between them. */
export type Story = {
  readonly tutor: string;
  readonly student: string;
  readonly parent: string;
  readonly pending: string;
  readonly countered: string;
  readonly offer: string;
  readonly confirmed: string;
  /** Confirmed, then moved by its tutor: the student has not answered yet. */
  readonly moved: string;
  /** Began half an hour ago. */
  readonly running: string;
  readonly session: string;
  readonly runningSession: string;
  readonly claim: string;
  readonly block: string;
  readonly schedule: string;
  /** A certificate of the tutor's that waits for review, with a row of everything that can hang on a case. */
  readonly request: string;
  readonly degree: string;
  readonly forReviewer: StagedCase;
  readonly forAdmin: StagedCase;
};

/** What a reviewer has before him of one tutor: a case that he holds, one approved by another, a decision of his own. */
export type StagedCase = {
  readonly held: string;
  readonly heldVersion: string;
  readonly approved: string;
  readonly approvedVersion: string;
  readonly decision: string;
  /** A second review that he holds. */
  readonly review: string;
};

export type Stage = {
  readonly users: Readonly<Record<Exclude<Role, 'anon'>, string>>;
  /** The story that a role takes part in; null for those who take part in none. */
  storyOf(role: Role): Story | null;
  /** A story in which the role has no part. */
  strangeTo(role: Role): Story;
  readonly subject: string;
};

/** Fills an empty, migrated database with three stories and the staff. */
export async function buildStage(sql: pg.Pool): Promise<Stage> {
  const subject = randomUUID();
  await sql.query(
    `insert into public.subjects (id, name, curriculum, level) values ($1, 'Biology', 'CAPE', '1')`,
    [subject],
  );
  // Longer than the matrix takes: decisions are to be reversed in it.
  await sql.query('update public.verification_settings set undo_seconds = 3600, claim_minutes = 240');
  const member = async (role: string) => {
    const id = await person(sql, 'student');
    await sql.query('insert into public.staff_members (user_id, role) values ($1, $2)', [id, role]);
    await note(sql, id);
    return id;
  };
  const reviewer = await member('reviewer');
  const admin = await member('admin');
  const story = (index: number) => buildStory(sql, subject, index, { reviewer, admin });
  const mine = await story(0);
  const theirs = await story(1);
  const suspended = await story(2);
  await sql.query('update public.profiles set is_suspended = true where id = $1', [suspended.tutor]);
  for (const story of [mine, theirs, suspended])
    await fillCase(sql, subject, story, [reviewer, theirs.student]);
  await sql.query(`insert into public.cron_runs (job) values ('probe')`);
  await sql.query(`select private.audit('probe', 'probe', null)`);
  return {
    subject,
    users: {
      student: mine.student,
      parent: mine.parent,
      tutor: mine.tutor,
      otherTutor: theirs.tutor,
      suspended: suspended.tutor,
      reviewer,
      support: await member('support'),
      admin,
    },
    storyOf: (role) =>
      role === 'otherTutor'
        ? theirs
        : role === 'suspended'
          ? suspended
          : role === 'student' || role === 'parent' || role === 'tutor'
            ? mine
            : null,
    strangeTo: (role) => (role === 'otherTutor' ? mine : theirs),
  };
}

async function buildStory(
  sql: pg.Pool,
  subject: string,
  index: number,
  by: { readonly reviewer: string; readonly admin: string },
): Promise<Story> {
  const tutor = await person(sql, 'tutor');
  const student = await person(sql, 'student');
  const parent = await person(sql, 'parent');
  await sql.query('insert into public.parent_child_links (parent_id, child_id) values ($1, $2)', [
    parent,
    student,
  ]);
  await sql.query(
    'insert into public.tutor_subjects (tutor_id, subject_id, price_per_hour_ttd) values ($1, $2, 150)',
    [tutor, subject],
  );
  await sql.query(
    `insert into public.session_types (tutor_id, subject_id, name) values ($1, $2, 'One to one')`,
    [tutor, subject],
  );
  await sql.query(
    `insert into public.tutor_availability_rules (tutor_id, day_of_week, start_time, end_time) values ($1, 1, '09:00', '12:00')`,
    [tutor],
  );
  const block = randomUUID();
  await sql.query(
    `insert into public.tutor_unavailability_blocks (id, tutor_id, start_at, end_at, reason_private)
     values ($1, $2, now() + interval '300 days', now() + interval '301 days', 'Surgery')`,
    [block, tutor],
  );
  const booking = async (status: string, startsIn: string) => {
    const id = randomUUID();
    await sql.query(
      `insert into public.bookings (id, tutor_id, student_id, subject_id, payer_id, status, requested_start_at,
         requested_end_at, confirmed_start_at, confirmed_end_at, price_ttd)
       select $1, $2, $3, $4, $5, $6, s, s + interval '1 hour', case when $6 = 'CONFIRMED' then s end,
         case when $6 = 'CONFIRMED' then s + interval '1 hour' end, 150 from (select now() + $7::interval as s) t`,
      [id, tutor, student, subject, parent, status, startsIn],
    );
    if (status === 'CONFIRMED') {
      await sql.query('select private.ensure_session(b) from public.bookings b where b.id = $1', [id]);
    }
    return id;
  };
  const only = async (text: string, values: readonly unknown[]) => {
    const found = await sql.query<{ id: string }>(text, [...values]);
    const id = found.rows[0]?.id;
    if (id === undefined) throw new Error(`the stage is wrong: ${text}`);
    return id;
  };
  const countered = await booking('COUNTER_PROPOSED', '20 days');
  const offer = await only(
    `insert into public.booking_messages (booking_id, sender_id, message_type, proposed_start_at, proposed_end_at)
     values ($1, $2, 'time_proposal', now() + interval '21 days', now() + interval '21 days 1 hour') returning id`,
    [countered, tutor],
  );
  const confirmed = await booking('CONFIRMED', '30 days');
  const moved = await booking('CONFIRMED', '40 days');
  await sql.query('update public.bookings set moved_at = now() where id = $1', [moved]);
  const running = await booking('CONFIRMED', '-30 minutes');
  const sessionOf = (id: string) => only('select id from public.sessions where booking_id = $1', [id]);
  const session = await sessionOf(confirmed);
  const claim = await only(
    `insert into public.noshow_claims (session_id, claimant_id, claimant_role, defendant_id, written_explanation, response_deadline)
     values ($1, $2, 'tutor', $3, 'Nobody came for half an hour.', now() + interval '12 hours') returning id`,
    [session, tutor, student],
  );
  for (const user of [tutor, student, parent]) await note(sql, user);
  const request = await only(
    `insert into public.tutor_verification_requests (tutor_id, status, file_path, extracted_text, created_at)
     values ($1, 'READY_FOR_REVIEW', ($1::uuid)::text || '/requests/slip.pdf', 'Grade I', now() - interval '1 day') returning id`,
    [tutor],
  );
  const degree = await only(
    `insert into public.degrees (user_id, full_name, degree) values ($1, 'A Name', 'BSc') returning id`,
    [tutor],
  );
  await sql.query(
    `insert into public.degree_documents (degree_id, file_url) values ($1, ($2::uuid)::text || '/degree.pdf')`,
    [degree, tutor],
  );
  return {
    request,
    degree,
    forReviewer: await stageCase(sql, tutor, student, by.reviewer),
    forAdmin: await stageCase(sql, tutor, student, by.admin),
    tutor,
    student,
    parent,
    pending: await booking('PENDING', `${10 + index} days`),
    countered,
    offer,
    confirmed,
    moved,
    running,
    session,
    runningSession: await sessionOf(running),
    claim,
    block,
    schedule: await only('select id from public.tutor_schedules where tutor_id = $1', [tutor]),
  };
}

async function stageCase(
  sql: pg.Pool,
  tutor: string,
  another: string,
  reviewer: string,
): Promise<StagedCase> {
  const request = async (status: string) => {
    const id = randomUUID();
    await sql.query(
      `insert into public.tutor_verification_requests (id, tutor_id, status) values ($1, $2, $3)`,
      [id, tutor, status],
    );
    return id;
  };
  const hold = (id: string) =>
    sql.query(
      `insert into public.verification_claims (id, holder_id, claimed_at, expires_at)
       values ($1, $2, now(), now() + interval '4 hours')`,
      [id, reviewer],
    );
  const version = async (id: string) => {
    const found = await sql.query<{ row_version: string }>(
      'select row_version from public.verification_cases where id = $1',
      [id],
    );
    return found.rows[0]?.row_version ?? '';
  };
  const decided = await request('READY_FOR_REVIEW');
  await hold(decided);
  const decision = await decideAs(sql, reviewer, {
    caseId: decided,
    rowVersion: Number(await version(decided)),
    outcome: 'RESUBMIT',
    reasonCodes: ['file_missing'],
  });
  const held = await request('READY_FOR_REVIEW');
  await hold(held);
  await sql.query(
    `insert into public.verification_evidence (case_id, reviewer_id, attempt, checklist)
     select c.id, $2, c.attempt, jsonb_object_agg(i, 'pass')
     from public.verification_cases c, unnest(private.verification_checklist(c.kind)) i where c.id = $1 group by 1, 3`,
    [held, reviewer],
  );
  const first = randomUUID();
  await sql.query(
    `insert into public.verification_decisions (id, case_id, tutor_id, kind, reviewer_id, outcome, decided_at, undo_until)
     values ($1, $2, $3, 'certificate', $4, 'REJECT', now(), now())`,
    [first, held, tutor, another],
  );
  const review = randomUUID();
  await sql.query(
    `insert into public.verification_second_reviews (id, case_id, tutor_id, kind, submitted_at, first_decision_id,
       first_reviewer_id, opens_at, holder_id, expires_at)
     values ($1, $2, $3, 'certificate', now(), $4, $5, now(), $6, now() + interval '4 hours')`,
    [review, held, tutor, first, another, reviewer],
  );
  const approved = await request('APPROVED');
  await sql.query('update public.verification_cases set is_disputed = true where id = $1', [approved]);
  return {
    held,
    heldVersion: await version(held),
    approved,
    approvedVersion: await version(approved),
    decision,
    review,
  };
}

async function decideAs(sql: pg.Pool, user: string, verdict: object): Promise<string> {
  const client = await sql.connect();
  try {
    await client.query('begin');
    await client.query(`select set_config('request.jwt.claims', $1, true)`, [JSON.stringify({ sub: user })]);
    const decided = await client.query<{ id: string }>(
      `select public.console_verification_decide(gen_random_uuid(), $1) ->> 'decisionId' as id`,
      [JSON.stringify(verdict)],
    );
    await client.query('commit');
    return decided.rows[0]?.id ?? '';
  } finally {
    client.release();
  }
}

/** A row of everything that can hang on a story's case, as if it had been reviewed before. */
async function fillCase(
  sql: pg.Pool,
  subject: string,
  { tutor, request }: Story,
  [reviewer, another]: readonly [string, string],
): Promise<void> {
  const decision = randomUUID();
  for (const [text, ...values] of [
    [`insert into public.verification_claims (id) values ($1)`],
    [
      `insert into public.tutor_verification_events (request_id, event_type, actor_id) values ($1, 'SUBMITTED', $2)`,
      tutor,
    ],
    [
      `insert into public.tutor_verified_subjects (tutor_id, subject_id, exam_type, grade, source_request_id)
       values ($2, $3, 'CAPE', 1, $1)`,
      tutor,
      subject,
    ],
    [
      `insert into public.verification_grades (case_id, subject_id, exam_type, grade) values ($1, $2, 'CAPE', 1)`,
      subject,
    ],
    [
      `insert into public.verification_evidence (case_id, reviewer_id) values ($1, $2), ($1, $3)`,
      reviewer,
      another,
    ],
    [`insert into public.verification_notes (case_id, author_id, body) values ($1, $2, 'Odd font')`, another],
    [
      `insert into public.verification_decisions (id, case_id, tutor_id, kind, reviewer_id, outcome, decided_at, undo_until)
       values ($2, $1, $3, 'certificate', $4, 'RESUBMIT', now(), now())`,
      decision,
      tutor,
      another,
    ],
    [
      `insert into public.verification_resubmissions (case_id, decision_id, tutor_id, kind, public_text, requested_at, due_at)
       values ($1, $2, $3, 'certificate', 'Again', now(), now())`,
      decision,
      tutor,
    ],
    [
      `insert into public.verification_second_reviews (case_id, tutor_id, kind, submitted_at, first_decision_id,
         first_reviewer_id, opens_at) values ($1, $2, 'certificate', now(), $3, $4, now())`,
      tutor,
      decision,
      another,
    ],
  ] as const) {
    await sql.query(text, [request, ...values]);
  }
}

async function person(sql: pg.Pool, role: string): Promise<string> {
  const id = randomUUID();
  await sql.query('insert into auth.users (id, email, raw_user_meta_data) values ($1, $2, $3)', [
    id,
    `${id}@example.test`,
    { role, full_name: role },
  ]);
  return id;
}

async function note(sql: pg.Pool, user: string): Promise<void> {
  await sql.query(`select private.notify($1, 'booking_request', 'A title', 'A message')`, [user]);
}
