import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { me } from '#shared/domain/roles';
import { createWorld, refusal, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.stop());

async function signUp(
  metadata: Record<string, unknown>,
  email: string | null = `${randomUUID()}@example.test`,
) {
  const id = randomUUID();
  await world.sql.query('insert into auth.users (id, email, raw_user_meta_data) values ($1, $2, $3)', [
    id,
    email,
    metadata,
  ]);
  const found = await world.sql.query('select * from public.profiles where id = $1', [id]);
  return found.rows[0] as Record<string, unknown>;
}

describe('a new user', () => {
  it('gets a profile and a public face', async () => {
    const profile = await signUp({ role: 'tutor', full_name: 'Anjali Ramkissoon', username: 'anjali-r' });
    expect(profile).toMatchObject({ role: 'tutor', full_name: 'Anjali Ramkissoon', username: 'anjali-r' });
    const person = await world.sql.query('select display_name from public.people where id = $1', [
      profile['id'],
    ]);
    expect(person.rows).toEqual([{ display_name: 'Anjali Ramkissoon' }]);
    const schedule = await world.sql.query(
      'select timezone from public.tutor_schedules where tutor_id = $1',
      [profile['id']],
    );
    expect(schedule.rows).toEqual([{ timezone: 'America/Port_of_Spain' }]);
  });

  it('never becomes an admin by saying so', async () => {
    expect(await signUp({ role: 'admin' })).toMatchObject({ role: null, is_reviewer: false });
  });

  it.each([
    ['no name at all', {}, undefined],
    ['a username that is too long', { username: 'x'.repeat(40) }, undefined],
    ['a username with other characters', { username: 'a b c d e f' }, undefined],
    ['no e-mail', {}, null],
  ])('always gets one, with %s', async (_what, metadata, email) => {
    const profile = await signUp(metadata, email);
    expect(profile['username']).toMatch(/^[a-zA-Z0-9_-]{6,30}$/);
  });

  it('gets one even when name and address are taken', async () => {
    const first = await signUp({ username: 'taken-name' });
    await world.sql.query('update auth.users set email = $2 where id = $1', [
      first['id'],
      `${randomUUID()}@example.test`,
    ]);
    const second = await signUp({ username: 'taken-name' }, String(first['email']));
    expect(second['id']).not.toBe(first['id']);
    expect(second['username']).not.toBe('taken-name');
  });
});

describe('people', () => {
  it('follow the profile, and nothing but name, picture and zone', async () => {
    const id = await world.person('student', { name: 'Kezia Ali' });
    await world.sql.query(
      `update public.profiles set display_name = 'Kez', timezone = 'Europe/London' where id = $1`,
      [id],
    );
    const row = await world.sql.query('select * from public.people where id = $1', [id]);
    expect(row.rows[0]).toMatchObject({ display_name: 'Kez', timezone: 'Europe/London' });
    expect(Object.keys(row.rows[0] as object).toSorted()).toEqual([
      'avatar_url',
      'display_name',
      'id',
      'row_version',
      'sync_xid',
      'timezone',
    ]);
  });

  it('can be derived again after a load with triggers off', async () => {
    const id = randomUUID();
    const client = await world.sql.connect();
    await client.query('set session_replication_role = replica');
    await client.query(
      `insert into public.profiles (id, role, full_name, email, username) values ($1, 'tutor', 'Loaded', $2, $3)`,
      [id, `${id}@example.test`, `user_${id.slice(0, 8)}`],
    );
    await client.query('reset session_replication_role');
    client.release();
    await world.sql.query('select private.rebuild_people()');
    const rows = await world.sql.query(
      'select p.display_name, s.slot_minutes from public.people p join public.tutor_schedules s on s.tutor_id = p.id where p.id = $1',
      [id],
    );
    expect(rows.rows).toEqual([{ display_name: 'Loaded', slot_minutes: 30 }]);
  });
});

describe('console_me', () => {
  it('answers in the shape of the client', async () => {
    const id = await world.person('tutor', { staff: 'support', name: 'Ravi Mohammed' });
    expect(me.parse(await world.call(id, 'console_me'))).toEqual({
      userId: id,
      displayName: 'Ravi Mohammed',
      email: `${id}@example.test`,
      profileRole: 'tutor',
      staffRoles: ['support'],
      isSuspended: false,
      accessEpoch: expect.any(Number),
    });
  });

  it("honours the platform's own marks", async () => {
    const id = await world.person('student');
    await world.sql.query(`update public.profiles set role = 'admin', is_reviewer = true where id = $1`, [
      id,
    ]);
    expect(await world.call(id, 'console_me')).toMatchObject({ staffRoles: ['admin', 'reviewer'] });
  });

  it('gives a suspended member of staff no role', async () => {
    const id = await world.person('student', { staff: 'admin' });
    await world.sql.query('update public.profiles set is_suspended = true where id = $1', [id]);
    expect(await world.call(id, 'console_me')).toMatchObject({ isSuspended: true, staffRoles: [] });
  });

  it('moves the access epoch with every change of role and suspension, and with nothing else', async () => {
    const id = await world.person('tutor');
    const epoch = async () => (await world.call(id, 'console_me'))['accessEpoch'] as number;
    const seen = [await epoch()];
    for (const text of [
      `insert into public.staff_members (user_id, role) values ($1, 'reviewer')`,
      `delete from public.staff_members where user_id = $1`,
      `update public.profiles set is_suspended = true where id = $1`,
      `update public.profiles set is_suspended = false where id = $1`,
    ]) {
      await world.sql.query(text, [id]);
      seen.push(await epoch());
    }
    expect(new Set(seen).size).toBe(seen.length);
    await world.sql.query(`update public.profiles set bio = 'x', display_name = 'Y' where id = $1`, [id]);
    expect(await epoch()).toBe(seen.at(-1));
  });

  it('is not for anon', async () => {
    expect(await refusal(world.call(null, 'console_me'))).toMatchObject({ code: '42501' });
  });
});

describe('contact details', () => {
  it('are read by staff one person at a time, and every look is audited', async () => {
    const support = await world.person('student', { staff: 'support' });
    const student = await world.person('student');
    await world.sql.query(`update public.profiles set phone_number = '868-555-0101' where id = $1`, [
      student,
    ]);
    const contact = await world.call(support, 'console_profile_contact_read', { p_user_id: student });
    expect(contact).toMatchObject({ userId: student, phoneNumber: '868-555-0101' });
    const entry = await world.sql.query(
      `select actor_id, action from public.audit_log where target_id = $1`,
      [student],
    );
    expect(entry.rows).toEqual([{ actor_id: support, action: 'profile.contact_read' }]);
  });

  it('are not for tutors, and not to be had from the table', async () => {
    const tutor = await world.person('tutor');
    const student = await world.person('student');
    await world.booking({ tutor, student });
    expect(
      await refusal(world.call(tutor, 'console_profile_contact_read', { p_user_id: student })),
    ).toMatchObject({ code: '42501' });
    expect((await world.query(tutor, 'select id from public.profiles')).rows).toEqual([{ id: tutor }]);
    const people = await world.query(tutor, 'select id from public.people');
    expect(people.rows.map((row: { id: string }) => row.id).toSorted()).toEqual([tutor, student].toSorted());
  });
});
