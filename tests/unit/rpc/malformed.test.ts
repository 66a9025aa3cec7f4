import * as fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { inputLimit, isPlainWithin, parseCallerFrame, parseServerFrame } from '#shared/rpc/frames';
import { serve } from '#shared/rpc/server';
import { testContract, wire, type Wire } from './support.ts';

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

const nearFrame = fc.record(
  {
    t: fc.oneof(fc.constantFrom('call', 'open', 'cancel', 'ok', 'err', 'event', 'end'), fc.anything()),
    id: fc.oneof(fc.integer(), fc.double(), fc.anything()),
    name: fc.oneof(
      fc.constantFrom(...Object.keys(testContract), '__proto__', 'constructor', 'toString', 'hasOwnProperty'),
      fc.anything(),
    ),
    input: fc.anything({ withBigInt: true, withDate: true, withMap: true, withTypedArray: true }),
    error: fc.anything(),
  },
  { requiredKeys: [] },
);

describe('frames', () => {
  test('reading one never throws, whatever it is', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withObjectString: true,
      withSparseArray: true,
    });
    fc.assert(
      fc.property(fc.oneof(anything, nearFrame), (value) => {
        parseCallerFrame(value);
        parseServerFrame(value);
        isPlainWithin(value, inputLimit);
      }),
    );
    const hostile = new Proxy({}, { getOwnPropertyDescriptor: () => JSON.parse('{') as undefined });
    expect(parseCallerFrame(hostile)).toBeNull();
  });

  test('properties that are only inherited do not make a frame', () => {
    expect(parseCallerFrame(JSON.parse('{"__proto__":{"t":"cancel","id":1}}'))).toBeNull();
    expect(parseCallerFrame(Object.create({ t: 'cancel', id: 1 }))).toBeNull();
  });

  test('an input with a cycle, a __proto__ key, too much text, too many values or too deep is refused', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    const deep = Array.from({ length: 40 }).reduce<unknown>((inner) => [inner], 1);
    const refused = [
      cycle,
      deep,
      JSON.parse('{"__proto__":{"a":1}}'),
      { text: 'x'.repeat(inputLimit.characters + 1) },
      Array.from({ length: inputLimit.values + 1 }, () => 0),
      new Map(),
    ];
    for (const value of refused) expect(isPlainWithin(value, inputLimit)).toBe(false);
    expect(isPlainWithin({ a: [1, 'two', null, { b: true }] }, inputLimit)).toBe(true);
  });
});

describe('the server', () => {
  test('survives any frames and still answers afterwards', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(nearFrame, fc.anything()), { maxLength: 20 }), async (frames) => {
        const made = connect();
        for (const frame of frames) {
          try {
            made.raw.send(frame);
          } catch {
            // Not cloneable, so it cannot travel at all.
          }
        }
        // Ids below 1000 may have been taken by the frames above, so ask with one that has not.
        made.raw.send({ t: 'call', id: 987_654, name: 'math.add', input: { a: 1, b: 2 } });
        await expect
          .poll(() => made.raw.received, { interval: 1 })
          .toContainEqual({ t: 'ok', id: 987_654, value: { sum: 3 } });
      }),
      { numRuns: 60 },
    );
  }, 20_000);

  test('refuses and logs what is malformed and what it does not know', async () => {
    const { client, raw, log } = connect();
    raw.send('hello');
    raw.send({ t: 'call', id: 0, name: 'math.add', input: {} });
    raw.send({ t: 'call', id: 500, name: '__proto__', input: {} });
    raw.send({ t: 'open', id: 501, name: 'math.add', input: { a: 1, b: 1 } });
    raw.send({ t: 'open', id: 502, name: 'constructor', input: {} });
    await client['math.add']({ a: 1, b: 1 });
    expect(log.map((line) => line.fields['reason'])).toEqual([
      'malformed',
      'malformed',
      'unknown procedure',
      'unknown procedure',
      'unknown procedure',
    ]);
    expect(raw.received).toMatchObject([
      { t: 'err', id: 500, error: { code: 'BAD_INPUT' } },
      { t: 'err', id: 501, error: { code: 'BAD_INPUT' } },
      { t: 'err', id: 502, error: { code: 'BAD_INPUT' } },
      { t: 'ok' },
    ]);
  });

  test('does not mix up two calls under one id', async () => {
    const { client, raw, log } = connect();
    raw.send({ t: 'call', id: 70, name: 'math.wait', input: {} });
    raw.send({ t: 'call', id: 70, name: 'math.add', input: { a: 1, b: 1 } });
    await client['math.add']({ a: 1, b: 1 });
    expect(log).toMatchObject([{ fields: { reason: 'id in use' } }]);
    expect(raw.received).toHaveLength(1);
  });

  test('refuses more than it may have open at a time, and what comes too fast, but obeys a cancel', async () => {
    const { raw, client } = connect({ maxOpen: 2, maxPerSecond: 3, now: () => 0 });
    raw.send({ t: 'call', id: 101, name: 'math.wait', input: {} });
    raw.send({ t: 'call', id: 102, name: 'math.wait', input: {} });
    raw.send({ t: 'call', id: 103, name: 'math.wait', input: {} });
    raw.send({ t: 'cancel', id: 101 });
    await expect(client['math.add']({ a: 1, b: 1 })).resolves.toEqual({ sum: 2 });
    await expect(client['math.add']({ a: 1, b: 1 })).resolves.toEqual({ sum: 2 });
    await expect(client['math.add']({ a: 1, b: 1 })).rejects.toMatchObject({ code: 'REJECTED' });
    expect(raw.received).toContainEqual(expect.objectContaining({ t: 'err', id: 103 }));
  });

  test('is not taken down by a port that throws while sending', async () => {
    const log: string[] = [];
    let deliver: (frame: unknown) => void = () => {};
    serve(
      testContract,
      noHandlers,
      {
        send: () => JSON.parse('{'),
        onFrame: (receive) => (deliver = receive),
        onClose: () => {},
        close: () => {},
      },
      { checkOutput: false, log: (event) => log.push(event) },
    );
    deliver({ t: 'call', id: 1, name: 'math.add', input: { a: 1, b: 1 } });
    await expect.poll(() => log).toContain('rpc.send.failed');
  });
});

const noHandlers = {
  'math.add': async () => ({ sum: 0 }),
  'math.fail': async () => ({}),
  'math.wait': async () => ({}),
  'math.count': async function* () {},
  'math.forever': async function* () {},
  'math.gated': async function* () {},
};
