import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { TransportError } from '#core/sync/transport';
import { differences, openConsole, plantBookings } from '../support/sync-rig.ts';
import { createStage, localStatus, nth } from '../support/sync-stage.ts';

const stage = createStage();

test('an edit shows at once, is sent, and leaves the outbox when the server has brought it back', async () => {
  const id = nth(await stage.plant(1));
  const console = await openConsole(stage.backend, stage.tutor);
  await console.engine.pull();
  console.engine.add({ kind: 'booking.confirm', args: { booking_id: id } });
  expect(localStatus(console, id)).toBe('CONFIRMED');
  expect(console.engine.outbox()).toMatchObject([
    { title: 'Accept CSEC Maths with Aaliyah Mohammed', state: 'queued', table: 'bookings', rowId: id },
  ]);
  await console.engine.flush();
  await console.engine.pull();
  expect(console.engine.outbox()).toEqual([]);
  expect(await differences(stage.backend.sql, stage.tutor.id, console)).toEqual([]);
  expect(await stage.effects('booking.confirm', id)).toBe(1);
  await console.stop();
});

test('a lost answer is asked again and has one effect', async () => {
  const id = nth(await stage.plant(1));
  let losses = 2;
  const console = await openConsole(stage.backend, stage.tutor, {
    wrap: (inner) => ({
      ...inner,
      async push(...args) {
        const answer = await inner.push(...args);
        if (losses-- > 0) throw new TransportError('the answer was lost', { status: 0 });
        return answer;
      },
    }),
  });
  await console.engine.pull();
  const { mutationId } = console.engine.add({ kind: 'booking.confirm', args: { booking_id: id } });
  await expect(console.engine.flush()).rejects.toMatchObject({ code: 'OFFLINE' });
  expect(() => console.engine.undo(mutationId)).toThrow(/on its way/);
  await expect(console.engine.flush()).rejects.toMatchObject({ code: 'OFFLINE' });
  await console.engine.flush();
  await console.engine.pull();
  expect(console.engine.outbox()).toEqual([]);
  expect(await stage.effects('booking.confirm', id)).toBe(1);
  expect(await differences(stage.backend.sql, stage.tutor.id, console)).toEqual([]);
  await console.stop();
});

test.each([
  ['PGRST202', 404],
  ['42501', 403],
])(
  'an edit whose answer was lost is not called refused by a server that is being changed (%s)',
  async (code, status) => {
    const ids = await stage.plant(2);
    const failures = [new TransportError('the answer was lost', { status: 0 })];
    const console = await openConsole(stage.backend, stage.tutor, {
      wrap: (inner) => ({
        ...inner,
        async push(...args) {
          const failure = failures.shift();
          if (failure?.status !== status) await inner.push(...args);
          if (failure !== undefined) throw failure;
          return await inner.push(...args);
        },
      }),
    });
    await console.engine.pull();
    console.engine.add({ kind: 'booking.confirm', args: { booking_id: nth(ids, 0) } });
    await expect(console.engine.flush()).rejects.toMatchObject({ code: 'OFFLINE' });
    const neverTried = { kind: 'booking.confirm', args: { booking_id: nth(ids, 1) } } as const;
    console.engine.add(neverTried);
    for (let count = 0; count < 3; count += 1)
      failures.push(new TransportError('no such function', { status, code }));
    await expect(console.engine.flush()).rejects.toThrow();
    expect(console.engine.outbox().map((item) => item.state)).toEqual(['queued', 'queued']);
    failures.length = 0;
    await console.engine.flush();
    await console.engine.pull();
    expect(console.engine.outbox()).toEqual([]);
    for (const id of ids) expect(await stage.effects('booking.confirm', id)).toBe(1);
    await console.stop();
  },
);

test('an edit that breaks a constraint is refused and leaves its neighbours alone', async () => {
  const ids = await stage.plant(3);
  const console = await openConsole(stage.backend, stage.tutor);
  await console.engine.pull();
  const poisoned = nth(ids, 1);
  // A second lesson at the same time: the database's exclusion constraint is what refuses it.
  const taken = await plantBookings(stage.backend.sql, stage.tutor.id, stage.student.id, 1);
  await stage.backend.sql.query(
    `update public.bookings b set status = 'CONFIRMED', confirmed_start_at = p.requested_start_at,
       confirmed_end_at = p.requested_end_at from public.bookings p where b.id = $1 and p.id = $2`,
    [nth(taken), poisoned],
  );
  for (const id of ids) console.engine.add({ kind: 'booking.confirm', args: { booking_id: id } });
  await console.engine.flush();
  await console.engine.pull();
  expect(console.engine.outbox()).toMatchObject([
    { rowId: poisoned, state: 'rejected', problemCode: 'overlap', problem: expect.stringMatching(/lesson/) },
  ]);
  expect(localStatus(console, poisoned)).toBe('PENDING');
  expect(await stage.statusOf(nth(ids, 0))).toBe('CONFIRMED');
  expect(await stage.statusOf(nth(ids, 2))).toBe('CONFIRMED');
  expect(await differences(stage.backend.sql, stage.tutor.id, console)).toEqual([]);
  expect(console.engine.status()).toMatchObject({ needsAttention: 1, waitingEdits: 0 });
  console.engine.discard(console.engine.outbox()[0]?.id ?? '');
  expect(console.engine.outbox()).toEqual([]);
  await console.stop();
});

