import { describe, expect, test } from 'vitest';
import { failureOf, type ConsoleApp } from '../support/console-app.ts';
import { aroundNow, cacheFiles, consoleRig } from '../support/console-rig.ts';

const rig = consoleRig();

describe('signing out', () => {
  test('with nothing waiting wipes the cache and the session, here and on the server', async () => {
    const app = await rig.signedIn(rig.tutor);
    expect(cacheFiles(app)).toHaveLength(1);
    const token = storedSession(app).refresh_token;
    expect(await app.client['session.signOut']({ pending: 'ask' })).toEqual({ exportedTo: null });
    expect(await app.session()).toEqual({ status: 'signed-out' });
    expect(cacheFiles(app)).toEqual([]);
    expect([...app.memory.secrets]).toEqual([]);
    const again = await fetch(`${rig.backend.url}/auth/v1/token?grant_type=refresh_token`, {
      method: 'POST',
      headers: { apikey: rig.backend.publishableKey, 'content-type': 'application/json' },
      body: JSON.stringify({ refresh_token: token }),
    });
    expect(again.ok).toBe(false);
    expect(await failureOf(app.client['schedule.week'](aroundNow))).toMatchObject({ code: 'NEEDS_SIGN_IN' });
  });

  test('with an edit waiting asks and changes nothing', async () => {
    const app = await rig.signedIn(rig.tutor);
    await rig.waitingEdit(app, 80);
    const error = await failureOf(app.client['session.signOut']({ pending: 'ask' }));
    expect(error).toMatchObject({ code: 'PENDING_EDITS', data: { count: 1 } });
    expect(await app.session()).toMatchObject({ status: 'signed-in' });
    expect(await app.outbox()).toHaveLength(1);
  });

  test('by sending fails without network and keeps the edit, and sends it with network', async () => {
    const app = await rig.signedIn(rig.tutor);
    const bookingId = await rig.waitingEdit(app, 90);
    expect(await failureOf(app.client['session.signOut']({ pending: 'send' }))).toMatchObject({
      code: 'OFFLINE',
    });
    expect(await app.outbox()).toHaveLength(1);
    rig.proxy.heal();
    await app.client['session.signOut']({ pending: 'send' });
    expect(await rig.statusOf(bookingId)).toBe('CANCELLED');
    expect(cacheFiles(app)).toEqual([]);
  });

  test('by exporting writes what the edit meant where the user finds it', async () => {
    const app = await rig.signedIn(rig.tutor);
    const bookingId = await rig.waitingEdit(app, 100);
    const { exportedTo } = await app.client['session.signOut']({ pending: 'export' });
    expect(exportedTo).toMatch(/itutor-unsent-edits-/);
    const content: unknown = JSON.parse([...app.memory.exports.values()].join(''));
    expect(content).toMatchObject({
      edits: [{ kind: 'booking.cancel', args: { booking_id: bookingId, reason: 'Hurricane' } }],
    });
    expect(cacheFiles(app)).toEqual([]);
    expect(await rig.statusOf(bookingId)).toBe('CONFIRMED');
  });

  test('by discarding drops the edit', async () => {
    const app = await rig.signedIn(rig.tutor);
    const bookingId = await rig.waitingEdit(app, 110);
    await app.client['session.signOut']({ pending: 'discard' });
    rig.proxy.heal();
    await app.client['session.signIn'](rig.tutor);
    await app.settled();
    expect(await app.outbox()).toEqual([]);
    expect(await rig.statusOf(bookingId)).toBe('CONFIRMED');
  });
});

describe('another user on the same machine', () => {
  test('reads nothing of the first, whose edits wait for them', async () => {
    const app = await rig.signedIn(rig.tutor);
    const bookingId = await rig.waitingEdit(app, 120);
    await rig.backend.sql.query('delete from auth.sessions where user_id = $1', [rig.tutor.id]);
    rig.proxy.heal();
    await app.client['session.signIn'](rig.other);
    await app.client['sync.now']({});
    expect(cacheFiles(app)).toHaveLength(2);
    expect(await app.outbox()).toEqual([]);
    const mine = await app.client['schedule.week'](aroundNow);
    expect(mine.items.map((item) => item.bookingId)).not.toContain(bookingId);
    expect(await failureOf(app.client['schedule.messages']({ bookingId }))).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(
      await failureOf(app.client['schedule.week']({ ...aroundNow, tutorId: rig.tutor.id })),
    ).toMatchObject({
      code: 'FORBIDDEN',
    });
    await app.client['session.signIn'](rig.tutor);
    await app.settled();
    expect(await rig.statusOf(bookingId)).toBe('CANCELLED');
  });
});

function storedSession(app: ConsoleApp): { refresh_token: string } {
  for (const value of app.memory.secrets.values()) {
    const parsed: { refresh_token?: string } = JSON.parse(value);
    if (parsed.refresh_token !== undefined) return { refresh_token: parsed.refresh_token };
  }
  throw new Error('no session is kept');
}
