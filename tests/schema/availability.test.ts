import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, hoursLater, refusal, type World } from '../support/world.ts';

let world: World;
let tutor: string;
let schedule: string;

beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.stop());
beforeEach(async () => {
  tutor = await world.person('tutor');
  const found = await world.query(tutor, 'select id from public.tutor_schedules');
  schedule = String((found.rows[0] as { id: string }).id);
});

type Rule = { id: string; day_of_week: number; start_time: string; end_time: string };
const rule = (day: number, start: string, end: string): Rule => ({
  id: randomUUID(),
  day_of_week: day,
  start_time: start,
  end_time: end,
});
const replace = (user: string, rules: readonly Rule[]) =>
  world.call(user, 'console_availability_replace', {
    p_schedule_id: schedule,
    p_rules: JSON.stringify(rules),
  });
const rules = async () =>
  (await world.query(tutor, 'select id, row_version from public.tutor_availability_rules order by id'))
    .rows as {
    id: string;
    row_version: string;
  }[];

describe('replacing the hours', () => {
  it('is all or nothing: a rule that is refused leaves the old ones', async () => {
    const old = rule(1, '09:00', '12:00');
    await replace(tutor, [old]);
    const bad = [rule(2, '09:00', '12:00'), rule(2, '11:00', '13:00')];
    expect((await refusal(replace(tutor, bad))).detail).toMatchObject({
      rule: 'rules_overlap',
      dayOfWeek: 2,
    });
    expect((await rules()).map(({ id }) => id)).toEqual([old.id]);
  });

  it('moves the version of the schedule, and of no rule that stays as it was', async () => {
    const kept = rule(1, '09:00', '12:00');
    const first = await replace(tutor, [kept, rule(3, '15:00', '18:00')]);
    const versions = new Map((await rules()).map((row) => [row.id, row.row_version]));
    const second = await replace(tutor, [kept, rule(4, '15:00', '24:00')]);
    expect(Number(second['row_version'])).toBeGreaterThan(Number(first['row_version']));
    expect((await rules()).find(({ id }) => id === kept.id)?.row_version).toBe(versions.get(kept.id));
  });

  it('accepts no hours at all', async () => {
    await replace(tutor, [rule(1, '09:00', '12:00')]);
    await replace(tutor, []);
    expect(await rules()).toEqual([]);
  });

  it.each([
    ['an end before its start', [{ ...rule(1, '12:00', '09:00') }]],
    ['a day that does not exist', [rule(7, '09:00', '12:00')]],
    [
      'one id twice',
      [
        { ...rule(1, '09:00', '10:00'), id: '0197a000-0000-7000-8000-000000000001' },
        { ...rule(2, '09:00', '10:00'), id: '0197a000-0000-7000-8000-000000000001' },
      ],
    ],
  ])('refuses %s', async (_what, bad) => {
    expect(await refusal(replace(tutor, bad))).toMatchObject({ code: 'P0001', detail: { rule: 'rules' } });
  });

  it("takes over no other tutor's rule and touches no other tutor's schedule", async () => {
    const mine = rule(1, '09:00', '12:00');
    await replace(tutor, [mine]);
    const other = await world.person('tutor');
    expect(await refusal(replace(other, []))).toMatchObject({ code: 'SY030' });
    const own = await world.query(other, 'select id from public.tutor_schedules');
    const steal = world.call(other, 'console_availability_replace', {
      p_schedule_id: (own.rows[0] as { id: string }).id,
      p_rules: JSON.stringify([mine]),
    });
    expect((await refusal(steal)).detail).toMatchObject({ rule: 'rules' });
    expect((await rules()).map(({ id }) => id)).toEqual([mine.id]);
  });

  it('is open to an admin, and closed to support who can see it', async () => {
    const admin = await world.person('student', { staff: 'admin' });
    const support = await world.person('student', { staff: 'support' });
    await expect(replace(admin, [rule(1, '09:00', '12:00')])).resolves.toBeDefined();
    expect(await refusal(replace(support, []))).toMatchObject({ code: '42501' });
  });

  it('leaves the database no overlapping rules by any other way', async () => {
    await replace(tutor, [rule(1, '09:00', '12:00')]);
    const insert = world.sql.query(
      `insert into public.tutor_availability_rules (tutor_id, day_of_week, start_time, end_time) values ($1, 1, '09:00', '12:00')`,
      [tutor],
    );
    expect(await refusal(insert)).toMatchObject({ code: '23P01' });
  });
});

