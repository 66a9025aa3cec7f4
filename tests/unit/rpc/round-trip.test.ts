import { afterEach, describe, expect, test } from 'vitest';
import { AppError } from '#shared/rpc/errors';
import { wire, type Wire } from './support.ts';

const wires: Wire[] = [];
function connect(...options: Parameters<typeof wire>): Wire {
  const made = wire(...options);
  wires.push(made);
  return made;
}
afterEach(() => {
  for (const made of wires.splice(0)) {
    made.dispose();
    made.closeClient();
  }
});

async function failure(promise: Promise<unknown>): Promise<AppError> {
  const error: unknown = await promise.then(
    () => 'did not fail',
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw new Error(`not an AppError: ${String(error)}`);
  return error;
}

describe('a call', () => {
  test('answers with the handler’s value', async () => {
    const { client } = connect();
    expect(await client['math.add']({ a: 2, b: 3 })).toEqual({ sum: 5 });
  });

  test('keeps many calls apart that are under way at once', async () => {
    const { client } = connect();
    const sums = await Promise.all(
      Array.from({ length: 100 }, async (_, index) => (await client['math.add']({ a: index, b: 1 })).sum),
    );
    expect(sums).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  });

  test('carries code, message and data of an AppError', async () => {
    const { client } = connect();
    const error = await failure(client['math.fail']({ how: 'app' }));
    expect(error.toShape()).toEqual({
      code: 'CONFLICT',
      message: 'Somebody was faster.',
      data: { theirs: 3 },
    });
  });

  test('turns an unknown error into INTERNAL with the id of its log line and nothing of its text', async () => {
    const { client, log, raw } = connect();
    const error = await failure(client['math.fail']({ how: 'unknown' }));
    expect(error.code).toBe('INTERNAL');
    expect(JSON.stringify(raw.received)).not.toMatch(/secret|select|stack/);
    expect(log).toMatchObject([{ event: 'rpc.handler.failed', fields: { logId: error.data?.['logId'] } }]);
  });

  test('refuses bad input with BAD_INPUT and the path', async () => {
    const { client } = connect();
    const error = await failure(client['math.add']({ a: 1, b: JSON.parse('"two"') }));
    expect(error.code).toBe('BAD_INPUT');
    expect(error.data).toMatchObject({ issues: [{ path: 'b' }] });
  });

  test('refuses output that breaks the contract when told to check it', async () => {
    const { client } = connect();
    expect((await failure(client['math.fail']({ how: 'output' }))).code).toBe('INTERNAL');
    const unchecked = connect({ checkOutput: false });
    expect(await unchecked.client['math.fail']({ how: 'output' })).toBe(17);
  });

  test('is answered even when the answer cannot be cloned', async () => {
    const { client } = connect();
    expect((await failure(client['math.fail']({ how: 'uncloneable' }))).code).toBe('INTERNAL');
  });

  test('ends with CANCELLED when its signal fires, and the handler’s signal fires too', async () => {
    const { client, aborted } = connect();
    const controller = new AbortController();
    const waiting = failure(client['math.wait']({}, controller.signal));
    controller.abort();
    expect((await waiting).code).toBe('CANCELLED');
    await expect.poll(() => aborted).toEqual(['math.wait']);
    expect((await failure(client['math.wait']({}, controller.signal))).code).toBe('CANCELLED');
  });

  test('ends with NOT_AVAILABLE when the port closes, now and later, and the handler is told', async () => {
    const { client, aborted, closeClient } = connect();
    const waiting = failure(client['math.wait']({}));
    closeClient();
    expect((await waiting).code).toBe('NOT_AVAILABLE');
    expect((await failure(client['math.add']({ a: 1, b: 1 }))).code).toBe('NOT_AVAILABLE');
    await expect.poll(() => aborted).toEqual(['math.wait']);
  });
});

describe('a stream', () => {
  test('brings every value in order and ends', async () => {
    const { client, finalised } = connect();
    const values: number[] = [];
    for await (const value of client['math.count']({ to: 5000 })) values.push(value);
    expect(values).toEqual(Array.from({ length: 5000 }, (_, index) => index + 1));
    expect(finalised).toEqual(['math.count']);
  });

  test('throws the server’s error after the values before it', async () => {
    const { client } = connect();
    const values: number[] = [];
    const read = async () => {
      for await (const value of client['math.count']({ to: 9, failAt: 3 })) values.push(value);
    };
    expect((await failure(read())).data).toEqual({ rule: 'unlucky' });
    expect(values).toEqual([1, 2]);
  });

  test('finalises the server’s generator on break', async () => {
    const { client, finalised } = connect();
    for await (const value of client['math.forever']({})) if (value === 2) break;
    await expect.poll(() => finalised).toEqual(['math.forever']);
  });

  test('ends quietly on abort and finalises the server’s generator', async () => {
    const { client, finalised } = connect();
    const controller = new AbortController();
    const values: number[] = [];
    for await (const value of client['math.forever']({}, controller.signal)) {
      values.push(value);
      if (value === 2) setImmediate(() => controller.abort());
    }
    expect(values).toEqual([1, 2]);
    await expect.poll(() => finalised).toEqual(['math.forever']);
  });

  test('ends quietly when the port closes and finalises the server’s generator', async () => {
    const { client, finalised, closeClient } = connect();
    for await (const value of client['math.forever']({})) if (value === 2) closeClient();
    await expect.poll(() => finalised).toEqual(['math.forever']);
  });

  test('finalises the server’s generator when the server is disposed of', async () => {
    const { client, finalised, dispose } = connect();
    for await (const value of client['math.forever']({})) if (value === 2) dispose();
    await expect.poll(() => finalised).toEqual(['math.forever']);
  });

  test('finalises a generator that heeds no signal as soon as its own wait ends', async () => {
    const { client, finalised, openGate } = connect();
    for await (const value of client['math.gated']({})) if (value === 1) break;
    await client['math.add']({ a: 1, b: 1 });
    expect(finalised).toEqual([]);
    openGate();
    await expect.poll(() => finalised).toEqual(['math.gated']);
  });

  test('starts nothing when its signal has fired already', async () => {
    const { client, raw } = connect();
    const controller = new AbortController();
    controller.abort();
    for await (const value of client['math.count']({ to: 3 }, controller.signal))
      expect(value).toBe('nothing');
    await client['math.add']({ a: 1, b: 1 });
    expect(raw.received).toHaveLength(1);
  });
});
