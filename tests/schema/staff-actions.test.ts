import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, refusal, type World } from '../support/world.ts';

let world: World;
let admin: string;
let person: string;
beforeAll(async () => {
  world = await createWorld();
  admin = await world.person('student', { staff: 'admin' });
});
afterAll(() => world.stop());
beforeEach(async () => {
  person = await world.person('tutor');
});

const act = (user: string, rpc: string, args: Record<string, unknown>) =>
  world.call(user, rpc, { p_user_id: person, p_reason: 'Asked for by the office', ...args });
const rolesOf = async (user: string) => (await world.call(user, 'console_me'))['staffRoles'];

describe('staff roles', () => {
  it('are given and taken by an admin, with a reason, and audited', async () => {
    expect(await act(admin, 'console_staff_grant', { p_role: 'support' })).toMatchObject({
      staffRoles: ['support'],
    });
    expect(await rolesOf(person)).toEqual(['support']);
    expect(await act(admin, 'console_staff_revoke', { p_role: 'support' })).toMatchObject({ staffRoles: [] });
    const entries = await world.sql.query(
      'select action, reason, actor_id from public.audit_log where target_id = $1 order by action',
      [person],
    );
    const by = { reason: 'Asked for by the office', actor_id: admin };
    expect(entries.rows).toEqual([
      { action: 'staff.grant', ...by },
      { action: 'staff.revoke', ...by },
    ]);
  });

  it("are taken with the platform's own marks of them", async () => {
    await world.sql.query(`update public.profiles set role = 'admin', is_reviewer = true where id = $1`, [
      person,
    ]);
    await act(admin, 'console_staff_revoke', { p_role: 'admin' });
    expect(await rolesOf(person)).toEqual(['reviewer']);
    await act(admin, 'console_staff_revoke', { p_role: 'reviewer' });
    expect(await rolesOf(person)).toEqual([]);
  });

  it('are nobody else’s to give, not even a reviewer’s, and not one’s own to change', async () => {
    for (const staff of ['reviewer', 'support']) {
      const user = await world.person('student', { staff });
      expect(await refusal(act(user, 'console_staff_grant', { p_role: 'admin' }))).toMatchObject({
        code: '42501',
      });
    }
    const self = act(admin, 'console_staff_revoke', { p_user_id: admin, p_role: 'admin' });
    expect((await refusal(self)).detail).toMatchObject({ rule: 'self' });
  });

  it('need a reason and a role that exists, and change something or are refused', async () => {
    const grant = (args: Record<string, unknown>) => refusal(act(admin, 'console_staff_grant', args));
    expect((await grant({ p_role: 'support', p_reason: ' ' })).detail).toMatchObject({ rule: 'reason' });
    expect((await grant({ p_role: 'owner' })).detail).toMatchObject({ rule: 'role' });
    expect(await refusal(act(admin, 'console_staff_revoke', { p_role: 'support' }))).toMatchObject({
      code: 'SY020',
    });
  });
});

describe('a suspension', () => {
  it('takes effect at once, and says by whom and why', async () => {
    const student = await world.person('student');
    const booking = await world.booking({ tutor: person, student });
    await act(admin, 'console_profile_suspend', { p_reason: 'Fake certificates' });
    expect((await world.query(person, 'select id from public.bookings')).rows).toEqual([]);
    const confirm = world.call(person, 'console_booking_confirm', { p_booking_id: booking });
    expect(await refusal(confirm)).toMatchObject({ code: '42501' });
    const own = await world.query(
      person,
      'select is_suspended, suspension_reason, suspended_by from public.profiles',
    );
    expect(own.rows).toEqual([
      { is_suspended: true, suspension_reason: 'Fake certificates', suspended_by: admin },
    ]);
    expect(await refusal(act(admin, 'console_profile_suspend', {}))).toMatchObject({ code: 'SY020' });
    await act(admin, 'console_profile_unsuspend', {});
    expect((await world.query(person, 'select id from public.bookings')).rows).toEqual([{ id: booking }]);
  });
});
