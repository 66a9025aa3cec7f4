import { MessageChannel } from 'node:worker_threads';
import * as z from 'zod';
import { messagePort } from '#core/rpc/message-port';
import { createClient } from '#shared/rpc/client';
import { call, stream, type Client, type Contract, type Handlers } from '#shared/rpc/define';
import { AppError } from '#shared/rpc/errors';
import type { Port } from '#shared/rpc/port';
import { serve, type ServeOptions } from '#shared/rpc/server';

export const testContract = {
  'math.add': call(z.object({ a: z.number(), b: z.number() }), z.object({ sum: z.number() })),
  'math.fail': call(z.object({ how: z.enum(['app', 'unknown', 'output', 'uncloneable']) }), z.object({})),
  'math.wait': call(z.object({}), z.object({})),
  'math.count': stream(z.object({ to: z.number(), failAt: z.number().optional() }), z.number()),
  'math.forever': stream(z.object({}), z.number()),
  /** Heeds no signal and goes on only when the test opens the gate. */
  'math.gated': stream(z.object({}), z.number()),
} as const satisfies Contract;

export type Log = { event: string; fields: Readonly<Record<string, unknown>> }[];

export type Wire = {
  client: Client<typeof testContract>;
  /** The caller's end, for frames that no client would send. */
  raw: { send(frame: unknown): void; received: unknown[] };
  log: Log;
  finalised: string[];
  aborted: string[];
  openGate(): void;
  closeClient(): void;
  dispose(): void;
};

/** A client and a server joined by a real MessageChannel. */
export function wire(options: Partial<ServeOptions> = {}): Wire {
  const { port1, port2 } = new MessageChannel();
  const log: Log = [];
  const finalised: string[] = [];
  const aborted: string[] = [];
  const received: unknown[] = [];
  let openGate: () => void = () => {};
  const gate = new Promise<void>((resolve) => {
    openGate = resolve;
  });
  const dispose = serve(testContract, handlers(finalised, aborted, gate), messagePort(port2), {
    checkOutput: true,
    log: (event, fields) => log.push({ event, fields }),
    ...options,
  });
  const clientPort = messagePort(port1);
  const tapped: Port = {
    ...clientPort,
    onFrame: (receive) =>
      clientPort.onFrame((frame) => {
        received.push(frame);
        receive(frame);
      }),
  };
  return {
    client: createClient(testContract, tapped),
    raw: { send: (frame) => port1.postMessage(frame), received },
    log,
    finalised,
    aborted,
    openGate: () => openGate(),
    closeClient: () => port1.close(),
    dispose,
  };
}

function handlers(
  finalised: string[],
  aborted: string[],
  gate: Promise<void>,
): Handlers<typeof testContract> {
  return {
    'math.add': async ({ a, b }) => ({ sum: a + b }),
    'math.fail': async ({ how }) => {
      if (how === 'app') throw new AppError('CONFLICT', 'Somebody was faster.', { theirs: 3 });
      if (how === 'output') return JSON.parse('17');
      if (how === 'uncloneable') throw new AppError('CONFLICT', 'With a function.', { f: () => 1 });
      throw new Error('select * from secrets where token = sb_secret_x');
    },
    'math.wait': (_input, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          aborted.push('math.wait');
          reject(new Error('aborted'));
        });
      }),
    'math.count': async function* ({ to, failAt }) {
      try {
        for (let value = 1; value <= to; value += 1) {
          if (value === failAt) throw new AppError('REJECTED', 'Not that number.', { rule: 'unlucky' });
          yield value;
        }
      } finally {
        finalised.push('math.count');
      }
    },
    'math.forever': async function* (_input, signal) {
      try {
        yield 1;
        yield 2;
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      } finally {
        finalised.push('math.forever');
      }
    },
    'math.gated': async function* () {
      try {
        yield 1;
        await gate;
        yield 2;
        yield 3;
      } finally {
        finalised.push('math.gated');
      }
    },
  };
}
