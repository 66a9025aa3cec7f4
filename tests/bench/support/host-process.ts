import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { WebSocket } from 'ws';
import * as z from 'zod';
import { build } from '#scripts/lib/build';
import { root } from '#scripts/lib/command';
import { startService } from '#scripts/lib/service';
import { createClient } from '#shared/rpc/client';
import { contract, type AppContract } from '#shared/rpc/contract';
import type { Client } from '#shared/rpc/define';
import type { Port } from '#shared/rpc/port';
import type { BenchBackend } from './backend.ts';

const probe = z.object({
  p50: z.number(),
  p99: z.number(),
  max: z.number(),
  rss: z.number(),
  peak: z.number(),
});
/** Milliseconds of delay of the main thread's event loop, and bytes of the process, since the last look. */
export type Probe = z.infer<typeof probe>;

/** The browser host as it is shipped, in a process of its own, and a page's end of its socket. */
export type HostProcess = {
  readonly client: Client<AppContract>;
  look(): Promise<Probe>;
  stop(): Promise<void>;
};

/** Builds it where needed, starts it on an empty data directory, and connects as a page would. */
export async function startHostProcess(
  backend: BenchBackend,
  note: (line: string) => void,
): Promise<HostProcess> {
  await build(note);
  const directory = await mkdtemp(path.join(os.tmpdir(), 'itutor-bench-host-'));
  let looked = Promise.withResolvers<Probe>();
  const service = startService(
    [
      '--import',
      path.join(root, 'tests/bench/support/loop-probe.mjs'),
      path.join(root, 'out/main/browser-host.js'),
      '--data',
      directory,
    ],
    {
      onEvent: (event) => {
        if (event['event'] === 'probe') looked.resolve(probe.parse(event));
      },
    },
  );
  const stop = async () => {
    await service.stop(10_000);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const environment = { supabaseUrl: backend.url, supabaseKey: backend.publishableKey, isEmbedded: true };
    service.say(JSON.stringify(environment));
    const ready = z
      .object({ origin: z.string(), link: z.string(), pid: z.number() })
      .parse(await service.ready);
    const client = createClient(contract, await openSocket(ready));
    return {
      client,
      stop,
      async look() {
        looked = Promise.withResolvers();
        process.kill(ready.pid, 'SIGUSR2');
        return await looked.promise;
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function openSocket({ origin, link }: { origin: string; link: string }): Promise<Port> {
  const response = await fetch(link, { redirect: 'manual' });
  const cookie = (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/rpc`, { headers: { origin, cookie } });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return {
    send: (frame) => {
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(frame));
    },
    onFrame: (receive) => void socket.on('message', (data: Buffer) => receive(JSON.parse(data.toString()))),
    onClose: (closed) => void socket.once('close', closed),
    close: () => socket.close(),
  };
}
