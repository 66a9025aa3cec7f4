import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openClient, type SimClient } from './client.ts';
import { digestDifferences } from './digests.ts';
import { createBook } from './edits.ts';
import { audit } from './invariants.ts';
import { changeAccess, faultOf, passing, purgeLog, truncate } from './mishaps.ts';
import { dice, pick } from './random.ts';
import { writerCount, type FaultName, type Step } from './schedule.ts';
import type { Stage } from './stage.ts';
import { clearTrips, setTrip } from './trips.ts';
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
 * cache equals `select` under RLS and has its digests, every outbox is empty, every edit has the outcome that its user
 * was told, and every applied edit has one effect. `onTrace` hears the state of all consoles after each step.
 */
export async function run(
  stage: Stage,
  seed: number,
  steps: readonly Step[],
  faults: ReadonlySet<FaultName>,
  onTrace?: (line: string) => void,
): Promise<Outcome> {
  stage.proxy.heal();
  await stage.reset();
  const roll = dice(seed);
  const world = await plantWorld(stage, roll);
  const directory = mkdtempSync(path.join(fastDirectory(), 'itutor-sim-cache-'));
  const book = createBook(world, roll.uuid);
  const connections = await Promise.all(Array.from({ length: writerCount }, () => stage.connect()));
  const writers = connections.map((each) =>
    createWriter(each, world, roll.uuid, book.contest, () => stage.version),
  );
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
        return changeAccess(stage, world, step.rolls);
      case 'truncate':
        await endAll();
        return truncate(stage, step.rolls);
      case 'purge':
        return purgeLog(stage);
      case 'evolve':
        await endAll();
        return stage.evolve();
      case 'restore':
        return client.moveAhead();
      case 'spoil':
        return client.spoil(step.rolls);
      case 'clock':
        return client.jump((pick([-1, 1], step.rolls[0] ?? 0) ?? 1) * 86_400_000);
      case 'check':
        client.engine.check().catch(() => undefined);
        return;
      case 'echo':
        stage.proxy.setFault(() => passing);
        return client.gate.echo(step.rolls[0] ?? 0);
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
        orphans.push(...(await client.update(step.rolls)));
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

  /** Who changes tables themselves waits for what is open. */
  async function endAll(): Promise<void> {
    for (const each of writers) await each.end([0]);
  }

  async function send(
    client: SimClient,
    [which = 0, fate = 0, kind = 0, amount = 0]: readonly number[],
  ): Promise<void> {
    const waiting = client.gate.parked.filter((each) => each.state === 'waiting');
    const chosen = faults.has('reorder') ? pick(waiting, which) : waiting[0];
    if (chosen === undefined) return;
    const fault = fate < 0.3 ? faultOf(kind, amount, faults) : passing;
    const isTripped = fate > 0.8 && faults.has('server') && chosen.rpc === 'sync_push';
    if (isTripped) await setTrip(stage.sql, [kind, amount]);
    await client.gate.send(chosen, fault);
    if (isTripped) await clearTrips(stage.sql);
    // Without delays an answer is there as soon as the request has left.
    if (!faults.has('delay') && chosen.state === 'answered') client.gate.deliver(chosen);
  }

  async function observe(): Promise<void> {
    for (const client of clients) {
      await client.settled();
      look(client);
    }
  }

  function look(client: SimClient): void {
    for (const line of [...book.observe(client), ...client.wrongRepairs]) diverged.add(line);
  }

  /** Answers what this console asks until it asks nothing more. */
  async function drain(client: SimClient): Promise<void> {
    for (let count = 0; count < 300; count += 1) {
      await client.settled();
      look(client);
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
      await finish(client, 'pull', () => client.engine.pull());
      // What was altered by hand only a self-check can know; everything else has to be right without one.
      if (client.isSpoiled) await finish(client, 'check', () => client.engine.check());
    }
  }

  async function finish(client: SimClient, what: string, work: () => Promise<unknown>): Promise<void> {
    let isOver = false;
    const end = () => void (isOver = true);
    work().then(end, (error: unknown) => {
      end();
      unresolved.push(`${client.name} cannot ${what}: ${String(error)}`);
    });
    await drain(client);
    if (!isOver) unresolved.push(`${client.name} asks nothing more, and its ${what} does not end`);
  }

  async function checkInvariant(): Promise<void> {
    for (const client of clients) {
      for (const line of await differences(stage.sql, client)) diverged.add(line);
      for (const line of await digestDifferences(stage.sql, client)) diverged.add(line);
      await finish(client, 'check', () => client.engine.check());
      look(client);
    }
  }

  try {
    await observe();
    for (const [index, step] of steps.entries()) {
      await act(step);
      await observe();
      onTrace?.(`${index} ${step.what} ${step.who}: ${clients.map(stateOf).join(' | ')}`);
    }
    await comeToRest();
    await checkInvariant();
    const accounts = await audit(stage.sql, book.records);
    return { seed, edits: book.records.length, crashes, diverged: [...diverged], unresolved, ...accounts };
  } catch (error) {
    // What the product throws and nobody expects is a broken promise of this seed, not the end of all others.
    unresolved.push(`broke off: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    const nothing = { doubled: [], lost: [] };
    return { seed, edits: book.records.length, crashes, diverged: [...diverged], unresolved, ...nothing };
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

/** What can be told of a step that does not depend on the hour or on the machine. */
function stateOf(client: SimClient): string {
  const parked = client.gate.parked.map((each) => `${each.rpc[5]}${each.state[0]}`).join('');
  const waiting = client.engine
    .outbox()
    .map((item) => `${item.id.slice(0, 4)}:${item.state}:${item.attempts}`);
  const rows = client.tables.map((table) => client.rows(table.name).length);
  return `${parked} ${waiting.join(',')} ${rows.join(',')}`;
}
