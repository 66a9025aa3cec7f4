import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, refusal, type World } from '../support/world.ts';

let world: World;
let user: string;
let other: string;
beforeAll(async () => {
  world = await createWorld();
  user = await world.person('student', { staff: 'reviewer' });
  other = await world.person('student', { staff: 'reviewer' });
  // A decision as an RPC makes it: it counts, so that doing it twice shows, and it can refuse.
  await world.sql.query(`
    create table public.test_deeds (id bigint generated always as identity, what text);
    create function public.test_decide(p_key uuid, p_what text) returns jsonb
    language plpgsql security definer set search_path = '' as $$
    declare v_known jsonb := private.once_begin(p_key, 'test.decide', pg_catalog.jsonb_build_object('what', p_what));
    begin
      if v_known is not null then return v_known; end if;
      if p_what = 'slow' then perform pg_catalog.pg_sleep(0.3); end if;
      if p_what = 'no' then perform private.refuse('no', 'Not this.'); end if;
      insert into public.test_deeds (what) values (p_what);
      return private.once_done(p_key, pg_catalog.jsonb_build_object('what', p_what,
        'deeds', (select count(*) from public.test_deeds)));
    end $$;
    grant execute on function public.test_decide(uuid, text) to authenticated;`);
});
afterAll(() => world.stop());
let key: string;
beforeEach(async () => {
  key = randomUUID();
  await world.sql.query('delete from public.test_deeds');
});

const decide = (what: string, by = user) => world.call(by, 'test_decide', { p_key: key, p_what: what });
const settle = (by: string | null = user, kind = 'test.decide') =>
  world.call(by, 'console_once_settle', { p_key: key, p_kind: kind });
const deeds = async () =>
  (await world.sql.query<{ what: string }>('select what from public.test_deeds')).rows.length;

describe('a decision under a key', () => {
  it('is done once, and gives the same answer when it is asked for again', async () => {
    const first = await decide('approve');
    expect(first).toEqual({ what: 'approve', deeds: 1 });
    expect(await decide('approve')).toEqual(first);
    expect(await deeds()).toBe(1);
  });

  it('is done once by two calls of the same moment', async () => {
    const [one, two] = await Promise.all([decide('slow'), decide('slow')]);
    expect(one).toEqual(two);
    expect(await deeds()).toBe(1);
  });

  it('can be tried again after a refusal, which is no result', async () => {
    expect((await refusal(decide('no'))).detail).toMatchObject({ rule: 'no' });
    expect(await decide('approve')).toMatchObject({ deeds: 1 });
  });

  it('is nobody else’s, and stands for one deed only', async () => {
    await decide('approve');
    expect((await refusal(decide('reject'))).detail).toMatchObject({ rule: 'once.reused' });
    expect((await refusal(decide('approve', other))).detail).toMatchObject({ rule: 'once.reused' });
    expect((await refusal(settle(other))).detail).toMatchObject({ rule: 'once.reused' });
    expect((await refusal(settle(user, 'other.kind'))).detail).toMatchObject({ rule: 'once.reused' });
    expect(await deeds()).toBe(1);
  });

  it('needs a key', async () => {
    const call = world.call(user, 'test_decide', { p_key: null, p_what: 'approve' });
    expect((await refusal(call)).detail).toMatchObject({ rule: 'once.key' });
  });
});

describe('settling a decision whose answer got lost', () => {
  it('gives the recorded result where it was done', async () => {
    const result = await decide('approve');
    expect(await settle()).toEqual({ state: 'done', result });
  });

  it('waits for a call that is still at work', async () => {
    const running = decide('slow');
    await expect
      .poll(async () => {
        const found = await world.sql.query(
          `select 1 from pg_stat_activity where state = 'active' and wait_event = 'PgSleep' and datname = current_database()`,
        );
        return found.rows.length;
      })
      .toBe(1);
    expect(await settle()).toEqual({ state: 'done', result: await running });
  });

  it('withdraws the key where it was not done, so that a late call does nothing', async () => {
    expect(await settle()).toEqual({ state: 'withdrawn', result: null });
    expect((await refusal(decide('approve'))).detail).toMatchObject({ rule: 'once.withdrawn' });
    expect(await settle()).toEqual({ state: 'withdrawn', result: null });
    expect(await deeds()).toBe(0);
  });

  it('is for who is signed in and not suspended', async () => {
    expect((await refusal(settle(null))).code).toBe('42501');
    const suspended = await world.person('tutor');
    await world.sql.query('update public.profiles set is_suspended = true where id = $1', [suspended]);
    expect((await refusal(settle(suspended))).code).toBe('42501');
  });
});

describe('the ledger', () => {
  it('is out of reach for everybody but these functions', async () => {
    expect((await refusal(world.query(user, 'select * from private.once_results'))).code).toBe('42501');
    const begin = world.query(user, `select private.once_begin(gen_random_uuid(), 'test.decide', '{}')`);
    expect((await refusal(begin)).code).toBe('42501');
  });
});
