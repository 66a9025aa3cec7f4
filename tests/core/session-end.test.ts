import { beforeAll, describe, expect, test } from 'vitest';
import { failureOf, type ConsoleApp } from '../support/console-app.ts';
import { makeTestDecision, testKinds } from '../support/draft-kind.ts';
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

describe('signing out with a draft', () => {
  beforeAll(async () => await makeTestDecision(rig.backend.sql));

  const withDraft = async (hours: number, stars = 5) => {
    const app = await rig.signedIn(rig.tutor, { draftKinds: testKinds });
    const lesson = await rig.waitingEdit(app, hours);
    rig.proxy.heal();
    await app.settled();
    const args = { booking_id: lesson, stars };
    const { id } = await app.client['drafts.save']({ kind: 'test.rate', args });
    return { app, id, lesson };
  };
  const ratings = async (lesson: string) =>
    (await rig.backend.sql.query('select 1 from public.test_ratings where booking_id = $1', [lesson])).rows
      .length;

  test('asks, also when sending was asked for: nothing but its user confirms it', async () => {
    const { app, id, lesson } = await withDraft(130);
    expect(await app.sync()).toMatchObject({ drafts: 1, waitingEdits: 0 });
    for (const pending of ['ask', 'send'] as const) {
      expect(await failureOf(app.client['session.signOut']({ pending }))).toMatchObject({
        code: 'PENDING_EDITS',
        data: { count: 0, drafts: 1 },
        message: expect.stringMatching(/One decision is only a draft/),
      });
    }
    expect(await app.client['drafts.list']({})).toMatchObject({ items: [{ id, state: 'ready' }] });
    expect(await ratings(lesson)).toBe(0);
    expect(await app.client['drafts.confirm']({ id })).toMatchObject({ outcome: 'confirmed' });
    expect(await app.sync()).toMatchObject({ drafts: 0 });
    await app.client['session.signOut']({ pending: 'ask' });
    expect(await ratings(lesson)).toBe(1);
  });

  test('by exporting writes what it decided, and by discarding wipes it with the file', async () => {
    const { app, lesson } = await withDraft(140);
    await app.client['session.signOut']({ pending: 'export' });
    const content: unknown = JSON.parse([...app.memory.exports.values()].join(''));
    expect(content).toMatchObject({
      edits: [],
      drafts: [{ kind: 'test.rate', rowId: lesson, lines: [{ label: 'Stars', text: '5' }] }],
    });
    expect(cacheFiles(app)).toEqual([]);
    const again = await withDraft(150);
    await again.app.client['session.signOut']({ pending: 'discard' });
    expect(cacheFiles(again.app)).toEqual([]);
    await again.app.client['session.signIn'](rig.tutor);
    expect(await again.app.client['drafts.list']({})).toEqual({ items: [] });
    expect(await ratings(lesson)).toBe(0);
  });

  test('whose answer got lost waits for the next pull, which settles it', async () => {
    const { app, id, lesson } = await withDraft(160);
    const reader = await rig.open({ dataDir: app.dataDir, memory: app.memory, draftKinds: testKinds });
    // The first console holds the file: the second may only look.
    expect(await failureOf(reader.client['drafts.confirm']({ id }))).toMatchObject({ code: 'READ_ONLY' });
    await app.stop();
    await reader.stop();
    // The call goes through, the answer is swallowed.
    let isLost = false;
    const writer = await rig.open({
      dataDir: app.dataDir,
      memory: app.memory,
      draftKinds: testKinds,
      fetch: async (input, init) => {
        const answer = await fetch(input, init);
        if (isLost && /rpc.(test_rate|console_once)/.test(String(input))) throw new TypeError('cut off');
        return answer;
      },
    });
    isLost = true;
    expect(await writer.client['drafts.confirm']({ id })).toMatchObject({ outcome: 'in-doubt' });
    expect(await failureOf(writer.client['session.signOut']({ pending: 'send' }))).toMatchObject({
      code: 'PENDING_EDITS',
    });
    isLost = false;
    await writer.client['sync.now']({});
    await expect
      .poll(async () => (await writer.client['drafts.list']({})).items)
      .toMatchObject([{ id, state: 'confirmed' }]);
    expect(await ratings(lesson)).toBe(1);
    await writer.client['session.signOut']({ pending: 'ask' });
    expect(cacheFiles(writer)).toEqual([]);
  });

  test('is asked about by no other user, who neither sees nor confirms it', async () => {
    const { app, id } = await withDraft(170);
    await rig.backend.sql.query('delete from auth.sessions where user_id = $1', [rig.tutor.id]);
    await app.client['session.signIn'](rig.other);
    await app.client['sync.now']({});
    expect(await app.client['drafts.list']({})).toEqual({ items: [] });
    expect(await failureOf(app.client['drafts.confirm']({ id }))).toMatchObject({ code: 'NOT_FOUND' });
    await app.client['session.signIn'](rig.tutor);
    await app.client['sync.now']({});
    expect(await app.client['drafts.list']({})).toMatchObject({ items: [{ id }] });
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
