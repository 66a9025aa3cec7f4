import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBackend, type Backend, type TestUser } from '../support/backend.ts';

let backend: Backend;
let tutor: TestUser;
let booking: string;

beforeAll(async () => {
  backend = await startBackend();
  tutor = await backend.createUser({ role: 'tutor' });
  const student = await backend.createUser({ role: 'student' });
  booking = randomUUID();
  const subject = randomUUID();
  await backend.sql.query(
    `insert into public.subjects (id, name, curriculum, level) values ($1, 'Physics', 'CSEC', '5')`,
    [subject],
  );
  await backend.sql.query(
    `insert into public.bookings (id, tutor_id, student_id, subject_id, requested_start_at, requested_end_at, price_ttd)
     values ($1, $2, $3, $4, now() + interval '3 days', now() + interval '3 days 1 hour', 200)`,
    [booking, tutor.id, student.id, subject],
  );
});
afterAll(() => backend.stop());

describe('an action over PostgREST, as supabase-js sees it', () => {
  it('answers the new row as one object', async () => {
    const client = await backend.signIn(tutor);
    const answer = await client.rpc('console_booking_confirm', { p_booking_id: booking });
    expect(answer.error).toBeNull();
    expect(answer.data).toMatchObject({ id: booking, status: 'CONFIRMED', tutor_id: tutor.id });
  });

  it('says with a code that the row has moved on, and with words why', async () => {
    const client = await backend.signIn(tutor);
    const answer = await client.rpc('console_booking_confirm', { p_booking_id: booking });
    expect(answer.status).toBe(400);
    expect(answer.error).toMatchObject({
      code: 'SY020',
      message: 'This is no longer possible: the booking is confirmed.',
    });
    expect(JSON.parse(answer.error?.details ?? '')).toMatchObject({ rule: 'state', status: 'CONFIRMED' });
  });

  it('names the rule that refused', async () => {
    const client = await backend.signIn(tutor);
    const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
    const answer = await client.rpc('console_booking_reschedule', {
      p_booking_id: booking,
      p_start_at: at(-5),
      p_end_at: at(-4),
      p_reason: '',
    });
    expect(answer.error).toMatchObject({ code: 'P0001', message: 'This time has already passed.' });
    expect(JSON.parse(answer.error?.details ?? '')).toEqual({ rule: 'past' });
  });

  it('does not tell another tutor that the booking exists, and keeps the signed-out out', async () => {
    const other = await backend.signIn(await backend.createUser({ role: 'tutor' }));
    const hidden = await other.rpc('console_booking_confirm', { p_booking_id: booking });
    expect(hidden.error).toMatchObject({ code: 'SY030' });
    const answer = await fetch(`${backend.url}/rest/v1/rpc/console_booking_confirm`, {
      method: 'POST',
      headers: { apikey: backend.publishableKey, 'content-type': 'application/json' },
      body: JSON.stringify({ p_booking_id: booking }),
    });
    expect([401, 403]).toContain(answer.status);
  });

  it('exposes nothing of the schemas behind it', async () => {
    const client = await backend.signIn(tutor);
    for (const schema of ['private', 'sync']) {
      const answer = await client.schema(schema).rpc('is_active');
      expect(answer.status).toBe(406);
    }
  });
});
