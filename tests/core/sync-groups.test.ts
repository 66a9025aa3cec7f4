import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Mutation } from '#shared/domain/mutations';
import { differences, manualClock, openConsole, type Console } from '../support/sync-rig.ts';
import { createStage, localStatus, nth } from '../support/sync-stage.ts';

const stage = createStage();

const confirm = (id: string): Mutation => ({ kind: 'booking.confirm', args: { booking_id: id } });
const states = (console: Console) => console.engine.outbox().map((item) => item.state);

async function declineOnServer(id: string): Promise<void> {
  await stage.backend.sql.query(`update public.bookings set status = 'DECLINED' where id = $1`, [id]);
}

describe('edits made together', () => {
  test('are one group with an outcome for each; the refused ones are tried again or dropped together', async () => {
    const ids = await stage.plant(4);
    const console = await openConsole(stage.backend, stage.tutor);
    await console.engine.pull();
    const { groupId, results } = console.engine.addMany('Accept 4 requests', ids.map(confirm));
    expect(results.every(({ mutationId }) => mutationId !== null)).toBe(true);
    expect(console.engine.groups()).toMatchObject([
      { id: groupId, title: 'Accept 4 requests', total: 4, applied: 0, dropped: 0 },
    ]);
    await declineOnServer(nth(ids, 1));
    await declineOnServer(nth(ids, 2));
    await console.engine.flush();
    await console.engine.pull();
    expect(console.engine.groups()).toMatchObject([{ total: 4, applied: 2, dropped: 0 }]);
    expect(console.engine.outbox().map((item) => [item.groupId, item.state])).toEqual([
      [groupId, 'conflict'],
      [groupId, 'conflict'],
    ]);
    // One of them can be accepted after all; the other cannot and stays.
    await stage.backend.sql.query(`update public.bookings set status = 'PENDING' where id = $1`, [
      nth(ids, 1),
    ]);
    await console.engine.pull();
    expect(console.engine.retryGroup(groupId)).toEqual({ count: 1 });
    await console.engine.flush();
    await console.engine.pull();
    expect(await stage.statusOf(nth(ids, 1))).toBe('CONFIRMED');
    expect(console.engine.groups()).toMatchObject([{ applied: 3 }]);
    expect(console.engine.discardGroup(groupId)).toEqual({ count: 1 });
    expect(console.engine.groups()).toEqual([]);
    expect(console.engine.outbox()).toEqual([]);
    expect(await differences(stage.backend.sql, stage.tutor.id, console)).toEqual([]);
    await console.stop();
  });

  test('name at once which of them cannot be, and make the others', async () => {
    const ids = await stage.plant(2);
    const console = await openConsole(stage.backend, stage.tutor);
    await declineOnServer(nth(ids, 0));
    await console.engine.pull();
    const { results } = console.engine.addMany('Accept 2 requests', ids.map(confirm));
    expect(results).toMatchObject([
      { mutationId: null, problem: expect.stringMatching(/declined by now/) },
      { problem: null },
    ]);
    expect(console.engine.groups()).toMatchObject([{ total: 1 }]);
    expect(() => console.engine.addMany('Accept', [confirm(nth(ids, 0))])).toThrow(
      expect.objectContaining({ code: 'REJECTED' }),
    );
    expect(console.engine.groups()).toHaveLength(1);
    await console.stop();
  });

  test('are taken back together while none was sent, and say how many were too late', async () => {
    const ids = await stage.plant(3);
    const clock = manualClock();
    const console = await openConsole(stage.backend, stage.tutor, { clock, holdMillis: 5000 });
    await console.engine.pull();
    const first = console.engine.addMany('Accept 3 requests', ids.map(confirm));
    expect(console.engine.undoGroup(first.groupId)).toEqual({ undone: 3, left: 0 });
    expect(ids.map((id) => localStatus(console, id))).toEqual(['PENDING', 'PENDING', 'PENDING']);
    expect(console.engine.groups()).toEqual([]);
    const second = console.engine.addMany('Accept 3 requests', ids.map(confirm));
    console.engine.add({ kind: 'booking.cancel', args: { booking_id: nth(ids), reason: 'No' } });
    expect(console.engine.undoGroup(second.groupId)).toEqual({ undone: 2, left: 1 });
    expect(ids.map((id) => localStatus(console, id))).toEqual(['CANCELLED', 'PENDING', 'PENDING']);
    await console.stop();
  });

  test('outlive a restart as a group', async () => {
    const ids = await stage.plant(2);
    const console = await openConsole(stage.backend, stage.tutor);
    await console.engine.pull();
    const { groupId } = console.engine.addMany('Accept 2 requests', ids.map(confirm));
    await console.engine.stop();
    await console.cache.close();
    const again = await openConsole(stage.backend, stage.tutor, { directory: console.directory });
    expect(again.engine.groups()).toMatchObject([{ id: groupId, total: 2 }]);
    await again.engine.flush();
    await again.engine.pull();
    expect(again.engine.groups()).toEqual([]);
    await again.stop();
  });
});

