import type { E2eBackend } from './backend.ts';

export type StoredBooking = { readonly status: string; readonly start: string | null };

/** What the server has of a student's booking with the demo tutor; start is wall clock in Trinidad and Tobago. */
export async function storedBooking(
  backend: E2eBackend,
  student: string,
  requested: string,
): Promise<StoredBooking> {
  const rows = await backend.query<{ status: string; start: string | null }>(
    `select b.status, to_char(b.confirmed_start_at at time zone 'America/Port_of_Spain', 'YYYY-MM-DD HH24:MI') as start
     from public.bookings b
     join public.profiles s on s.id = b.student_id
     join public.profiles t on t.id = b.tutor_id
     where t.email = 'tutor@demo.itutor.tt' and s.full_name = $1
       and b.requested_start_at = $2::timestamp at time zone 'America/Port_of_Spain'`,
    [student, requested],
  );
  const row = rows[0];
  if (row === undefined) throw new Error(`the seed has no booking of ${student} at ${requested}`);
  return row;
}
