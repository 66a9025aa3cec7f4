import { describe, expect, test } from 'vitest';
import { failureOf, plantLesson, type ConsoleApp } from '../support/console-app.ts';
import { aroundNow, cacheFiles, consoleRig, inHours } from '../support/console-rig.ts';

const rig = consoleRig();

describe('signing in', () => {
  test('tells who it is and what they may do, and fills the cache', async () => {
    await plantLesson(rig.backend.sql, {
      tutor: rig.tutor.id,
      student: rig.student.id,
      startAt: inHours(40),
      status: 'CONFIRMED',
    });
    const app = await rig.open();
    expect(await app.session()).toEqual({ status: 'signed-out' });
    const state = await app.client['session.signIn']({
      email: ` ${rig.tutor.email} `,
      password: rig.tutor.password,
    });
    expect(state).toMatchObject({
      status: 'signed-in',
      isFresh: true,
      me: { userId: rig.tutor.id, displayName: 'Tara Tutor', profileRole: 'tutor', staffRoles: [] },
    });
    await app.client['sync.now']({});
    expect((await app.client['schedule.week'](aroundNow)).items.length).toBeGreaterThan(0);
  });

  test('with a wrong password says so and leaves nothing behind', async () => {
    const app = await rig.open();
    const error = await failureOf(
      app.client['session.signIn']({ email: rig.tutor.email, password: 'wrong' }),
    );
    expect(error).toMatchObject({ code: 'BAD_CREDENTIALS' });
    expect(error.message).toMatch(/password/);
    expect(await app.session()).toEqual({ status: 'signed-out' });
    expect(app.memory.secrets.size).toBe(0);
    expect(cacheFiles(app)).toEqual([]);
  });

  test('without network says that, not that the password is wrong', async () => {
    const app = await rig.open();
    rig.proxy.partition('both');
    expect(await failureOf(app.client['session.signIn'](rig.tutor))).toMatchObject({ code: 'OFFLINE' });
  });

  test('that breaks off after the password signs nobody in', async () => {
    const app = await rig.open();
    rig.proxy.setFault(({ path: url }) =>
      url.includes('console_me') ? { kind: 'status', status: 503 } : { kind: 'pass' },
    );
    expect(await failureOf(app.client['session.signIn'](rig.tutor))).toMatchObject({
      code: 'BACKEND_UNREACHABLE',
    });
    expect(await app.session()).toEqual({ status: 'signed-out' });
    expect(app.memory.secrets.size).toBe(0);
  });

  test('as a student succeeds, caches nothing and opens no section', async () => {
    const app = await rig.open();
    expect(await app.client['session.signIn'](rig.student)).toMatchObject({ me: { profileRole: 'student' } });
    expect(cacheFiles(app)).toEqual([]);
    expect(await failureOf(app.client['schedule.week'](aroundNow))).toMatchObject({ code: 'FORBIDDEN' });
  });

  test('to a demo account takes the password from the backend, and only for accounts it offers', async () => {
    await rig.backend.sql.query(
      `insert into private.demo_accounts (email, role, label, position) values ($1, 'tutor', 'Tutor', 1)`,
      [rig.tutor.email],
    );
    const app = await rig.open();
    const { accounts } = await app.client['session.demoAccounts']({});
    expect(accounts).toEqual([{ email: rig.tutor.email, label: 'Tutor', role: 'tutor' }]);
    await rig.backend.sql.query(
      `update auth.users set encrypted_password = extensions.crypt($2, extensions.gen_salt('bf', 4)) where id = $1`,
      [rig.tutor.id, await demoPassword()],
    );
    expect(await failureOf(app.client['session.signInDemo']({ email: rig.other.email }))).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await app.client['session.signInDemo']({ email: rig.tutor.email })).toMatchObject({
      status: 'signed-in',
    });
    await rig.backend.sql.query(
      `update auth.users set encrypted_password = extensions.crypt($2, extensions.gen_salt('bf', 4)) where id = $1`,
      [rig.tutor.id, rig.tutor.password],
    );
  });

  async function demoPassword(): Promise<string> {
    const answer = await fetch(`${rig.backend.url}/auth/v1/settings`, {
      headers: { apikey: rig.backend.publishableKey },
    });
    const settings: { demo: { password: string } } = await answer.json();
    return settings.demo.password;
  }
});

