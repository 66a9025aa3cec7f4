import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startBackend, type Backend, type TestUser } from '../support/backend.ts';
import {
  failureOf,
  plantLesson,
  startConsoleApp,
  type ConsoleApp,
  type ConsoleAppOptions,
} from '../support/console-app.ts';
import { startFaultProxy, type FaultProxy } from '../support/fault-proxy.ts';

const hour = 3_600_000;
const inHours = (hours: number) => new Date(Math.floor(Date.now() / hour) * hour + hours * hour);

let backend: Backend;
let proxy: FaultProxy;
let tutor: TestUser;
let other: TestUser;
let student: TestUser;
let consoles: ConsoleApp[] = [];

beforeAll(async () => {
  backend = await startBackend();
  tutor = await backend.createUser({ role: 'tutor', displayName: 'Tara Tutor' });
  other = await backend.createUser({ role: 'tutor', displayName: 'Otis Other' });
  student = await backend.createUser({ role: 'student', displayName: 'Sam Student' });
});
afterAll(async () => await backend.stop());
beforeEach(async () => {
  proxy = await startFaultProxy(backend.url);
});
afterEach(async () => {
  for (const app of consoles) {
    await app.stop();
    app.remove();
  }
  consoles = [];
  await proxy.stop();
});

async function open(options: ConsoleAppOptions = {}): Promise<ConsoleApp> {
  const app = await startConsoleApp({ url: proxy.url, key: backend.publishableKey, ...options });
  consoles.push(app);
  return app;
}

/** Ends the console and opens it again over the same files and secrets. */
async function reopen(app: ConsoleApp): Promise<ConsoleApp> {
  await app.stop();
  consoles = consoles.filter((each) => each !== app);
  return open({ dataDir: app.dataDir, memory: app.memory });
}

const cacheFiles = (app: ConsoleApp) =>
  existsSync(path.join(app.dataDir, 'cache'))
    ? readdirSync(path.join(app.dataDir, 'cache')).filter((name) => name.endsWith('.db'))
    : [];
const week = {
  tutorId: null,
  from: (Date.now() - 7 * 24 * hour) * 1000,
  to: (Date.now() + 30 * 24 * hour) * 1000,
};

async function signedIn(user: TestUser, options: ConsoleAppOptions = {}): Promise<ConsoleApp> {
  const app = await open(options);
  await app.client['session.signIn']({ email: user.email, password: user.password });
  await app.client['sync.now']({});
  return app;
}

/** A confirmed lesson of the tutor and the edit that cancels it, which waits because the network is gone. */
async function waitingEdit(app: ConsoleApp, hours: number): Promise<string> {
  const bookingId = await plantLesson(backend.sql, {
    tutor: tutor.id,
    student: student.id,
    startAt: inHours(hours),
    status: 'CONFIRMED',
  });
  await app.client['sync.now']({});
  proxy.partition('both');
  await app.client['outbox.add']({
    kind: 'booking.cancel',
    args: { booking_id: bookingId, reason: 'Hurricane' },
  });
  return bookingId;
}

async function statusOf(bookingId: string): Promise<string> {
  const found = await backend.sql.query<{ status: string }>(
    'select status from public.bookings where id = $1',
    [bookingId],
  );
  return found.rows[0]?.status ?? 'gone';
}

