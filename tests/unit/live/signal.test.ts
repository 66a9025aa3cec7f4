import { describe, expect, test } from 'vitest';
import { createChanges } from '#core/live/changes';
import { createSignal, watchSignal } from '#core/live/signal';
import { createExclusive } from '#core/session/exclusive';

describe('a watched value', () => {
  test('comes at once and after every change; a slow reader gets the latest and nothing piles up', async () => {
    const signal = createSignal(1);
    const abort = new AbortController();
    const values = watchSignal(signal, abort.signal);
    expect((await values.next()).value).toBe(1);
    for (const value of [2, 3, 4]) signal.set(value);
    expect((await values.next()).value).toBe(4);
    const waiting = values.next();
    signal.set(5);
    expect((await waiting).value).toBe(5);
    abort.abort();
    expect((await values.next()).done).toBe(true);
  });

  test('ends when its reader is told to stop in the middle of waiting', async () => {
    const abort = new AbortController();
    const values = watchSignal(createSignal('a'), abort.signal);
    await values.next();
    const waiting = values.next();
    abort.abort();
    expect(await waiting).toEqual({ done: true, value: undefined });
  });

  test('lets go of its source when the reader breaks off', async () => {
    let listeners = 0;
    const signal = createSignal(0);
    const counted = {
      ...signal,
      subscribe: (listener: (value: number) => void) => {
        listeners += 1;
        const stop = signal.subscribe(listener);
        return () => {
          listeners -= 1;
          stop();
        };
      },
    };
    for await (const value of watchSignal(counted, new AbortController().signal)) {
      expect(value).toBe(0);
      expect(listeners).toBe(1);
      break;
    }
    expect(listeners).toBe(0);
  });
});

describe('changes', () => {
  test('begin empty, merge while nobody reads, and never lose a table', async () => {
    const changes = createChanges();
    changes.publish(['before']);
    const stream = changes.watch(new AbortController().signal);
    expect((await stream.next()).value).toEqual({ revision: 1, tables: [] });
    changes.publish(['bookings', 'people']);
    changes.publish(['bookings', 'outbox']);
    expect((await stream.next()).value).toEqual({ revision: 3, tables: ['bookings', 'people', 'outbox'] });
    const waiting = stream.next();
    changes.publish(['sessions']);
    expect((await waiting).value).toEqual({ revision: 4, tables: ['sessions'] });
  });
});

describe('one after another', () => {
  test('runs in order, and a failure holds nobody up', async () => {
    const exclusive = createExclusive();
    const order: string[] = [];
    const slow = exclusive(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      order.push('slow');
    });
    const failing = exclusive(async () => {
      order.push('failing');
      throw new Error('no');
    });
    const last = exclusive(async () => {
      order.push('last');
      return 7;
    });
    await expect(failing).rejects.toThrow('no');
    expect(await last).toBe(7);
    await slow;
    expect(order).toEqual(['slow', 'failing', 'last']);
  });
});