test('a field that somebody else changed is a conflict that shows base, theirs and mine; retrying keeps mine', async () => {
  const id = nth(await stage.plant(1));
  const console = await openConsole(stage.backend, stage.tutor);
  await console.engine.pull();
  const before = console.rows('bookings')[0];
  console.engine.add({ kind: 'booking.confirm', args: { booking_id: id } });
  await stage.backend.sql.query(
    `update public.bookings set requested_start_at = requested_start_at + interval '1 day',
       requested_end_at = requested_end_at + interval '1 day' where id = $1`,
    [id],
  );
  await console.engine.flush();
  const [item] = console.engine.outbox();
  expect(item).toMatchObject({ state: 'conflict', problemCode: 'changed' });
  const start = item?.fields.find((field) => field.field === 'requested_start_at');
  expect(start).toMatchObject({ base: before?.[7], theirs: Number(before?.[7]) + 86_400_000_000 });
  expect(localStatus(console, id)).toBe('PENDING');
  await console.engine.pull();
  console.engine.retry(item?.id ?? '');
  await console.engine.flush();
  await console.engine.pull();
  expect(console.engine.outbox()).toEqual([]);
  expect(await stage.statusOf(id)).toBe('CONFIRMED');
  expect(await differences(stage.backend.sql, stage.tutor.id, console)).toEqual([]);
  await console.stop();
});

test('a change of other fields does not stand in the way', async () => {
  const id = nth(await stage.plant(1));
  const console = await openConsole(stage.backend, stage.tutor);
  await console.engine.pull();
  console.engine.add({ kind: 'booking.confirm', args: { booking_id: id } });
  await stage.backend.sql.query(
    `update public.bookings set student_notes = 'Bring the calculator' where id = $1`,
    [id],
  );
  await console.engine.pull();
  expect(localStatus(console, id)).toBe('CONFIRMED');
  await console.engine.flush();
  await console.engine.pull();
  expect(console.engine.outbox()).toEqual([]);
  expect(await differences(stage.backend.sql, stage.tutor.id, console)).toEqual([]);
  await console.stop();
});

test('the answer to an edit never brings its row back to an older state than a pull has brought', async () => {
  const id = nth(await stage.plant(1));
  const console = await openConsole(stage.backend, stage.tutor);
  await console.engine.pull();
  console.engine.add({ kind: 'booking.confirm', args: { booking_id: id } });
  await console.engine.flush();
  await stage.backend.sql.query(`update public.bookings set status = 'CANCELLED' where id = $1`, [id]);
  await console.engine.pull();
  expect(localStatus(console, id)).toBe('CANCELLED');
  expect(console.engine.outbox()).toEqual([]);
  await console.stop();
});

test('eight deliveries of one edit at once have one effect and the same answer', async () => {
  const id = nth(await stage.plant(1));
  const client = await stage.backend.signIn(stage.tutor);
  const body = {
    p_client_id: randomUUID(),
    p_mutations: [
      { id: randomUUID(), seq: 1, kind: 'booking.confirm', args: { booking_id: id }, expect: [] },
    ],
  };
  const answers = await Promise.all(Array.from({ length: 8 }, () => client.rpc('sync_push', body)));
  expect(answers.map((answer) => answer.error)).toEqual(Array.from({ length: 8 }, () => null));
  const results = answers.map(
    (answer) => (answer.data as { results: { outcome: string; duplicate: boolean }[] }).results[0],
  );
  expect(new Set(results.map((result) => result?.outcome))).toEqual(new Set(['applied']));
  expect(results.filter((result) => result?.duplicate === false)).toHaveLength(1);
  expect(await stage.effects('booking.confirm', id)).toBe(1);
});