describe('the next start', () => {
  test('goes on without a password, first from what is here and then fresh', async () => {
    const app = await rig.reopen(await rig.signedIn(rig.tutor));
    const state = await app.session();
    expect(state).toMatchObject({ status: 'signed-in', me: { userId: rig.tutor.id } });
    await expect.poll(() => app.session()).toMatchObject({ status: 'signed-in', isFresh: true });
  });

  test('goes on without network: the week is there, edits can be made, and are sent once it is back', async () => {
    const before = await rig.signedIn(rig.tutor);
    const bookingId = await plantLesson(rig.backend.sql, {
      tutor: rig.tutor.id,
      student: rig.student.id,
      startAt: inHours(60),
      notes: 'restart',
    });
    await before.client['sync.now']({});
    rig.proxy.partition('both');
    const app = await rig.reopen(before);
    expect(await app.session()).toMatchObject({ status: 'signed-in', isFresh: false });
    const items = async () => (await app.client['schedule.week'](aroundNow)).items;
    expect((await items()).map((item) => item.bookingId)).toContain(bookingId);
    await app.client['outbox.add']({ kind: 'booking.confirm', args: { booking_id: bookingId } });
    expect((await items()).find((item) => item.bookingId === bookingId)).toMatchObject({
      status: 'CONFIRMED',
      pending: { kind: 'booking.confirm' },
    });
    rig.proxy.heal();
    await app.settled();
    expect(await rig.statusOf(bookingId)).toBe('CONFIRMED');
    await expect.poll(() => app.session()).toMatchObject({ isFresh: true });
  });

  test('asks for the password when the server has ended the session, and keeps cache and outbox until then', async () => {
    const before = await rig.signedIn(rig.tutor);
    const bookingId = await rig.waitingEdit(before, 70);
    await before.stop();
    await rig.backend.sql.query('delete from auth.sessions where user_id = $1', [rig.tutor.id]);
    rig.proxy.heal();
    const app = await rig.open({
      dataDir: before.dataDir,
      memory: { ...before.memory, secrets: expired(before.memory.secrets) },
    });
    expect(await app.until('needs-sign-in')).toMatchObject({ me: { userId: rig.tutor.id } });
    expect((await app.outbox()).map((item) => item.kind)).toEqual(['booking.cancel']);
    expect((await app.client['schedule.week'](aroundNow)).tutorId).toBe(rig.tutor.id);
    expect(await rig.statusOf(bookingId)).toBe('CONFIRMED');
    await app.client['session.signIn'](rig.tutor);
    await app.settled();
    expect(await rig.statusOf(bookingId)).toBe('CANCELLED');
    expect(await app.outbox()).toEqual([]);
  });
});

describe('a session', () => {
  test('whose token ran out is renewed by one request, however many need it', async () => {
    const app = await rig.reopen(await signedInExpired());
    await Promise.all([app.client['sync.now']({}), app.client['sync.now']({}), app.client['sync.now']({})]);
    const renewals = rig.proxy.log.filter((request) => request.path.includes('grant_type=refresh_token'));
    expect(renewals).toHaveLength(1);
  });

  test('survives a lost answer to its renewal', async () => {
    const before = await signedInExpired();
    let isFirst = true;
    rig.proxy.setFault(({ path: url }) => {
      if (!url.includes('refresh_token') || !isFirst) return { kind: 'pass' };
      isFirst = false;
      return { kind: 'drop-response' };
    });
    const app = await rig.reopen(before);
    await expect
      .poll(() =>
        app.client['sync.now']({}).then(
          () => 'done',
          () => 'failed',
        ),
      )
      .toBe('done');
    expect(await app.session()).toMatchObject({ status: 'signed-in' });
  });

  test('is not ended by a captive portal that answers 403 to everything', async () => {
    const before = await signedInExpired();
    rig.proxy.setFault(() => ({ kind: 'status', status: 403 }));
    const app = await rig.reopen(before);
    await failureOf(app.client['sync.now']({}));
    expect(await app.session()).toMatchObject({ status: 'signed-in', isFresh: false });
    rig.proxy.setFault(() => ({ kind: 'pass' }));
    await app.client['sync.now']({});
    expect(await app.session()).toMatchObject({ status: 'signed-in', isFresh: true });
  });

  test('sees a change of role without a new sign-in', async () => {
    const helper = await rig.backend.createUser({ role: 'tutor' });
    const app = await rig.signedIn(helper);
    await rig.backend.sql.query(`insert into public.staff_members (user_id, role) values ($1, 'support')`, [
      helper.id,
    ]);
    await app.client['sync.now']({});
    expect(await app.session()).toMatchObject({ me: { staffRoles: ['support'] } });
  });
});

/** A console that was closed with a token which has run out since. */
async function signedInExpired(): Promise<ConsoleApp> {
  const app = await rig.signedIn(rig.tutor);
  await app.stop();
  for (const [name, value] of expired(app.memory.secrets)) app.memory.secrets.set(name, value);
  return app;
}

function expired(secrets: ReadonlyMap<string, string>): Map<string, string> {
  return new Map(
    [...secrets].map(([name, value]) => {
      const parsed: Record<string, unknown> = JSON.parse(value);
      if (!('local_expires_at' in parsed)) return [name, value];
      return [name, JSON.stringify({ ...parsed, local_expires_at: 0 })];
    }),
  );
}