describe('signing in', () => {
  test('tells who it is and what they may do, and fills the cache', async () => {
    await plantLesson(backend.sql, {
      tutor: tutor.id,
      student: student.id,
      startAt: inHours(40),
      status: 'CONFIRMED',
    });
    const app = await open();
    expect(await app.session()).toEqual({ status: 'signed-out' });
    const state = await app.client['session.signIn']({ email: ` ${tutor.email} `, password: tutor.password });
    expect(state).toMatchObject({
      status: 'signed-in',
      isFresh: true,
      me: { userId: tutor.id, displayName: 'Tara Tutor', profileRole: 'tutor', staffRoles: [] },
    });
    await app.client['sync.now']({});
    expect((await app.client['schedule.week'](week)).items.length).toBeGreaterThan(0);
  });

  test('with a wrong password says so and leaves nothing behind', async () => {
    const app = await open();
    const error = await failureOf(app.client['session.signIn']({ email: tutor.email, password: 'wrong' }));
    expect(error).toMatchObject({ code: 'BAD_CREDENTIALS' });
    expect(error.message).toMatch(/password/);
    expect(await app.session()).toEqual({ status: 'signed-out' });
    expect(app.memory.secrets.size).toBe(0);
    expect(cacheFiles(app)).toEqual([]);
  });

  test('without network says that, not that the password is wrong', async () => {
    const app = await open();
    proxy.partition('both');
    expect(await failureOf(app.client['session.signIn'](tutor))).toMatchObject({ code: 'OFFLINE' });
  });

  test('that breaks off after the password signs nobody in', async () => {
    const app = await open();
    proxy.setFault(({ path: url }) =>
      url.includes('console_me') ? { kind: 'status', status: 503 } : { kind: 'pass' },
    );
    expect(await failureOf(app.client['session.signIn'](tutor))).toMatchObject({
      code: 'BACKEND_UNREACHABLE',
    });
    expect(await app.session()).toEqual({ status: 'signed-out' });
    expect(app.memory.secrets.size).toBe(0);
  });

  test('as a student succeeds, caches nothing and opens no section', async () => {
    const app = await open();
    expect(await app.client['session.signIn'](student)).toMatchObject({ me: { profileRole: 'student' } });
    expect(cacheFiles(app)).toEqual([]);
    expect(await failureOf(app.client['schedule.week'](week))).toMatchObject({ code: 'FORBIDDEN' });
  });

  test('to a demo account takes the password from the backend, and only for accounts it offers', async () => {
    await backend.sql.query(
      `insert into private.demo_accounts (email, role, label, position) values ($1, 'tutor', 'Tutor', 1)`,
      [tutor.email],
    );
    const app = await open();
    const { accounts } = await app.client['session.demoAccounts']({});
    expect(accounts).toEqual([{ email: tutor.email, label: 'Tutor', role: 'tutor' }]);
    await backend.sql.query(
      `update auth.users set encrypted_password = extensions.crypt($2, extensions.gen_salt('bf', 4)) where id = $1`,
      [tutor.id, await demoPassword()],
    );
    expect(await failureOf(app.client['session.signInDemo']({ email: other.email }))).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await app.client['session.signInDemo']({ email: tutor.email })).toMatchObject({
      status: 'signed-in',
    });
    await backend.sql.query(
      `update auth.users set encrypted_password = extensions.crypt($2, extensions.gen_salt('bf', 4)) where id = $1`,
      [tutor.id, tutor.password],
    );
  });

  async function demoPassword(): Promise<string> {
    const answer = await fetch(`${backend.url}/auth/v1/settings`, {
      headers: { apikey: backend.publishableKey },
    });
    const settings: { demo: { password: string } } = await answer.json();
    return settings.demo.password;
  }
});

