import { join } from 'node:path';
import { MessagePort, parentPort, workerData } from 'node:worker_threads';
import * as z from 'zod';
import { contract } from '#shared/rpc/contract';
import { createClient } from '#shared/rpc/client';
import { hostContract } from '#shared/rpc/host-contract';
import { serve } from '#shared/rpc/server';
import { createApp, type App } from './app.ts';
import { systemClock } from './clock.ts';
import { openLog } from './log/log.ts';
import { messagePort } from './rpc/message-port.ts';

/**
 * The entry of the core's worker thread. The parent posts `{ type: 'host', port }` once, `{ type: 'client', port }`
 * for each screen, `{ type: 'wake' }` when the machine woke, and `{ type: 'shutdown' }`; the worker posts `{ type: 'ready' }` and `{ type: 'stopped' }`.
 */
const { dataDir, environment } = z
  .object({
    dataDir: z.string().min(1),
    environment: z
      .object({
        supabaseUrl: z.string().optional(),
        supabaseKey: z.string().optional(),
        isEmbedded: z.boolean().optional(),
      })
      .default({}),
  })
  .parse(workerData);

const parentMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('host'), port: z.instanceof(MessagePort) }),
  z.object({ type: z.literal('client'), port: z.instanceof(MessagePort) }),
  z.object({ type: z.literal('wake') }),
  z.object({ type: z.literal('shutdown') }),
]);

const file = openLog({ directory: join(dataDir, 'logs'), now: Date.now });
const { log } = file;
/** Sources run as they are in tests and development only; what is shipped is bundled. */
const checkOutput = import.meta.url.endsWith('.ts');
const disposers: (() => void)[] = [];
/** Screens that came before the host did. */
const early: MessagePort[] = [];
let app: App | null = null;
let closeHost: () => void = () => {};

parentPort?.on('message', (message: unknown) => {
  const parsed = parentMessage.safeParse(message);
  if (!parsed.success) {
    log('warn', 'core.message.refused');
    return;
  }
  const { data } = parsed;
  if (data.type === 'host') takeHost(data.port);
  else if (data.type === 'client') takeClient(data.port);
  else if (data.type === 'wake') app?.wake();
  else void shutdown();
});

// What nobody caught is written down; the supervisor in the host starts a new core when this one ends.
process.on('uncaughtException', (error) => {
  log('error', 'core.crashed', { error });
  process.exit(1);
});

log('info', 'core.started');
parentPort?.postMessage({ type: 'ready' });

function takeHost(port: MessagePort): void {
  if (app !== null) {
    log('warn', 'core.message.refused');
    return;
  }
  const hostPort = messagePort(port);
  const host = createClient(hostContract, hostPort);
  closeHost = hostPort.close;
  app = createApp({ dataDir, environment, host, clock: systemClock, log: file });
  app.start().catch((error: unknown) => log('error', 'core.start.failed', { error }));
  for (const client of early.splice(0)) takeClient(client);
}

function takeClient(port: MessagePort): void {
  if (app === null) {
    early.push(port);
    return;
  }
  const dispose = serve(contract, app.handlers, messagePort(port), {
    log: (event, fields) => log(event === 'rpc.handler.failed' ? 'error' : 'warn', event, fields),
    checkOutput,
  });
  disposers.push(dispose);
  port.once('close', () => disposers.splice(disposers.indexOf(dispose), 1));
}

async function shutdown(): Promise<void> {
  for (const dispose of disposers.splice(0)) dispose();
  try {
    await app?.stop();
  } catch (error) {
    log('error', 'core.stop.failed', { error });
  }
  closeHost();
  for (const port of early.splice(0)) port.close();
  log('info', 'core.stopped');
  parentPort?.postMessage({ type: 'stopped' });
  // Libraries leave timers behind (realtime-js one of ten seconds); nothing of ours is left to wait for.
  process.exit(0);
}
