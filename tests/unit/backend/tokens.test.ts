import type { Session } from '@supabase/supabase-js';
import { beforeEach, describe, expect, test } from 'vitest';
import { createTokens, type Tokens } from '#core/backend/tokens';
import type { Clock } from '#core/cache/types';

const userId = '0190a0b0-0000-7000-8000-000000000001';
let now = 0;
let stored: Map<string, string>;
let requests: string[];
let answer: () => Promise<Response>;
const clock: Clock = { now: () => now, after: () => () => {} };

beforeEach(() => {
  now = 1_000_000_000_000;
  stored = new Map();
  requests = [];
  answer = async () => Response.json(session(`access ${requests.length}`, `refresh ${requests.length}`));
});

function session(access: string, refresh: string): Session {
  return JSON.parse(
    JSON.stringify({
      access_token: access,
      refresh_token: refresh,
      expires_in: 3600,
      // As a server whose clock is a day behind would say it.
      expires_at: 1_000_000 - 86_400,
      token_type: 'bearer',
      user: { id: userId },
    }),
  );
}

function tokens(): Tokens {
  return createTokens({
    url: 'https://abc.supabase.co',
    key: 'sb_publishable_x',
    storageKey: 'session',
    storage: {
      getItem: (name) => stored.get(name) ?? null,
      setItem: (name, value) => void stored.set(name, value),
      removeItem: (name) => void stored.delete(name),
    },
    fetch: async (_input, init) => {
      const body: { refresh_token: string } = JSON.parse(String(init?.body));
      requests.push(body.refresh_token);
      return answer();
    },
    clock,
    log: () => {},
  });
}

describe('tokens', () => {
  test('hold for as long as they were granted by this machine’s clock, whatever the server’s says', async () => {
    const held = tokens();
    await held.take(session('first', 'r'));
    expect(await held.access()).toBe('first');
    now += 3520 * 1_000_000;
    expect(await held.access()).not.toBe('first');
    expect(requests).toEqual(['r']);
  });

  test('are renewed by one request for all who ask, and the new refresh token is kept before anyone goes on', async () => {
    const held = tokens();
    await held.take(session('first', 'r'));
    now += 3600 * 1_000_000;
    const all = await Promise.all([held.access(), held.access(), held.renew(), held.access()]);
    expect(all).toEqual(['access 1', 'access 1', true, 'access 1']);
    expect(requests).toEqual(['r']);
    expect(stored.get('session')).toContain('refresh 1');
  });

  test('still serve inside the margin when renewing fails, and not beyond', async () => {
    const held = tokens();
    await held.take(session('first', 'r'));
    answer = async () => {
      throw new TypeError('fetch failed');
    };
    now += 3550 * 1_000_000;
    expect(await held.access()).toBe('first');
    now += 60 * 1_000_000;
    await expect(held.access()).rejects.toMatchObject({ code: 'OFFLINE' });
    expect(stored.get('session')).toContain('"r"');
  });

  test.each([
    ['a server in trouble', 503, { code: 'unexpected_failure' }],
    ['a captive portal', 403, { error: 'pay first' }],
    ['too many requests', 429, { code: 'over_request_rate_limit' }],
  ])('are not given up for %s', async (_name, status, body) => {
    const held = tokens();
    let isLost = false;
    held.onLost(() => (isLost = true));
    await held.take(session('first', 'r'));
    answer = async () => Response.json(body, { status });
    await expect(held.renew()).rejects.toMatchObject({ code: 'OFFLINE' });
    expect(isLost).toBe(false);
    expect(held.current()).toBe('first');
  });

  test('are given up when the server says that this session is over', async () => {
    const held = tokens();
    let isLost = false;
    held.onLost(() => (isLost = true));
    await held.take(session('first', 'r'));
    answer = async () => Response.json({ code: 'refresh_token_not_found' }, { status: 400 });
    expect(await held.renew()).toBe(false);
    expect(isLost).toBe(true);
    expect(stored.size).toBe(0);
    await expect(held.access()).rejects.toMatchObject({ code: 'NEEDS_SIGN_IN' });
  });

  test('of a session that was replaced while it was renewed do not come back', async () => {
    const held = tokens();
    await held.take(session('first', 'r'));
    let release: () => void = () => {};
    answer = () =>
      new Promise((resolve) => {
        release = () => resolve(Response.json(session('late', 'late')));
      });
    const renewal = held.renew();
    await expect.poll(() => requests).toHaveLength(1);
    await held.take(session('second', 's'));
    release();
    await renewal;
    expect(held.current()).toBe('second');
    const again = tokens();
    expect(await again.load()).toEqual({ userId });
    expect(await again.access()).toBe('second');
  });

  test('that are damaged in storage count as none', async () => {
    for (const text of ['', '{', 'null', '{"access_token":"a"}']) {
      stored.set('session', text);
      expect(await tokens().load()).toBeNull();
    }
  });
});
