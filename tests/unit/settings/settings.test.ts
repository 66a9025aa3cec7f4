import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openConnections, stateOf } from '#core/connection/connection';
import { defaultSettings, openSettings } from '#core/settings/settings';

let dataDir = '';
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'itutor-settings-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

test('settings are the defaults until they are chosen, and a change keeps the rest', () => {
  expect(openSettings(dataDir).read()).toEqual(defaultSettings);
  expect(openSettings(dataDir).write({ theme: 'dark' })).toEqual({ theme: 'dark', singleKeyShortcuts: true });
  openSettings(dataDir).write({ singleKeyShortcuts: false });
  expect(openSettings(dataDir).read()).toEqual({ theme: 'dark', singleKeyShortcuts: false });
  expect(readdirSync(dataDir)).toEqual(['settings.json']);
});

test('a damaged settings file loses only what is damaged', () => {
  writeFileSync(join(dataDir, 'settings.json'), '{"theme":"purple","singleKeyShortcuts":false}');
  expect(openSettings(dataDir).read()).toEqual({ theme: 'system', singleKeyShortcuts: false });
  writeFileSync(join(dataDir, 'settings.json'), '{"theme":');
  expect(openSettings(dataDir).read()).toEqual(defaultSettings);
});

const key = 'sb_publishable_ACJWlzQHlZjBrEguHvfOxg';

test('a saved backend is found again, and forgetting leaves none', () => {
  expect(stateOf(openConnections(dataDir, {}).read())).toEqual({
    url: null,
    source: 'none',
    isEmbedded: false,
  });
  openConnections(dataDir, {}).save('https://abc.supabase.co', key);
  expect(openConnections(dataDir, {}).read()).toEqual({
    url: 'https://abc.supabase.co',
    key,
    source: 'saved',
    isEmbedded: false,
  });
  expect(openConnections(dataDir, {}).forget()).toBeNull();
});

test('the environment’s backend wins over a saved one and comes back when that is forgotten', () => {
  const environment = { supabaseUrl: 'http://127.0.0.1:5000/', supabaseKey: key, isEmbedded: true };
  openConnections(dataDir, {}).save('https://abc.supabase.co', key);
  expect(openConnections(dataDir, environment).read()).toMatchObject({
    url: 'http://127.0.0.1:5000',
    source: 'environment',
    isEmbedded: true,
  });
  expect(openConnections(dataDir, environment).forget()?.source).toBe('environment');
});

test('a secret key in the environment or slipped into the file is not used, and the former says why', () => {
  const supabaseKey = 'sb_secret_not-a-real-key-at-all';
  const store = openConnections(dataDir, { supabaseUrl: 'https://abc.supabase.co', supabaseKey });
  expect(store.read()).toBeNull();
  expect(store.problem).toMatchObject({ code: 'SECRET_KEY_REFUSED' });
  expect(store.problem?.message).toContain('CONSOLE_SUPABASE_KEY');
  writeFileSync(
    join(dataDir, 'connection.json'),
    JSON.stringify({ url: 'https://abc.supabase.co', key: supabaseKey }),
  );
  expect(openConnections(dataDir, {}).read()).toBeNull();
});

test('a backend that the environment names cannot be saved over', () => {
  const store = openConnections(dataDir, { supabaseUrl: 'http://127.0.0.1:5000/', supabaseKey: key });
  expect(() => store.save('https://abc.supabase.co', key)).toThrow(
    expect.objectContaining({ code: 'REJECTED' }),
  );
});
