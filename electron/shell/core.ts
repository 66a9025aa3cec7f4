import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import { hostContract, maxHostInputBytes } from '#shared/rpc/host-contract';
import { serve } from '#shared/rpc/server';
import { coreLimits, superviseCore, type SupervisedCore } from '#shared/rpc/supervisor';
import { hostServices } from './host-services.ts';
import { openSecrets } from './secrets.ts';

type Log = (event: string, fields: Readonly<Record<string, unknown>>) => void;

/** Starts the core in its worker thread and answers what it asks of its host. */
export function startCore(options: {
  readonly entry: URL;
  readonly dataDir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
}): SupervisedCore<MessagePort> {
  const { entry, dataDir, env, log } = options;
  const services = hostServices(openSecrets(join(dataDir, 'secrets.json'), log), join(dataDir, 'opened'));
  const environment = {
    supabaseUrl: env['CONSOLE_SUPABASE_URL'],
    supabaseKey: env['CONSOLE_SUPABASE_KEY'],
    isEmbedded: env['CONSOLE_EMBEDDED'] === '1',
  };
  return superviseCore<MessagePort>({
    start: () => new Worker(entry, { workerData: { dataDir, environment }, resourceLimits: coreLimits }),
    channel: () => new MessageChannel(),
    serveHost: (port) => {
      serve(
        hostContract,
        services,
        {
          send: (frame) => port.postMessage(frame),
          onFrame: (receive) => void port.on('message', receive),
          onClose: (closed) => void port.once('close', closed),
          close: () => port.close(),
        },
        { log, checkOutput: false, maxInputBytes: maxHostInputBytes },
      );
    },
    now: () => performance.now(),
    wait: (milliseconds) => wait(milliseconds, undefined, { ref: false }),
    log,
  });
}
