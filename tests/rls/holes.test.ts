import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPlatform, platform, type Platform } from '../support/platform.ts';

/**
 * Every hole that was seen on the platform in the tables the console shares. `isOpen` reads, as superuser after the
 * attempt, whether it worked; without it the hole is open when the attempt returns a row.
 */
type Hole = {
  readonly name: string;
  readonly user: string | null;
  readonly attempt: string | readonly string[];
  readonly isOpen?: string;
};

const own = (column: string, value: string): Hole => ({
  name: `a user sets the own ${column}`,
  user: platform.stranger,
  attempt: `update public.profiles set ${column} = ${value} where id = auth.uid()`,
  isOpen: `select 1 from public.profiles where id = '${platform.stranger}' and ${column} = ${value}`,
});

const holes: readonly Hole[] = [
  own('role', `'admin'`),
  own('is_reviewer', 'true'),
  { ...own('tutor_verification_status', `'VERIFIED'`), name: 'a tutor verifies himself' },
  own('rating_average', '5'),
  own('billing_mode', `'self_allowed'`),
  own('stripe_customer_id', `'cus_other'`),
  {
    name: 'a suspended user lifts the own suspension',
    user: platform.suspended,
    attempt: 'update public.profiles set is_suspended = false where id = auth.uid()',
    isOpen: `select 1 from public.profiles where id = '${platform.suspended}' and not is_suspended`,
  },
  {
    name: "a reviewer sets anyone's role",
    user: platform.reviewer,
    attempt: `update public.profiles set role = 'admin' where id = '${platform.stranger}'`,
    isOpen: `select 1 from public.profiles where id = '${platform.stranger}' and role = 'admin'`,
  },
  {
    name: 'anon reads e-mail, phone and date of birth of everyone',
    user: null,
    attempt: 'select email, phone_number, dob from public.profiles',
  },
  {
    name: 'any user reads the contact details of another',
    user: platform.stranger,
    attempt: `select email from public.profiles where id = '${platform.student}'`,
  },
  {
    name: 'a user makes himself parent of anyone',
    user: platform.tutor,
    attempt: `insert into public.parent_child_links (parent_id, child_id) values (auth.uid(), '${platform.stranger}')`,
    isOpen: `select 1 from public.parent_child_links where child_id = '${platform.stranger}'`,
  },
  {
    name: 'a student marks the own booking as paid',
    user: platform.student,
    attempt: `update public.bookings set payment_status = 'paid' where id = '${platform.pending}'`,
    isOpen: `select 1 from public.bookings where id = '${platform.pending}' and payment_status = 'paid'`,
  },
  {
    name: 'a student sets the price of a booking',
    user: platform.student,
    attempt: `update public.bookings set price_ttd = 0.01 where id = '${platform.pending}'`,
    isOpen: `select 1 from public.bookings where id = '${platform.pending}' and price_ttd < 1`,
  },
  {
    name: 'a tutor confirms by writing the row, without a session',
    user: platform.tutor,
    attempt: `update public.bookings set status = 'CONFIRMED', confirmed_start_at = requested_start_at,
      confirmed_end_at = requested_end_at where id = '${platform.pending}'`,
    isOpen: `select 1 from public.bookings where id = '${platform.pending}' and status = 'CONFIRMED'`,
  },
  {
    name: 'a student asks for a lesson at a price of his own',
    user: platform.student,
    attempt: `select public.create_booking_request('${platform.tutor}', auth.uid(), '${platform.subject}', null,
      '2035-02-01T15:00:00Z', '2035-02-01T16:00:00Z', '', 0.01, 60)`,
  },
  {
    name: 'a student inserts a booking at a price of his own',
    user: platform.student,
    attempt: `insert into public.bookings (student_id, tutor_id, subject_id, requested_start_at, requested_end_at, price_ttd)
      values (auth.uid(), '${platform.tutor}', '${platform.subject}', '2035-02-01T15:00:00Z', '2035-02-01T16:00:00Z', 0.01)`,
    isOpen: `select 1 from public.bookings where price_ttd < 1`,
  },
  {
    name: 'a tutor declines a confirmed and paid lesson',
    user: platform.tutor,
    attempt: `select public.tutor_decline_booking('${platform.confirmed}', '')`,
  },
  {
    name: 'a tutor counters a confirmed and paid lesson',
    user: platform.tutor,
    attempt: `select public.tutor_counter_offer('${platform.confirmed}', '2035-01-05T15:00Z', '2035-01-05T16:00Z', '')`,
  },
  {
    name: 'a student accepts any old proposal',
    user: platform.student,
    attempt: `select public.student_accept_counter('${platform.pending}', '${platform.oldOffer}')`,
  },
  {
    name: 'a student cancels a paid lesson past the refund',
    user: platform.student,
    attempt: `select public.student_cancel_booking('${platform.confirmed}', '')`,
  },
  {
    name: 'any signed-in user completes a payment',
    user: platform.stranger,
    attempt: `select public.complete_booking_payment('${platform.pending}', '${platform.payment}', 'mine')::text`,
  },
  {
    name: 'anon completes a payment',
    user: null,
    attempt: `select public.complete_booking_payment('${platform.pending}', '${platform.payment}', 'mine')::text`,
  },
  {
    name: 'anyone notifies anyone',
    user: platform.stranger,
    attempt: `insert into public.notifications (user_id, type, title, message)
      values ('${platform.student}', 'new_message', 'You won', 'Click here')`,
    isOpen: `select 1 from public.notifications where title = 'You won'`,
  },
  {
    name: 'anon notifies anyone',
    user: null,
    attempt: `insert into public.notifications (user_id, type, title, message)
      values ('${platform.student}', 'new_message', 'You won', 'Click here')`,
    isOpen: `select 1 from public.notifications where title = 'You won'`,
  },
  {
    name: 'a suspended user reads the catalogue and asks for a lesson',
    user: platform.suspended,
    attempt: `select public.create_booking_request('${platform.tutor}', auth.uid(), '${platform.subject}', null,
      '2035-02-01T15:00:00Z', '2035-02-01T16:00:00Z', '', 150, 60)`,
  },
  {
    name: 'a suspended user reads more than the own profile',
    user: platform.suspended,
    attempt: `select id from public.subjects union all select id from public.profiles where id <> auth.uid()`,
  },
  {
    name: 'a tutor stores the same hours twice',
    user: platform.tutor,
    attempt: `insert into public.tutor_availability_rules (tutor_id, day_of_week, start_time, end_time)
      values (auth.uid(), 1, '15:00', '18:00')`,
    isOpen: `select 1 from public.tutor_availability_rules group by tutor_id, day_of_week, start_time having count(*) > 1`,
  },
  {
    name: 'a tutor approves the own certificate',
    user: platform.tutor,
    attempt: `update public.tutor_verification_requests set status = 'APPROVED' where tutor_id = auth.uid()`,
    isOpen: `select 1 from public.tutor_verification_requests where id = '${platform.request}' and status = 'APPROVED'`,
  },
  {
    name: 'a tutor changes the own grade',
    user: platform.reviewer,
    attempt: `update public.tutor_verified_subjects set grade = 1 where tutor_id = auth.uid()`,
    isOpen: `select 1 from public.tutor_verified_subjects where grade = 1`,
  },
  {
    name: 'a tutor verifies the own degree',
    user: platform.tutor,
    attempt: `update public.degrees set status = 'verified' where user_id = auth.uid()`,
    isOpen: `select 1 from public.degrees where status = 'verified'`,
  },
  {
    name: 'a reviewer who teaches approves himself',
    user: platform.reviewer,
    attempt: [
      `insert into public.tutor_verification_requests (id, tutor_id, file_path)
       values ('00000000-0000-4000-a000-0000000001ae', auth.uid(), 'x')`,
      `update public.tutor_verification_requests set status = 'APPROVED' where id = '00000000-0000-4000-a000-0000000001ae'`,
    ],
    isOpen: `select 1 from public.tutor_verification_requests
      where id = '00000000-0000-4000-a000-0000000001ae' and status = 'APPROVED'`,
  },
  {
    name: 'a tutor reads what the machine made of the own certificate',
    user: platform.tutor,
    attempt: 'select extracted_text from public.tutor_verification_requests where extracted_text is not null',
  },
  {
    name: 'anon reads grades',
    user: null,
    attempt: 'select grade from public.tutor_verified_subjects',
  },
  {
    name: 'a tutor replaces a document that was handed in',
    user: platform.tutor,
    attempt: `update storage.objects set metadata = '{"size": 1}' where bucket_id = 'tutor-verifications'`,
    isOpen: `select 1 from storage.objects where metadata ->> 'size' = '1'`,
  },
  {
    name: 'any user uploads into an old bucket under the name of another',
    user: platform.stranger,
    attempt: `insert into storage.objects (bucket_id, name) values ('verification_docs', '${platform.tutor}/x.pdf')`,
    isOpen: `select 1 from storage.objects where name like '%x.pdf'`,
  },
  {
    name: 'anyone may execute functions that are not for anon',
    user: null,
    attempt: `select public.is_admin_or_reviewer('${platform.admin}') as yes`,
  },
];