describe('unavailability', () => {
  const add = (user: string, id: string, from: number, to: number) =>
    world.call(user, 'console_unavailability_add', {
      p_id: id,
      p_start_at: hoursLater(from),
      p_end_at: hoursLater(to),
      p_reason_private: 'Dentist',
    });

  it('keeps the id that the client made, and its reason out of the audit log', async () => {
    const id = randomUUID();
    expect(await add(tutor, id, 10, 12)).toMatchObject({ id, tutor_id: tutor, reason_private: 'Dentist' });
    const entry = await world.sql.query(
      'select to_jsonb(a)::text as text from public.audit_log a where target_id = $1',
      [id],
    );
    expect((entry.rows[0] as { text: string }).text).not.toContain('Dentist');
  });

  it('is removed by its tutor only', async () => {
    const id = randomUUID();
    await add(tutor, id, 10, 12);
    const other = await world.person('tutor');
    expect(await refusal(world.call(other, 'console_unavailability_remove', { p_id: id }))).toMatchObject({
      code: 'SY030',
    });
    await world.call(tutor, 'console_unavailability_remove', { p_id: id });
    expect((await world.query(tutor, 'select id from public.tutor_unavailability_blocks')).rows).toEqual([]);
  });

  it('is for tutors, ends after it starts, and does not overwrite an entry', async () => {
    const student = await world.person('student');
    const id = randomUUID();
    expect(await refusal(add(student, id, 10, 12))).toMatchObject({ code: '42501' });
    expect((await refusal(add(tutor, id, 12, 10))).detail).toMatchObject({ rule: 'span' });
    await add(tutor, id, 10, 12);
    expect((await refusal(add(tutor, id, 20, 22))).detail).toMatchObject({ rule: 'id' });
  });

  it.each([
    ['FREQ=DAILY;INTERVAL=2', ['2026-11-02', '2026-11-04', '2026-11-06', '2026-11-08', '2026-11-10']],
    ['FREQ=WEEKLY;BYDAY=TU,TH;COUNT=3', ['2026-11-03', '2026-11-05', '2026-11-10']],
    ['RRULE:FREQ=WEEKLY;INTERVAL=2', ['2026-11-02', '2026-11-16']],
    ['FREQ=WEEKLY;UNTIL=20261110T003000Z', ['2026-11-02', '2026-11-09']],
    ['FREQ=WEEKLY;UNTIL=20261110T000000Z', ['2026-11-02']],
    ['FREQ=MONTHLY', ['2026-11-02']],
    ['FREQ=DAILY;COUNT=2', ['2026-11-02', '2026-11-03']],
  ])('recurs by %s', async (rrule, expected) => {
    const days = await world.sql.query(
      `select to_char(o.start_at at time zone 'America/Port_of_Spain', 'YYYY-MM-DD') as day
       from (select (jsonb_populate_record(null::public.tutor_unavailability_blocks, jsonb_build_object(
         'id', gen_random_uuid(), 'tutor_id', $1::uuid, 'start_at', '2026-11-02T20:30:00-04:00',
         'end_at', '2026-11-02T21:30:00-04:00', 'is_recurring', true, 'rrule', $2::text))).*) k,
       lateral private.block_occurrences(
         k, 'America/Port_of_Spain', '2026-11-01T00:00:00Z',
         case when $2 ~ 'INTERVAL=2$' and $2 ~ 'WEEKLY' then timestamptz '2026-11-20Z' else timestamptz '2026-11-11T12:00Z' end) o
       order by 1`,
      [tutor, rrule],
    );
    expect(days.rows.map((row: { day: string }) => row.day)).toEqual(expected);
  });
});
