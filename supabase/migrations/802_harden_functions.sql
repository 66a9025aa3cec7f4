-- layer: hardening
-- The platform's own functions on these tables. Hosted default privileges gave anon EXECUTE on every one of them by name,
-- and one blanket GRANT gave all of them to every signed-in user.

do $$
declare
  -- Without a guard on state, rights or money; the console's actions and the service key take their place.
  v_closed text[] := array[
    'tutor_confirm_booking', 'tutor_decline_booking', 'tutor_counter_offer', 'student_accept_counter',
    'student_cancel_booking', 'tutor_cancel_session', 'complete_booking_payment', 'materialize_paid_booking',
    'materialize_paid_booking_stripe', 'mark_session_completed_with_payout', 'get_payer_for_student'];
  -- These check auth.uid() themselves, so they stay for signed-in users.
  v_signed_in text[] := array[
    'create_booking_request', 'parent_approve_booking', 'parent_reject_booking', 'add_booking_message', 'is_admin',
    'is_admin_or_reviewer', 'is_my_child', 'is_child_session'];
  v_function record;
begin
  -- Two overloads make PostgREST refuse the call as ambiguous; the one with every argument stays.
  for v_function in
    select p.oid::regprocedure as signature from pg_catalog.pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.proname = 'create_booking_request'
      and p.pronargs < (select max(q.pronargs) from pg_catalog.pg_proc q
        where q.pronamespace = p.pronamespace and q.proname = p.proname)
  loop
    execute pg_catalog.format('drop function %s', v_function.signature);
  end loop;

  for v_function in
    select p.oid::regprocedure as signature, p.proname = any (v_signed_in) as stays from pg_catalog.pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.proname = any (v_closed || v_signed_in)
  loop
    execute pg_catalog.format('revoke all on function %s from public, anon, authenticated', v_function.signature);
    if v_function.stays then
      execute pg_catalog.format('grant execute on function %s to authenticated', v_function.signature);
    end if;
  end loop;
end
$$;

-- New tables and functions are not anon's by default any more.
alter default privileges in schema public revoke all on tables from anon;
alter default privileges in schema public revoke all on sequences from anon;
alter default privileges in schema public revoke execute on functions from anon;