/** Whether the attempt got what it was after. Being refused, or touching no row, is the same: closed. */
async function isOpen(live: Platform, hole: Hole): Promise<boolean> {
  try {
    return (await live.attempt(hole.user, hole.attempt, hole.isOpen)).length > 0;
  } catch {
    return false;
  }
}

let before: Platform;
let hardened: Platform;
beforeAll(async () => {
  before = await createPlatform();
  hardened = await createPlatform();
  await hardened.migrate({ harden: true });
});
afterAll(async () => {
  await before.stop();
  await hardened.stop();
});

describe('a hole of the platform', () => {
  it.each(holes)('is there, and closed by the hardening layer: $name', async (hole) => {
    expect(await isOpen(before, hole)).toBe(true);
    expect(await isOpen(hardened, hole)).toBe(false);
  });

  const signUp = async (live: Platform, metadata: object) => {
    const client = await live.sql.connect();
    try {
      await client.query('begin');
      await client.query('set local client_min_messages = error');
      await client.query(
        'insert into auth.users (id, email, raw_user_meta_data) values (gen_random_uuid(), $1, $2)',
        ['new@platform.test', metadata],
      );
      return (await client.query(`select role from public.profiles where email = 'new@platform.test'`)).rows;
    } finally {
      await client.query('rollback');
      client.release();
    }
  };

  it('is there, and closed by the hardening layer: signing up as an admin', async () => {
    const metadata = { role: 'admin', username: 'eve-admin' };
    expect(await signUp(before, metadata)).toEqual([{ role: 'admin' }]);
    expect(await signUp(hardened, metadata)).toEqual([{ role: null }]);
  });

  it('is there, and closed by the additive layer: a new user without a profile', async () => {
    expect(await signUp(before, {})).toEqual([]);
    expect(await signUp(hardened, {})).toHaveLength(1);
  });

  it('is there, and closed by the hardening layer: anon writes profiles younger than five minutes', async () => {
    const write = async (live: Platform) => {
      const client = await live.sql.connect();
      try {
        await client.query('begin');
        await client.query(`update public.profiles set created_at = now() where id = $1`, [
          platform.stranger,
        ]);
        await client.query('set local role anon');
        const changed = await client.query(`update public.profiles set bio = 'owned' where id = $1`, [
          platform.stranger,
        ]);
        return changed.rowCount;
      } catch {
        return 0;
      } finally {
        await client.query('rollback');
        client.release();
      }
    };
    expect(await write(before)).toBe(1);
    expect(await write(hardened)).toBe(0);
  });

  it('is there, and closed by the additive layer: a recurring block is not busy', async () => {
    const refused = hardened.attempt(
      platform.tutor,
      [`select public.console_booking_confirm('${platform.pending}')`],
      'select 1',
    );
    await expect(refused).resolves.toBeDefined();
    await hardened.sql.query(
      `insert into public.tutor_unavailability_blocks (tutor_id, start_at, end_at, is_recurring, rrule)
       values ($1, '2034-01-02T14:00Z', '2034-01-02T17:00Z', true, 'FREQ=WEEKLY')`,
      [platform.tutor],
    );
    await expect(
      hardened.attempt(platform.tutor, `select public.console_booking_confirm('${platform.pending}')`),
    ).rejects.toThrow('unavailable');
  });

  it("stays closed after a blanket GRANT, for the columns of a profile that are not one's own to set", async () => {
    const client = await hardened.sql.connect();
    try {
      await client.query('begin');
      await client.query('grant all on public.profiles to authenticated');
      await client.query(`select set_config('request.jwt.claims', $1, true)`, [
        JSON.stringify({ sub: platform.stranger, role: 'authenticated' }),
      ]);
      await client.query('set local role authenticated');
      const write = client.query(`update public.profiles set role = 'admin' where id = auth.uid()`);
      await expect(write).rejects.toThrow('not yours to change');
    } finally {
      await client.query('rollback');
      client.release();
    }
  });
});

