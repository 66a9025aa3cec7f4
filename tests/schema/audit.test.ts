import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, monday, refusal, type World } from '../support/world.ts';

let world: World;
let admin: string;

beforeEach(async () => {
  world = await createWorld();
  admin = await world.person('student', { staff: 'admin' });
});
afterEach(() => world.stop());

const verify = () => world.call(admin, 'console_audit_verify');
const write = (client: { query(text: string): Promise<unknown> }, action: string) =>
  client.query(`select private.audit('${action}', 'test', null)`);

/** Changes history as only a superuser with triggers off can. */
async function tamper(text: string): Promise<void> {
  const client = await world.sql.connect();
  try {
    await client.query('set session_replication_role = replica');
    await client.query(text);
  } finally {
    await client.query('reset session_replication_role');
    client.release();
  }
}

describe('the audit chain', () => {
  it('links entries in the order of their commits, without gaps, under concurrent writers', async () => {
    const writers = Array.from({ length: 6 }, async (_, index) => {
      for (let turn = 0; turn < 15; turn += 1) await write(world.sql, `w${index}.${turn}`);
    });
    await Promise.all(writers);
    expect(await verify()).toMatchObject({ ok: true, checked: 90, headSeq: 90, firstBad: null });
  });

  it('takes no lock before commit: a writer that stays open keeps nobody waiting', async () => {
    const slow = await world.sql.connect();
    try {
      await slow.query('begin');
      await write(slow, 'slow');
      await write(world.sql, 'quick');
      await slow.query('commit');
    } finally {
      slow.release();
    }
    const rows = await world.sql.query(
      `select a.action from private.audit_chain c join public.audit_log a on a.id = c.audit_id order by c.seq`,
    );
    expect(rows.rows).toEqual([{ action: 'quick' }, { action: 'slow' }]);
    expect(await verify()).toMatchObject({ ok: true, checked: 2 });
  });

  it('has no entry of a transaction that was rolled back', async () => {
    const client = await world.sql.connect();
    await client.query('begin');
    await write(client, 'undone');
    await client.query('rollback');
    client.release();
    expect(await verify()).toMatchObject({ ok: true, checked: 0 });
  });

  it('does not depend on the time zone of who verifies', async () => {
    await write(world.sql, 'one');
    const client = new pg.Client({ connectionString: world.databaseUrl });
    await client.connect();
    await client.query(`set timezone = 'Asia/Tokyo'`);
    const result = await client.query(
      `select bool_and(c.hash = private.audit_hash(c.seq, c.prev_hash, a)) as same
       from private.audit_chain c join public.audit_log a on a.id = c.audit_id`,
    );
    await client.end();
    expect(result.rows).toEqual([{ same: true }]);
  });

  it.each([
    ['an altered entry', `update public.audit_log set reason = 'nothing' where action = 'two'`, 'altered', 2],
    ['a deleted entry', `delete from public.audit_log where action = 'two'`, 'missing_entry', 2],
    [
      'an entry deleted with its link',
      `with gone as (delete from public.audit_log where action = 'two' returning id)
       delete from private.audit_chain where audit_id in (select id from gone)`,
      'gap',
      3,
    ],
    [
      'an entry that was slipped in',
      `insert into public.audit_log (actor_role, action, target_type) values ('x', 'x', 'x')`,
      'unchained',
      null,
    ],
    [
      'a rewritten link',
      `update private.audit_chain set prev_hash = '\\x01' where seq = 3`,
      'broken_link',
      3,
    ],
  ])('shows %s', async (_what, text, reason, seq) => {
    for (const action of ['one', 'two', 'three']) await write(world.sql, action);
    await tamper(text);
    expect(await verify()).toMatchObject({ ok: false, firstBad: { reason, seq } });
  });

  it('refuses change, deletion and truncation, even by its owner', async () => {
    await write(world.sql, 'one');
    for (const text of [
      `update public.audit_log set action = 'x'`,
      'delete from public.audit_log',
      'truncate public.audit_log',
      `update private.audit_chain set hash = ''`,
      'truncate private.audit_chain',
    ]) {
      expect({ text, ...(await refusal(world.sql.query(text))) }).toMatchObject({ text, code: '42501' });
    }
  });

  it('takes up entries that a loader wrote with triggers off', async () => {
    await write(world.sql, 'one');
    await tamper(
      `insert into public.audit_log (at, actor_role, action, target_type)
       select timestamptz '2026-01-01Z' + n * interval '1 hour', 'system', 'loaded', 'x' from generate_series(1, 5) n`,
    );
    expect((await world.sql.query('select private.audit_chain_extend() as n')).rows).toEqual([{ n: '5' }]);
    expect(await verify()).toMatchObject({ ok: true, checked: 6 });
  });

  it('is verified by admins only', async () => {
    for (const staff of ['support', 'reviewer']) {
      const user = await world.person('student', { staff });
      expect(await refusal(world.call(user, 'console_audit_verify', {}, monday))).toMatchObject({
        code: '42501',
      });
    }
  });
});