test('an edit made after a refusal was shown stands on what the server has, and waits for nothing', async () => {
  const id = nth(await stage.plant(1));
  const console = await openConsole(stage.backend, stage.tutor);
  await console.engine.pull();
  console.engine.add({ kind: 'booking.confirm', args: { booking_id: id } });
  await stage.backend.sql.query(
    `update public.bookings set student_notes = 'x', status = 'COUNTER_PROPOSED' where id = $1`,
    [id],
  );
  await console.engine.flush();
  await console.engine.pull();
  expect(console.engine.outbox()).toMatchObject([{ state: 'conflict' }]);
  console.engine.add({ kind: 'booking.decline', args: { booking_id: id, message: '' } });
  await console.engine.flush();
  expect(console.engine.outbox().map((item) => item.state)).toEqual(['conflict', 'applied']);
  expect(await stage.statusOf(id)).toBe('DECLINED');
  await console.stop();
});

test('an edit of a booking that was handed away is kept as gone, and tells nothing of it', async () => {
  const id = nth(await stage.plant(1));
  const newcomer = await stage.backend.createUser({ role: 'tutor' });
  const console = await openConsole(stage.backend, stage.tutor);
  await console.engine.pull();
  console.engine.add({ kind: 'booking.confirm', args: { booking_id: id } });
  await stage.backend.sql.query('update public.bookings set tutor_id = $2 where id = $1', [id, newcomer.id]);
  await console.engine.flush();
  expect(console.engine.outbox()).toMatchObject([
    { state: 'rejected', problemCode: 'not_found', fields: [] },
  ]);
  expect(await stage.statusOf(id)).toBe('PENDING');
  await console.stop();
});

test('errors that pass by themselves end the call instead of refusing an edit', async () => {
  const passing = ['25006', '40001', '40P01', '55P03', '57014', '57P01', '53300', '08006'];
  const found = await stage.backend.sql.query<{ state: string }>(
    'select s as state from unnest($1::text[]) s where sync.is_passing(s) order by 1',
    [[...passing, '23P01', '42501', 'P0001', '22P02']],
  );
  expect(found.rows.map((row) => row.state)).toEqual(passing.toSorted());
});

test('a kind that the server does not know is kept until the console is updated', async () => {
  const client = await stage.backend.signIn(stage.tutor);
  const { data } = await client.rpc('sync_push', {
    p_client_id: randomUUID(),
    p_mutations: [{ id: randomUUID(), seq: 1, kind: 'booking.levitate', args: {}, expect: [] }],
  });
  expect(data).toMatchObject({ results: [{ outcome: 'unknown_kind' }] });
});

test('an edit that the server cannot know yet is kept, says so, and can be tried again', async () => {
  const id = nth(await stage.plant(1));
  let isOld = true;
  const console = await openConsole(stage.backend, stage.tutor, {
    wrap: (inner) => ({
      ...inner,
      push: (client, mutations, signal) =>
        inner.push(
          client,
          isOld ? mutations.map((each) => ({ ...each, kind: 'booking.levitate' })) : mutations,
          signal,
        ),
    }),
  });
  await console.engine.pull();
  const { mutationId } = console.engine.add({ kind: 'booking.confirm', args: { booking_id: id } });
  await console.engine.flush();
  expect(console.engine.outbox()).toMatchObject([
    { state: 'update-required', problem: expect.stringMatching(/Update the console/) },
  ]);
  expect(localStatus(console, id)).toBe('PENDING');
  isOld = false;
  console.engine.retry(mutationId);
  await console.engine.flush();
  expect(await stage.statusOf(id)).toBe('CONFIRMED');
  await console.stop();
});

test('a change that is being made while the edit arrives is waited for, and found', async () => {
  const id = nth(await stage.plant(1));
  const console = await openConsole(stage.backend, stage.tutor);
  await console.engine.pull();
  console.engine.add({ kind: 'booking.confirm', args: { booking_id: id } });
  const other = await stage.backend.sql.connect();
  await other.query('begin');
  await other.query(
    `update public.bookings set requested_start_at = requested_start_at + interval '1 day',
       requested_end_at = requested_end_at + interval '1 day' where id = $1`,
    [id],
  );
  const sent = console.engine.flush();
  const waiting = () =>
    stage.backend.sql.query(
      `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
  await expect.poll(async () => (await waiting()).rowCount).toBe(1);
  await other.query('commit');
  other.release();
  await sent;
  expect(console.engine.outbox()).toMatchObject([{ state: 'conflict', problemCode: 'changed' }]);
  expect(await stage.statusOf(id)).toBe('PENDING');
  await console.stop();
});