describe('what must go on working on a hardened platform', () => {
  it('a user edits what is his own, and reads his own profile', async () => {
    const rows = await hardened.attempt(
      platform.student,
      `update public.profiles set bio = 'Hi' where id = auth.uid()`,
      `select bio from public.profiles where id = '${platform.student}'`,
    );
    expect(rows).toEqual([{ bio: 'Hi' }]);
  });

  it("a student asks for a lesson at the tutor's price, leaving optional arguments out", async () => {
    await expect(
      hardened.attempt(
        platform.student,
        `select public.create_booking_request(p_tutor_id => '${platform.tutor}', p_student_id => auth.uid(),
           p_subject_id => '${platform.subject}', p_session_type_id => null,
           p_requested_start_at => '2035-02-01T15:00:00Z', p_requested_end_at => '2035-02-01T16:00:00Z')`,
      ),
    ).resolves.toBeDefined();
  });

  it('a parent approves, and the service key settles', async () => {
    await expect(
      hardened.attempt(
        platform.parent,
        `select public.parent_approve_booking('${platform.awaitsParent}', '')`,
      ),
    ).resolves.toBeDefined();
    const granted = await hardened.sql.query(
      `select has_table_privilege('service_role', 'public.bookings', 'update') as may`,
    );
    expect(granted.rows).toEqual([{ may: true }]);
  });

  it('hardening on top of overlapping hours says which, and changes nothing', async () => {
    const live = await createPlatform();
    await live.sql.query(
      `insert into public.tutor_availability_rules (tutor_id, day_of_week, start_time, end_time) values ($1, 1, '15:00', '18:00')`,
      [platform.tutor],
    );
    await expect(live.migrate({ harden: true })).rejects.toThrow(
      /801_harden_bookings\.sql.*tutor_availability_rules_no_overlap/s,
    );
    await live.stop();
  });
});
