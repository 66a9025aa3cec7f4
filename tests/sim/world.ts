import type { Dice } from './random.ts';
import type { Stage } from './stage.ts';

/** The people of a simulation. Consoles 0 and 1 are two machines of the first tutor. */
export type World = {
  readonly tutors: readonly string[];
  readonly students: readonly string[];
  readonly support: string;
  readonly admin: string;
  readonly subject: string;
  /** Whose console each client is. */
  readonly consoles: readonly string[];
  /** An instant some days ahead, on the full hour, in milliseconds: lessons are placed in hours from here. */
  readonly base: number;
};

/** Plants a small world: two tutors, six students of whom three are nobody's yet, bookings, support and an admin. */
export async function plantWorld(stage: Stage, dice: Dice): Promise<World> {
  const tutors = [dice.uuid(), dice.uuid()];
  const students = Array.from({ length: 6 }, () => dice.uuid());
  const [support, admin, subject] = [dice.uuid(), dice.uuid(), dice.uuid()];
  const base = Math.ceil(Date.now() / 3_600_000) * 3_600_000 + 96 * 3_600_000;
  const people = [...tutors, ...students, support, admin];
  await stage.sql.query(
    `insert into auth.users (id, email, raw_user_meta_data)
     select p.id, p.id || '@example.test', jsonb_build_object('role', p.role, 'full_name', 'Person ' || p.n)
     from unnest($1::uuid[], $2::text[]) with ordinality p(id, role, n)`,
    [people, [...tutors.map(() => 'tutor'), ...students.map(() => 'student'), 'student', 'student']],
  );
  await stage.sql.query(
    `insert into public.staff_members (user_id, role) values ($1, 'support'), ($2, 'admin')`,
    [support, admin],
  );
  await stage.sql.query(
    `insert into public.subjects (id, name, curriculum, level) values ($1, 'Maths', 'CSEC', '5')`,
    [subject],
  );
  const bookings = Array.from({ length: 10 }, (_, n) => ({
    id: dice.uuid(),
    tutor: tutors[n % 3 === 2 ? 1 : 0],
    student: students[dice.below(3)],
    hour: n * 2,
    isConfirmed: n > 6,
  }));
  await stage.sql.query(
    `insert into public.bookings (id, tutor_id, student_id, subject_id, status, price_ttd, requested_start_at,
       requested_end_at, confirmed_start_at, confirmed_end_at)
     select b.id, b.tutor, b.student, $5, case when b.confirmed then 'CONFIRMED' else 'PENDING' end, 150.25, s.at,
       s.at + interval '1 hour', case when b.confirmed then s.at end, case when b.confirmed then s.at + interval '1 hour' end
     from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[], $6::boolean[]) b(id, tutor, student, hour, confirmed),
       lateral (select to_timestamp($7::bigint / 1000) + b.hour * interval '1 hour' as at) s`,
    [
      bookings.map((each) => each.id),
      bookings.map((each) => each.tutor),
      bookings.map((each) => each.student),
      bookings.map((each) => each.hour),
      subject,
      bookings.map((each) => each.isConfirmed),
      base,
    ],
  );
  await stage.sql.query(
    `select private.ensure_session(b) from public.bookings b where b.status = 'CONFIRMED' order by b.id`,
  );
  await stage.sql.query(
    `insert into public.tutor_availability_rules (id, tutor_id, day_of_week, start_time, end_time)
     values ($1, $3, 1, '09:00', '12:00'), ($2, $3, 3, '14:00', '18:30')`,
    [dice.uuid(), dice.uuid(), tutors[0]],
  );
  await stage.sql.query(
    `insert into public.booking_messages (booking_id, sender_id, body)
     select b.id, b.student_id, 'planted' from public.bookings b order by b.id limit 5`,
  );
  await stage.sql.query(
    `insert into public.notifications (user_id, type, title, message)
     select u.id, 'booking_request', 'Hello', 'planted' from unnest($1::uuid[]) with ordinality u(id, n) order by u.n`,
    [[...tutors, ...tutors, support, admin]],
  );
  const [first = '', second = ''] = tutors;
  return {
    tutors,
    students,
    support,
    admin,
    subject,
    base,
    consoles: [first, first, second, support, admin],
  };
}
