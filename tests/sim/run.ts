import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Fault } from '#tests/support/fault-proxy';
import { openClient, type SimClient } from './client.ts';
import { createBook } from './edits.ts';
import { audit } from './invariants.ts';
import { dice, pick } from './random.ts';
import { writerCount, type FaultName, type Step } from './schedule.ts';
import type { Stage } from './stage.ts';
import { differences } from './truth.ts';
import { plantWorld } from './world.ts';
import { createWriter } from './writers.ts';

/** What became of one seed. The last four are lists of what went wrong, in words. */
export type Outcome = {
  readonly seed: number;
  readonly edits: number;
  readonly crashes: number;
  readonly diverged: readonly string[];
  readonly doubled: readonly string[];
  readonly lost: readonly string[];
  readonly unresolved: readonly string[];
};

export function isClean(outcome: Outcome): boolean {
  return [outcome.diverged, outcome.doubled, outcome.lost, outcome.unresolved].every(
    (list) => list.length === 0,
  );
}

/**
 * Runs a schedule, one step after another, then lets everything heal and come to rest, and checks the invariant: every
 * cache equals `select` under RLS, every outbox is empty, every edit has the outcome that its user was told, and
 * every applied edit has one effect.
 */
export async function run(
  stage: Stage,
  seed: number,
  steps: readonly Step[],
  faults: ReadonlySet<FaultName>,
): Promise<Outcome> {
  stage.proxy.heal();
  await stage.reset();
  const roll = dice(seed);
  const world = await plantWorld(stage, roll);
  const directory = mkdtempSync(path.join(fastDirectory(), 'itutor-sim-cache-'));
  const book = createBook(world, roll.uuid);
  const connections = await Promise.all(Array.from({ length: writerCount }, () => stage.connect()));
  const writers = connections.map((each) => createWriter(each, world, roll.uuid, book.contest));
  const clients: SimClient[] = [];
  for (const [index, userId] of world.consoles.entries()) {
    const token = await stage.tokenFor(userId);
    const name = `console${index}`;
    clients.push(await openClient({ stage, name, userId, token, directory, seed: seed * 31 + index }));
  }
  const diverged = new Set<string>();
  const unresolved: string[] = [];
  let crashes = 0;
  let isResting = false;
  let orphans: (() => Promise<void>)[] = [];

  async function act(step: Step): Promise<void> {
    const client = clients[step.who % clients.length];
    const writer = writers[step.who % writers.length];
    if (client === undefined || writer === undefined) return;
    switch (step.what) {
      case 'begin':
        return writer.begin(step.rolls);
      case 'write':
        return writer.write(step.rolls);
      case 'savepoint':
        return writer.savepoint();
      case 'unsave':
        return writer.unsave();
      case 'end':
        return writer.end(step.rolls);
      case 'access':
        for (const userId of [world.tutors[1] ?? '', world.support, world.admin]) book.contestUser(userId);
        return changeAccess(step.rolls);
      case 'truncate':
        return attempt(
          `truncate public.${pick(['booking_messages', 'notifications'], step.rolls[0] ?? 0)} cascade`,
        );
      case 'edit':
        return book.edit(client, step.rolls);
      case 'takeBack':
        return book.takeBack(client, step.rolls);
      case 'ring':
        return client.ring();
      case 'tick':
        return client.clock.advance(Math.ceil((step.rolls[0] ?? 0) * 8000));
      case 'catchUp':
        return drain(client);
      case 'signIn':
        return client.engine.start();
      case 'send':
        return send(client, step.rolls);
      case 'deliver': {
        const answered = client.gate.parked.filter((each) => each.state === 'answered');
        const chosen = faults.has('reorder') ? pick(answered, step.rolls[0] ?? 0) : answered[0];
        return chosen === undefined ? undefined : client.gate.deliver(chosen);
      }
      case 'crash':
        crashes += 1;
        orphans.push(...(await client.crash()));
        return;
      case 'schema':
        crashes += 1;
        orphans.push(...(await client.update()));
        return;
      case 'late':
        stage.proxy.setFault(() => passing);
        await orphans.shift()?.();
        return;
      case 'partition':
        return stage.proxy.partition(pick(['in', 'out', 'both'] as const, step.rolls[0] ?? 0) ?? 'both');
      case 'heal':
        return stage.proxy.heal();
    }
  }

  async function send(
    client: SimClient,
    [which = 0, fate = 0, kind = 0, amount = 0]: readonly number[],
  ): Promise<void> {
    const waiting = client.gate.parked.filter((each) => each.state === 'waiting');
    const chosen = faults.has('reorder') ? pick(waiting, which) : waiting[0];
    if (chosen === undefined) return;
    const fault = fate < 0.3 ? faultOf(kind, amount, faults) : passing;
    await client.gate.send(chosen, fault);
    // Without delays an answer is there as soon as the request has left.
    if (!faults.has('delay') && chosen.state === 'answered') client.gate.deliver(chosen);
  }

  async function changeAccess([which = 0, on = 0]: readonly number[]): Promise<void> {
    const tutor = world.tutors[1];
    const changes: readonly (readonly [string, readonly unknown[]])[] = [
      ['update public.profiles set is_suspended = $2 where id = $1', [tutor, on < 0.5]],
      [`delete from public.staff_members where user_id = $1`, [world.support]],
      [
        `insert into public.staff_members (user_id, role) values ($1, 'support') on conflict do nothing`,
        [world.support],
      ],
      [
        `insert into public.staff_members (user_id, role) values ($1, 'reviewer') on conflict do nothing`,
        [tutor],
      ],
      [`delete from public.staff_members where user_id = $1`, [tutor]],
      [
        `update public.staff_members set role = case role when 'admin' then 'reviewer' else 'admin' end where user_id = $1`,
        [world.admin],
      ],
    ];
    const [text = '', values = []] = pick(changes, which) ?? [];
    await attempt(text, values);
  }

  async function attempt(text: string, values: readonly unknown[] = []): Promise<void> {
    // Where an open transaction is in the way, it simply does not happen.
    await stage.sql.query(text, [...values]).catch(() => undefined);
  }

  async function observe(): Promise<void> {
    for (const client of clients) {
      await client.settled();
      for (const line of book.observe(client)) diverged.add(line);
    }
  }

  /** Answers what this console asks until it asks nothing more. */
  async function drain(client: SimClient): Promise<void> {
    for (let count = 0; count < 300; count += 1) {
      await client.settled();
      for (const line of book.observe(client)) diverged.add(line);
      const next = client.gate.parked.find((each) => each.state !== 'sent');
      if (next === undefined && (!isResting || client.gate.parked.length === 0)) return;
      // After the healing the answer of every half-open connection is an error that is about to come.
      if (next === undefined) continue;
      if (next.state === 'waiting') await client.gate.send(next, passing);
      client.gate.deliver(next);
    }
    unresolved.push(`${client.name} asks again and again`);
  }

  async function comeToRest(): Promise<void> {
    isResting = true;
    stage.proxy.heal();
    for (const writer of writers) await writer.end([roll.next()]);
    for (const orphan of orphans.splice(0)) await orphan();
    await observe();
    for (let round = 0; round < 40; round += 1) {
      let isDone = true;
      for (const client of clients) {
        client.engine.start();
        await drain(client);
        book.giveUp(client);
        await drain(client);
        if (client.engine.outbox().length === 0) continue;
        isDone = false;
        client.clock.advance(61_000);
        await drain(client);
      }
      if (isDone) break;
    }
    for (const client of clients) {
      for (const item of client.engine.outbox()) {
        unresolved.push(`${client.name} ${item.kind} ${item.id} is still ${item.state}`);
      }
      const pulled = client.engine.pull().catch((error: unknown) => {
        unresolved.push(`${client.name} cannot pull: ${String(error)}`);
      });
      await drain(client);
      await pulled;
    }
  }

  try {
    await observe();
    for (const [index, step] of steps.entries()) {
      await act(step);
      await observe();
      if (process.env['SIM_TRACE'] !== undefined) trace(index, step, clients);
    }
    await comeToRest();
    for (const client of clients) for (const line of await differences(stage.sql, client)) diverged.add(line);
    const accounts = await audit(stage.sql, book.records);
    return { seed, edits: book.records.length, crashes, diverged: [...diverged], unresolved, ...accounts };
  } finally {
    for (const client of clients) await client.stop();
    for (const connection of connections) await connection.end();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** In memory where the system offers it: nothing here tests the disk, and waiting for it is most of the time. */
function fastDirectory(): string {
  return existsSync('/dev/shm') ? '/dev/shm' : os.tmpdir();
}

const passing: Fault = { kind: 'pass' };

function faultOf(kind: number, amount: number, faults: ReadonlySet<FaultName>): Fault {
  const possible: Fault[] = [];
  if (faults.has('drop')) possible.push({ kind: 'drop-request' }, { kind: 'drop-response' });
  if (faults.has('duplicate')) possible.push({ kind: 'duplicate' });
  if (faults.has('truncate')) possible.push({ kind: 'truncate', bytes: Math.floor(amount * 400) });
  if (faults.has('reset')) possible.push({ kind: 'reset', bytes: Math.floor(amount * 400) });
  if (faults.has('5xx')) possible.push({ kind: 'status', status: pick([500, 502, 503, 504], amount) ?? 500 });
  if (faults.has('429')) possible.push({ kind: 'status', status: 429, headers: { 'retry-after': '2' } });
  if (faults.has('session')) possible.push({ kind: 'status', status: 401 });
  if (faults.has('half-open') && amount < 0.3) possible.push({ kind: 'half-open' });
  return pick(possible, kind) ?? passing;
}

function trace(index: number, step: Step, clients: readonly SimClient[]): void {
  const line = clients
    .map((client) => client.gate.parked.map((each) => `${each.rpc[5]}${each.state[0]}`).join(''))
    .join(' | ');
  process.stderr.write(`${index} ${step.what} ${step.who}: ${line}\n`);
}
