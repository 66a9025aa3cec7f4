import type pg from 'pg';
import * as z from 'zod';
import { defineDraft, type DraftKinds } from '#shared/domain/draft';

/** A kind of draft that only tests have, and the function on the server that does it. */
export const testKinds: DraftKinds = {
  'test.rate': defineDraft(
    z.object({ booking_id: z.uuid(), stars: z.number().int().min(1).max(5) }),
    ({ booking_id: bookingId, stars }) => ({
      table: 'bookings',
      rowId: bookingId,
      watches: ['status', 'requested_start_at'],
      title: () => 'Rate a lesson',
      lines: () => [{ label: 'Stars', text: String(stars) }],
      obstacle: (row) => (row['tutor_notes'] === 'Not now' ? 'The notes say not now.' : null),
      prepare: () => [
        {
          rpc: 'test_prepare',
          params: { p_booking_id: bookingId },
          problem: (answer) => (answer === 'free' ? null : 'Somebody holds it.'),
        },
      ],
      call: (row) => ({
        rpc: 'test_rate',
        params: { p_booking_id: bookingId, p_stars: stars, p_status: row['status'] ?? null },
      }),
    }),
  ),
};

export async function makeTestDecision(sql: pg.Pool): Promise<void> {
  await sql.query(`
    create table public.test_ratings (booking_id uuid, stars int, by uuid);
    create table public.test_held (booking_id uuid);
    create function public.test_prepare(p_booking_id uuid) returns jsonb
    language sql security definer set search_path = '' as $$
      select case when exists (select 1 from public.test_held h where h.booking_id = p_booking_id)
        then '"held"'::jsonb else '"free"'::jsonb end
    $$;
    grant execute on function public.test_prepare(uuid) to authenticated;
    create function public.test_rate(p_key uuid, p_booking_id uuid, p_stars int, p_status text) returns jsonb
    language plpgsql security definer set search_path = '' as $$
    declare
      v_known jsonb := private.once_begin(p_key, 'test.rate',
        pg_catalog.jsonb_build_object('booking', p_booking_id, 'stars', p_stars, 'status', p_status));
    begin
      if v_known is not null then return v_known; end if;
      if p_stars = 1 then perform private.refuse('rude', 'One star is rude.'); end if;
      if (select b.status from public.bookings b where b.id = p_booking_id for update) is distinct from p_status then
        perform private.state_changed('The lesson changed.');
      end if;
      insert into public.test_ratings values (p_booking_id, p_stars, auth.uid());
      return private.once_done(p_key, pg_catalog.jsonb_build_object('stars', p_stars));
    end $$;
    revoke all on public.test_ratings, public.test_held from public, anon, authenticated;
    grant execute on function public.test_rate(uuid, uuid, int, text) to authenticated;
    notify pgrst, 'reload schema';`);
}
