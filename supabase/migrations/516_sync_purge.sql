-- layer: additive
-- For the function sync-purge, which runs daily with the secret key. Returns how many log entries went.
create or replace function public.console_sync_purge() returns bigint
language sql volatile security definer set search_path = '' as $$ select sync.purge() $$;
revoke all on function public.console_sync_purge() from public, anon, authenticated;
grant execute on function public.console_sync_purge() to service_role;
