import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSocket, startTestHost, type TestHost } from './support/host.ts';

/** Threads start slowly on a busy machine. */
const patient = { timeout: 15_000 };

let host: TestHost;
beforeEach(async () => {
  host = await startTestHost();
});
afterEach(() => host.stop());

describe('the relay between a page and the core', () => {
  it('carries calls, and errors with their code', async () => {
    const { client } = await openSocket(host);
    expect(await client['echo.say']({ text: 'Good morning' })).toMatchObject({ text: 'Good morning' });
    // @ts-expect-error a page may send anything
    await expect(client['echo.say']({ text: 1 })).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('carries streams in order', async () => {
    const { client } = await openSocket(host);
    const values = [];
    for await (const { value } of client['echo.count']({ to: 500 })) values.push(value);
    expect(values).toEqual(Array.from({ length: 500 }, (_, index) => index + 1));
  });

  it('lets the core ask its host', async () => {
    const { client } = await openSocket(host);
    expect(await client['echo.host']({})).toEqual({ host: 'browser' });
  });

  it('serves several tabs at once, from one core', async () => {
    const tabs = await Promise.all([openSocket(host), openSocket(host), openSocket(host)]);
    const answers = await Promise.all(
      tabs.map(({ client }, tab) => client['echo.say']({ text: `tab ${tab}` })),
    );
    expect(answers.map(({ text }) => text)).toEqual(['tab 0', 'tab 1', 'tab 2']);
    expect(new Set(answers.map(({ threadId }) => threadId)).size).toBe(1);
  });

  it('ends the streams of a tab that is closed', async () => {
    const watcher = await openSocket(host);
    const tab = await openSocket(host);
    const stream = tab.client['echo.forever']({})[Symbol.asyncIterator]();
    await stream.next();
    expect(await watcher.client['echo.open']({})).toEqual({ count: 1 });
    tab.socket.terminate();
    await expect.poll(() => watcher.client['echo.open']({}), patient).toEqual({ count: 0 });
  });
});

describe('an answer with bytes', () => {
  it('crosses the socket whole, ten megabytes as well', async () => {
    const { client } = await openSocket(host);
    const { name, bytes } = await client['echo.bytes']({ count: 10_000_000 });
    expect(name).toBe('déjà');
    expect(bytes).toHaveLength(10_000_000);
    expect(bytes.every((byte) => byte === 7)).toBe(true);
  });
});

describe('a page that sends rubbish', () => {
  it.each(['', '{', 'null', '[]', '{"t":"call"}', '{"__proto__":{"t":"call","id":1}}', '"text"', '1e999'])(
    'is ignored when it sends %j, and may go on',
    async (text) => {
      const { client, socket } = await openSocket(host);
      socket.send(text);
      expect(await client['echo.say']({ text: 'still here' })).toMatchObject({ text: 'still here' });
    },
  );

  it('is ignored when it sends bytes', async () => {
    const { client, socket } = await openSocket(host);
    socket.send(Buffer.from([0, 255, 1]));
    expect(await client['echo.say']({ text: 'still here' })).toMatchObject({ text: 'still here' });
    expect(host.events).toContain('host.frame.refused');
  });

  it('loses its socket, and nobody else does, when a frame is too large or too many are malformed', async () => {
    const other = await openSocket(host);
    const large = await openSocket(host);
    large.socket.send('x'.repeat(5 * 1024 * 1024));
    expect(await large.closed).toBe(1009);
    const noisy = await openSocket(host);
    for (let count = 0; count < 100; count += 1) noisy.socket.send('{');
    expect(await noisy.closed).toBe(1008);
    expect(await other.client['echo.say']({ text: 'still here' })).toMatchObject({ text: 'still here' });
  });
});

describe('a core that dies', () => {
  it('is started again: pages lose their socket and find the new core', async () => {
    const before = await openSocket(host);
    const { threadId } = await before.client['echo.say']({ text: 'first' });
    await expect(before.client['echo.crash']({})).rejects.toMatchObject({ code: 'NOT_AVAILABLE' });
    expect(await before.closed).toBe(1012);
    // A socket opened while the old thread is still going away closes as well; pages try again, and so does this.
    const askAgain = async () => {
      const { client } = await openSocket(host);
      return (await client['echo.say']({ text: 'second' }).catch(() => ({ threadId }))).threadId;
    };
    await expect.poll(askAgain, patient).not.toBe(threadId);
  });

  it('is given up when it cannot run, instead of being started for ever', async () => {
    const broken = await startTestHost({ dataDir: 'broken' });
    try {
      await expect
        .poll(() => broken.events.filter((event) => event === 'core.exited').length, patient)
        .toBe(4);
      await expect(openSocket(broken)).rejects.toThrow('503');
    } finally {
      await broken.stop();
    }
  });
});