describe('the next start', () => {
  test('goes on without a password, first from what is here and then fresh', async () => {
    const app = await reopen(await signedIn(tutor));
    const state = await app.session();
    expect(state).toMatchObject({ status: 'signed-in', me: { userId: tutor.id } });
    await expect.poll(() => app.session()).toMatchObject({ status: 'signed-in', isFresh: true });
  });

  test('goes on without network: the week is there, edits can be made, and are sent once it is back', async () => {
    const before = await signedIn(tutor);
    const bookingId = await plantLesson(backend.sql, {
      tutor: tutor.id,
      student: student.id,
      startAt: inHours(60),
      notes: 'restart',
    });
    await before.client['sync.now']({});
    proxy.partition('both');
    const app = await reopen(before);
    expect(await app.session()).toMatchObject({ status: 'signed-in', isFresh: false });
    const items = async () => (await app.client['schedule.week'](week)).items;
    expect((await items()).map((item) => item.bookingId)).toContain(bookingId);
    await app.client['outbox.add']({ kind: 'booking.confirm', args: { booking_id: bookingId } });
    expect((await items()).find((item) => item.bookingId === bookingId)).toMatchObject({
      status: 'CONFIRMED',
      pending: { kind: 'booking.confirm' },
    });
    proxy.heal();
    await app.settled();
    expect(await statusOf(bookingId)).toBe('CONFIRMED');
    await expect.poll(() => app.session()).toMatchObject({ isFresh: true });
  });

  test('asks for the password when the server has ended the session, and keeps cache and outbox until then', async () => {
    const before = await signedIn(tutor);
    const bookingId = await waitingEdit(before, 70);
    await before.stop();
    consoles = [];
    await backend.sql.query('delete from auth.sessions where user_id = $1', [tutor.id]);
    proxy.heal();
    const app = await open({
      dataDir: before.dataDir,
      memory: { ...before.memory, secrets: expired(before.memory.secrets) },
    });
    expect(await app.until('needs-sign-in')).toMatchObject({ me: { userId: tutor.id } });
    expect((await app.outbox()).map((item) => item.kind)).toEqual(['booking.cancel']);
    expect((await app.client['schedule.week'](week)).tutorId).toBe(tutor.id);
    expect(await statusOf(bookingId)).toBe('CONFIRMED');
    await app.client['session.signIn'](tutor);
    await app.settled();
    expect(await statusOf(bookingId)).toBe('CANCELLED');
    expect(await app.outbox()).toEqual([]);
  });
});

describe('a session', () => {
  test('whose token ran out is renewed by one request, however many need it', async () => {
    const app = await reopen(await signedInExpired());
    await Promise.all([app.client['sync.now']({}), app.client['sync.now']({}), app.client['sync.now']({})]);
    const renewals = proxy.log.filter((request) => request.path.includes('grant_type=refresh_token'));
    expect(renewals).toHaveLength(1);
  });

  test('survives a lost answer to its renewal', async () => {
    const before = await signedInExpired();
    let isFirst = true;
    proxy.setFault(({ path: url }) => {
      if (!url.includes('refresh_token') || !isFirst) return { kind: 'pass' };
      isFirst = false;
      return { kind: 'drop-response' };
    });
    const app = await reopen(before);
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
    proxy.setFault(() => ({ kind: 'status', status: 403 }));
    const app = await reopen(before);
    await failureOf(app.client['sync.now']({}));
    expect(await app.session()).toMatchObject({ status: 'signed-in', isFresh: false });
    proxy.setFault(() => ({ kind: 'pass' }));
    await app.client['sync.now']({});
    expect(await app.session()).toMatchObject({ status: 'signed-in', isFresh: true });
  });

  test('sees a change of role without a new sign-in', async () => {
    const helper = await backend.createUser({ role: 'tutor' });
    const app = await signedIn(helper);
    await backend.sql.query(`insert into public.staff_members (user_id, role) values ($1, 'support')`, [
      helper.id,
    ]);
    await app.client['sync.now']({});
    expect(await app.session()).toMatchObject({ me: { staffRoles: ['support'] } });
  });
});

