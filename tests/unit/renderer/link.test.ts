import { describe, expect, it } from 'vitest';
import { packFrame } from '#shared/rpc/binary';
import * as z from 'zod';
import { createClient } from '#shared/rpc/client';
import { call, stream } from '#shared/rpc/define';
import type { Port } from '#shared/rpc/port';
import { serve } from '#shared/rpc/server';
import { createReconnectingLink } from '#renderer/link/reconnecting.ts';
import { openSocketPort, type Socket } from '#renderer/link/socket-port.ts';

const contract = {
  'count.watch': stream(z.object({}), z.number()),
  'count.read': call(z.object({}), z.number()),
} as const;

/** Two joined ports; closing either closes both. */
function pair(): { near: Port; far: Port } {
  const ends = [0, 1].map(() => ({
    receive: null as ((frame: unknown) => void) | null,
    closed: null as (() => void) | null,
  }));
  let isClosed = false;
  const close = () => {
    if (isClosed) return;
    isClosed = true;
    for (const end of ends) end.closed?.();
  };
  const port = (own: number, other: number): Port => ({
    send: (frame) => queueMicrotask(() => !isClosed && ends[other]?.receive?.(frame)),
    onFrame: (receive) => Object.assign(ends[own] ?? {}, { receive }),
    onClose: (closed) => Object.assign(ends[own] ?? {}, { closed }),
    close,
  });
  return { near: port(0, 1), far: port(1, 0) };
}

/** A core that answers on every port it is asked to open, as often as it is. */
function startCore(failures = 0) {
  const ports: Port[] = [];
  let left = failures;
  let value = 0;
  const link = createReconnectingLink<typeof contract>({
    open: () => {
      if (left > 0) {
        left -= 1;
        return Promise.reject(new Error('nothing listens'));
      }
      const { near, far } = pair();
      ports.push(far);
      const handlers = {
        'count.read': () => Promise.resolve(value),
        async *'count.watch'() {
          value += 1;
          yield value;
          await new Promise(() => undefined);
        },
      };
      serve(contract, handlers, far, { log: () => undefined, checkOutput: true });
      return Promise.resolve(near);
    },
    createClient: (port, closed) => createClient(contract, port, closed),
    wait: () => Promise.resolve(),
  });
  return { link, ports };
}

describe('the link to the core', () => {
  it('opens at once and answers calls', async () => {
    const { link } = startCore();
    const client = await link.client();
    expect(await client['count.read']({})).toBe(0);
    expect(link.state()).toBe('open');
    link.close();
  });

  it('keeps trying until something listens', async () => {
    const { link } = startCore(3);
    const client = await link.client();
    expect(await client['count.read']({})).toBe(0);
    link.close();
  });

  it('opens a new port after a loss, and its watches go on over it', async () => {
    const { link, ports } = startCore();
    const seen: number[] = [];
    const states: string[] = [];
    link.onState((state) => states.push(state));
    link.watch('count.watch', {}, (value) => seen.push(value));
    await expect.poll(() => seen).toEqual([1]);
    ports[0]?.close();
    await expect.poll(() => seen).toEqual([1, 2]);
    expect(ports).toHaveLength(2);
    expect(states).toEqual(['open', 'lost', 'open']);
    link.close();
  });

  it('watches no more once told to stop', async () => {
    const { link, ports } = startCore();
    const seen: number[] = [];
    const stop = link.watch('count.watch', {}, (value) => seen.push(value));
    await expect.poll(() => seen).toEqual([1]);
    stop();
    ports[0]?.close();
    await link.client();
    await expect.poll(() => ports.length).toBe(2);
    expect(seen).toEqual([1]);
    link.close();
  });

  it('lets nobody wait for ever once it is closed', async () => {
    const { link } = startCore(Number.POSITIVE_INFINITY);
    const waiting = link.client();
    link.close();
    await expect(waiting).rejects.toThrow('closed');
  });
});

describe('a port over a socket', () => {
  function fakeSocket() {
    const listeners = new Map<string, (event: { data: unknown }) => void>();
    const sent: string[] = [];
    const socket: Socket = {
      binaryType: 'blob',
      send: (text) => sent.push(text),
      close: () => listeners.get('close')?.({ data: null }),
      addEventListener: (type: string, listener: (event: { data: unknown }) => void) =>
        void listeners.set(type, listener),
    };
    const emit = (type: string, data: unknown = null) => listeners.get(type)?.({ data });
    return { socket, sent, emit };
  }

  it('takes answers with bytes as binary messages', async () => {
    const { socket, emit } = fakeSocket();
    const opening = openSocketPort(socket, new AbortController().signal);
    expect(socket.binaryType).toBe('arraybuffer');
    emit('open');
    const frames: unknown[] = [];
    (await opening).onFrame((frame) => frames.push(frame));
    const frame = { t: 'ok', id: 7, value: { type: 'pdf', bytes: Uint8Array.of(1, 2, 255) } };
    emit('message', packFrame(frame)?.buffer);
    emit('message', new ArrayBuffer(3));
    expect(frames).toEqual([frame]);
  });

  it('carries frames as JSON and keeps those that came before anybody listened', async () => {
    const { socket, sent, emit } = fakeSocket();
    const opening = openSocketPort(socket, new AbortController().signal);
    emit('open');
    const port = await opening;
    emit('message', '{"t":"end","id":1}');
    const received: unknown[] = [];
    port.onFrame((frame) => received.push(frame));
    port.send({ t: 'cancel', id: 2 });
    expect(received).toEqual([{ t: 'end', id: 1 }]);
    expect(sent).toEqual(['{"t":"cancel","id":2}']);
  });

  it('passes over what is not JSON', async () => {
    const { socket, emit } = fakeSocket();
    const opening = openSocketPort(socket, new AbortController().signal);
    emit('open');
    const received: unknown[] = [];
    (await opening).onFrame((frame) => received.push(frame));
    emit('message', 'not json');
    emit('message', '{"t":"end","id":1}');
    expect(received).toHaveLength(1);
  });

  it('rejects when the socket closes before it opens', async () => {
    const { socket, emit } = fakeSocket();
    const opening = openSocketPort(socket, new AbortController().signal);
    emit('close');
    await expect(opening).rejects.toThrow('before it opened');
  });

  it('reports a close that happened before anybody asked, and sends nothing afterwards', async () => {
    const { socket, sent, emit } = fakeSocket();
    const opening = openSocketPort(socket, new AbortController().signal);
    emit('open');
    const port = await opening;
    emit('close');
    let closed = 0;
    port.onClose(() => (closed += 1));
    port.send({});
    expect(closed).toBe(1);
    expect(sent).toEqual([]);
  });
});
