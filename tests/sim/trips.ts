import type pg from 'pg';
import { pick } from './random.ts';

/** Places in the work of `sync_push` where the simulated server can fail, and what with. */
const places = ['claim', 'apply', 'commit'] as const;
const states = ['40001', '40P01', '57014', '55P03', '53300', '25006', '57P01', 'die'] as const;

/**
 * Lets the next push fail in the middle: when an edit's id is claimed, when its effect is written, or at the very
 * commit. `die` ends the server's process for this connection.
 */
export async function setTrip(sql: pg.Pool, [place = 0, state = 0]: readonly number[]): Promise<void> {
  await sql.query('insert into sim.trips (place, state) values ($1, $2) on conflict do nothing', [
    pick(places, place),
    pick(states, state),
  ]);
}

export async function clearTrips(sql: pg.Pool): Promise<void> {
  await sql.query('delete from sim.trips');
}

/** Where the trips lie, for the database of a simulation only. */
export const trips = `
  create table sim.trips (place text primary key, state text not null);
  create function sim.trip() returns trigger language plpgsql security definer set search_path = '' as $$
  declare v_state text := (select t.state from sim.trips t where t.place = tg_argv[0]);
  begin
    if v_state = 'die' then
      perform pg_catalog.pg_terminate_backend(pg_catalog.pg_backend_pid());
    elsif v_state is not null then
      raise exception using errcode = v_state, message = 'the simulated server failed';
    end if;
    return new;
  end $$;
  create trigger sim_claim before insert on sync.mutations for each row execute function sim.trip('claim');
  create trigger sim_apply before insert on public.audit_log for each row execute function sim.trip('apply');
  create constraint trigger sim_commit after insert on sync.mutations deferrable initially deferred
    for each row execute function sim.trip('commit');`;