describe('signing out', () => {
  test('with nothing waiting wipes the cache and the session, here and on the server', async () => {
    const app = await signedIn(tutor);
    expect(cacheFiles(app)).toHaveLength(1);
    const token = storedSession(app).refresh_token;
    expect(await app.client['session.signOut']({ pending: 'ask' })).toEqual({ exportedTo: null });
    expect(await app.session()).toEqual({ status: 'signed-out' });
    expect(cacheFiles(app)).toEqual([]);
    expect([...app.memory.secrets]).toEqual([]);
    const again = await fetch(`${backend.url}/auth/v1/token?grant_type=refresh_token`, {
      method: 'POST',
      headers: { apikey: backend.publishableKey, 'content-type': 'application/json' },
      body: JSON.stringify({ refresh_token: token }),
    });
    expect(again.ok).toBe(false);
    expect(await failureOf(app.client['schedule.week'](week))).toMatchObject({ code: 'NEEDS_SIGN_IN' });
  });

  test('with an edit waiting asks and changes nothing', async () => {
    const app = await signedIn(tutor);
    await waitingEdit(app, 80);
    const error = await failureOf(app.client['session.signOut']({ pending: 'ask' }));
    expect(error).toMatchObject({ code: 'PENDING_EDITS', data: { count: 1 } });
    expect(await app.session()).toMatchObject({ status: 'signed-in' });
    expect(await app.outbox()).toHaveLength(1);
  });

  test('by sending fails without network and keeps the edit, and sends it with network', async () => {
    const app = await signedIn(tutor);
    const bookingId = await waitingEdit(app, 90);
    expect(await failureOf(app.client['session.signOut']({ pending: 'send' }))).toMatchObject({
      code: 'OFFLINE',
    });
    expect(await app.outbox()).toHaveLength(1);
    proxy.heal();
    await app.client['session.signOut']({ pending: 'send' });
    expect(await statusOf(bookingId)).toBe('CANCELLED');
    expect(cacheFiles(app)).toEqual([]);
  });

  test('by exporting writes what the edit meant where the user finds it', async () => {
    const app = await signedIn(tutor);
    const bookingId = await waitingEdit(app, 100);
    const { exportedTo } = await app.client['session.signOut']({ pending: 'export' });
    expect(exportedTo).toMatch(/itutor-unsent-edits-/);
    const content: unknown = JSON.parse([...app.memory.exports.values()].join(''));
    expect(content).toMatchObject({
      edits: [{ kind: 'booking.cancel', args: { booking_id: bookingId, reason: 'Hurricane' } }],
    });
    expect(cacheFiles(app)).toEqual([]);
    expect(await statusOf(bookingId)).toBe('CONFIRMED');
  });

  test('by discarding drops the edit', async () => {
    const app = await signedIn(tutor);
    const bookingId = await waitingEdit(app, 110);
    await app.client['session.signOut']({ pending: 'discard' });
    proxy.heal();
    await app.client['session.signIn'](tutor);
    await app.settled();
    expect(await app.outbox()).toEqual([]);
    expect(await statusOf(bookingId)).toBe('CONFIRMED');
  });
});

describe('another user on the same machine', () => {
  test('reads nothing of the first, whose edits wait for them', async () => {
    const app = await signedIn(tutor);
    const bookingId = await waitingEdit(app, 120);
    await backend.sql.query('delete from auth.sessions where user_id = $1', [tutor.id]);
    proxy.heal();
    await app.client['session.signIn'](other);
    await app.client['sync.now']({});
    expect(cacheFiles(app)).toHaveLength(2);
    expect(await app.outbox()).toEqual([]);
    const mine = await app.client['schedule.week'](week);
    expect(mine.items.map((item) => item.bookingId)).not.toContain(bookingId);
    expect(await failureOf(app.client['schedule.messages']({ bookingId }))).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await failureOf(app.client['schedule.week']({ ...week, tutorId: tutor.id }))).toMatchObject({
      code: 'FORBIDDEN',
    });
    await app.client['session.signIn'](tutor);
    await app.settled();
    expect(await statusOf(bookingId)).toBe('CANCELLED');
  });
});

/** A console that was closed with a token which has run out since. */
async function signedInExpired(): Promise<ConsoleApp> {
  const app = await signedIn(tutor);
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

function storedSession(app: ConsoleApp): { refresh_token: string } {
  for (const value of app.memory.secrets.values()) {
    const parsed: { refresh_token?: string } = JSON.parse(value);
    if (parsed.refresh_token !== undefined) return { refresh_token: parsed.refresh_token };
  }
  throw new Error('no session is kept');
}
