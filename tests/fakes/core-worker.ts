import { setTimeout as wait } from 'node:timers/promises';
import { MessagePort, parentPort, threadId, workerData } from 'node:worker_threads';
import * as z from 'zod';
import { createClient } from '#shared/rpc/client';
import type { Client, Handlers } from '#shared/rpc/define';
import { hostContract, type HostContract } from '#shared/rpc/host-contract';
import { serve } from '#shared/rpc/server';
import { messagePort } from '#core/rpc/message-port';
import { fakeCoreContract } from './core-contract.ts';

/** A core that keeps the worker's protocol and does nothing: the double of the boundary that the hosts relay to. */

const { dataDir } = z.object({ dataDir: z.string() }).parse(workerData);
if (dataDir.endsWith('broken')) throw new Error('this core cannot start');

let host: Client<HostContract> | undefined;
let openStreams = 0;

const handlers: Handlers<typeof fakeCoreContract> = {
  'echo.say': async ({ text }) => ({ text, threadId }),
  async *'echo.count'({ to }) {
    for (let value = 1; value <= to; value += 1) yield { value };
  },
  async *'echo.forever'(_input, signal) {
    openStreams += 1;
    try {
      for (let value = 1; !signal.aborted; value += 1) {
        yield { value };
        await wait(5);
      }
    } finally {
      openStreams -= 1;
    }
  },
  'echo.open': async () => ({ count: openStreams }),
  'echo.host': async () => ({ host: (await host?.['host.info']({}))?.host ?? 'none' }),
  'echo.bytes': async ({ count }) => ({ name: 'déjà', bytes: new Uint8Array(count).fill(7) }),
  'echo.crash': async () => process.exit(1),
};

parentPort?.on('message', (message: { type: string; port?: MessagePort }) => {
  if (message.type === 'host' && message.port) host = createClient(hostContract, messagePort(message.port));
  if (message.type === 'client' && message.port) {
    serve(fakeCoreContract, handlers, messagePort(message.port), { log: () => {}, checkOutput: true });
  }
  if (message.type === 'shutdown') {
    parentPort?.postMessage({ type: 'stopped' });
    process.exit(0);
  }
});
parentPort?.postMessage({ type: 'ready' });
