-- layer: additive
-- Sync, part 5: the log and the ledger are kept for ninety days. Where pg_cron is, it sees to that; elsewhere whoever
-- runs the scheduled functions calls sync.purge(). Without it nothing breaks: both only grow.

do $$
begin
  if exists (select 1 from pg_catalog.pg_extension where extname = 'pg_cron') then
    execute $cron$select cron.schedule('sync-purge', '17 4 * * *', 'select sync.purge()')$cron$;
  end if;
exception when insufficient_privilege then
  raise warning 'sync: sync.purge() could not be scheduled here';
end $$;