describe('a refused edit', () => {
  test('is replaced by a changed one, and stays when that cannot apply either', async () => {
    const ids = await stage.plant(2);
    const console = await openConsole(stage.backend, stage.tutor);
    await console.engine.pull();
    const refused = console.engine.add({
      kind: 'booking.counter_offer',
      args: { booking_id: nth(ids), start_at: 1_000_000, end_at: 2_000_000, message: 'In the past' },
    });
    await console.engine.flush();
    expect(console.engine.outbox()).toMatchObject([
      { state: 'rejected', args: { message: 'In the past', start_at: 1_000_000 } },
    ]);
    const offer = (start: number, end: number): Mutation => ({
      kind: 'booking.counter_offer',
      args: { booking_id: nth(ids), start_at: start, end_at: end, message: 'Better' },
    });
    const soon = (Date.now() + 200 * 3_600_000) * 1000;
    expect(() => console.engine.replace(refused.mutationId, offer(soon, soon - 1))).toThrow(
      expect.objectContaining({ code: 'REJECTED' }),
    );
    expect(() => console.engine.replace(refused.mutationId, confirm(nth(ids, 1)))).toThrow(
      expect.objectContaining({ code: 'BAD_INPUT' }),
    );
    expect(states(console)).toEqual(['rejected']);
    const { mutationId } = console.engine.replace(refused.mutationId, offer(soon, soon + 3_600_000_000));
    expect(mutationId).not.toBe(refused.mutationId);
    await console.engine.flush();
    await console.engine.pull();
    expect(console.engine.outbox()).toEqual([]);
    expect(await stage.statusOf(nth(ids))).toBe('COUNTER_PROPOSED');
    expect(await differences(stage.backend.sql, stage.tutor.id, console)).toEqual([]);
    await console.stop();
  });

  test('shows every field that either side changed: what it was, theirs and mine', async () => {
    const id = nth(await stage.plant(1));
    const console = await openConsole(stage.backend, stage.tutor);
    await console.engine.pull();
    console.engine.add({ kind: 'booking.decline', args: { booking_id: id, message: 'Away' } });
    await stage.backend.sql.query(
      `update public.bookings set status = 'CANCELLED', cancellation_reason = 'Ill', tutor_notes = 'Theirs' where id = $1`,
      [id],
    );
    await console.engine.flush();
    const [item] = console.engine.outbox();
    expect(item?.fields.toSorted((one, other) => (one.field < other.field ? -1 : 1))).toEqual([
      { field: 'cancellation_reason', base: null, theirs: 'Ill', mine: null },
      { field: 'status', base: 'PENDING', theirs: 'CANCELLED', mine: 'DECLINED' },
      { field: 'tutor_notes', base: null, theirs: 'Theirs', mine: 'Away' },
    ]);
    await console.stop();
  });
});

describe('weekly hours that both sides changed', () => {
  const rule = (day: number, end: string) => ({
    id: randomUUID(),
    day_of_week: day,
    start_time: '09:00',
    end_time: end,
  });

  test('are shown day by day, and both changes stand where they concern different days', async () => {
    const console = await openConsole(stage.backend, stage.tutor);
    await console.engine.pull();
    const schedule = String(console.rows('tutor_schedules')[0]?.[0]);
    const [monday, tuesday] = [rule(1, '12:00'), rule(2, '12:00')];
    const replace = (rules: readonly (typeof monday)[]): Mutation => ({
      kind: 'availability.replace',
      args: { schedule_id: schedule, rules: [...rules] },
    });
    console.engine.add(replace([monday, tuesday]));
    await console.engine.flush();
    await console.engine.pull();
    console.engine.add(replace([{ ...monday, end_time: '15:00' }, tuesday]));
    const other = await openConsole(stage.backend, stage.tutor);
    await other.engine.pull();
    other.engine.add(replace([monday, { ...tuesday, end_time: '18:00' }]));
    await other.engine.flush();
    await console.engine.flush();
    await console.engine.pull();
    const [item] = console.engine.outbox();
    expect(item).toMatchObject({
      state: 'conflict',
      fields: [
        { field: 'monday', base: '09:00–12:00', theirs: '09:00–12:00', mine: '09:00–15:00' },
        { field: 'tuesday', base: '09:00–12:00', theirs: '09:00–18:00', mine: '09:00–12:00' },
      ],
    });
    console.engine.keepBoth(item?.id ?? '');
    await console.engine.flush();
    await console.engine.pull();
    expect(console.engine.outbox()).toEqual([]);
    const stored = await stage.backend.sql.query<{ rule: string }>(
      `select day_of_week || ' ' || to_char(end_time, 'HH24:MI') as rule from public.tutor_availability_rules
       where tutor_id = $1 and is_active order by day_of_week`,
      [stage.tutor.id],
    );
    expect(stored.rows.map((row) => row.rule)).toEqual(['1 15:00', '2 18:00']);
    expect(await differences(stage.backend.sql, stage.tutor.id, console)).toEqual([]);
    await other.stop();
    await console.stop();
  });
});
