import { EventEmitter } from 'node:events';
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClient } from '#shared/rpc/client';
import type { Client } from '#shared/rpc/define';
import type { Port } from '#shared/rpc/port';
import { superviseCore, type SupervisedCore } from '#shared/rpc/supervisor';
import { bridgeRpc } from '#shell/rpc-bridge';
import { fakeCoreContract } from '#tests/fakes/core-contract';
import { ipcMain, resetElectron } from '#tests/fakes/electron';

type PagePort = EventEmitter & { postMessage(frame: unknown): void; close(): void };

let core: SupervisedCore<MessagePort>;
const events: string[] = [];
beforeEach(() => {
  resetElectron('/nowhere');
  events.length = 0;
  core = superviseCore<MessagePort>({
    start: () =>
      new Worker(new URL('../fakes/core-worker.ts', import.meta.url), {
        workerData: { dataDir: '/nowhere' },
      }),
    channel: () => new MessageChannel(),
    serveHost: (port) => port.close(),
    now: () => performance.now(),
    wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    log: () => {},
  });
  bridgeRpc(
    () => core.connect(),
    (event) => events.push(event),
  );
});
afterEach(() => core.stop());

/** Sends the connect message as a frame would; gives the port that the frame got, null when it got none. */
function connect(
  frame: { url: string; parent?: object | null } | null,
  sender = new EventEmitter(),
): PagePort | null {
  const ports: PagePort[] = [];
  const senderFrame =
    frame === null
      ? null
      : {
          parent: null,
          ...frame,
          postMessage: (_channel: string, _message: unknown, given: PagePort[]) => ports.push(...given),
        };
  ipcMain.emit('rpc:connect', { senderFrame, sender });
  return ports[0] ?? null;
}

function clientOf(port: PagePort): Client<typeof fakeCoreContract> {
  const wire: Port = {
    send: (frame) => port.postMessage(frame),
    onFrame: (receive) => void port.on('message', ({ data }: { data: unknown }) => receive(data)),
    onClose: (closed) => void port.once('close', closed),
    close: () => port.close(),
  };
  return createClient(fakeCoreContract, wire);
}

function expectPort(port: PagePort | null): PagePort {
  if (port === null) throw new Error('the page got no port');
  return port;
}

describe('asking for a port to the core', () => {
  it.each([
    ['a foreign page', { url: 'https://evil.invalid/' }],
    ['a page that looks like ours', { url: 'app://console.evil/' }],
    ['a frame inside our page', { url: 'app://console/', parent: {} }],
    ['a frame that has gone', null],
    ['an empty page', { url: 'about:blank' }],
  ])('is refused to %s', (_who, frame) => {
    expect(connect(frame)).toBeNull();
    expect(events).toEqual(['shell.rpc.refused']);
  });

  it('gives our page a port that carries calls, streams and errors', async () => {
    const client = clientOf(expectPort(connect({ url: 'app://console/#/schedule' })));
    expect(await client['echo.say']({ text: 'hello' })).toMatchObject({ text: 'hello' });
    const values = [];
    for await (const { value } of client['echo.count']({ to: 3 })) values.push(value);
    expect(values).toEqual([1, 2, 3]);
    // @ts-expect-error a page may send anything
    await expect(client['echo.say']({ text: 1 })).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('is refused once the core has been given up', async () => {
    bridgeRpc(
      () => null,
      (event) => events.push(event),
    );
    ipcMain.removeAllListeners();
    bridgeRpc(
      () => null,
      (event) => events.push(event),
    );
    expect(connect({ url: 'app://console/' })).toBeNull();
    expect(events).toEqual(['shell.rpc.refused']);
  });
});

describe('a page that goes away', () => {
  it.each([
    ['navigates', 'did-start-navigation', { isMainFrame: true, isSameDocument: false }],
    ['crashes', 'render-process-gone', undefined],
    ['is closed', 'destroyed', undefined],
  ])('ends its streams when it %s', async (_how, event, details) => {
    const watcher = clientOf(expectPort(connect({ url: 'app://console/' })));
    const page = new EventEmitter();
    const client = clientOf(expectPort(connect({ url: 'app://console/' }, page)));
    await client['echo.forever']({})[Symbol.asyncIterator]().next();
    expect(await watcher['echo.open']({})).toEqual({ count: 1 });
    page.emit(event, details);
    await expect.poll(() => watcher['echo.open']({})).toEqual({ count: 0 });
    expect(page.eventNames()).toEqual([]);
  });

  it('keeps its port while it only moves within the same document', async () => {
    const page = new EventEmitter();
    const client = clientOf(expectPort(connect({ url: 'app://console/' }, page)));
    page.emit('did-start-navigation', { isMainFrame: true, isSameDocument: true });
    expect(await client['echo.say']({ text: 'still here' })).toMatchObject({ text: 'still here' });
  });
});

describe('a core that dies', () => {
  it('closes the ports of the pages, which then get a new one', async () => {
    const port = expectPort(connect({ url: 'app://console/' }));
    const closed = new Promise((resolve) => port.once('close', resolve));
    clientOf(port)
      ['echo.crash']({})
      .catch(() => {});
    await closed;
    const askAgain = () =>
      clientOf(expectPort(connect({ url: 'app://console/' })))
        ['echo.say']({ text: 'again' })
        .then(
          ({ text }) => text,
          () => 'closed',
        );
    await expect.poll(askAgain).toBe('again');
  });
});
