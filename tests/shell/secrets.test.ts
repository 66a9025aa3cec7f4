import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hostServices } from '#shell/host-services';
import { openSecrets } from '#shell/secrets';
import { dialog, electron, resetElectron } from '#tests/fakes/electron';

let folder: string;
let path: string;
const events: string[] = [];
const open = () => openSecrets(path, (event) => events.push(event));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'itutor-console-keychain-'));
  path = join(folder, 'secrets.json');
  events.length = 0;
  resetElectron(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('secrets', () => {
  it('outlive the process, encrypted, in a file that only the user can read', async () => {
    expect(await open().write('session', 'refresh-me')).toBe(true);
    expect(await open().read('session')).toBe('refresh-me');
    expect(readFileSync(path, 'utf8')).not.toContain('refresh-me');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['there is no keychain', { isAvailable: false }],
    ['Linux has only the fixed key', { backend: 'basic_text' }],
  ])('stay in memory when %s', async (_reason, keychain) => {
    Object.assign(electron.keychain, keychain);
    const secrets = open();
    expect(await secrets.write('session', 'refresh-me')).toBe(false);
    expect(await secrets.read('session')).toBe('refresh-me');
    expect(await open().read('session')).toBeNull();
  });

  it('are none when the keychain was reset, and that is logged without the value', async () => {
    await open().write('session', 'refresh-me');
    electron.keychain.key = 'k2';
    expect(await open().read('session')).toBeNull();
    expect(events).toEqual(['shell.secret.unreadable']);
  });

  it('are encrypted anew when the keychain has a new key for them', async () => {
    await open().write('session', 'refresh-me');
    const before = readFileSync(path, 'utf8');
    electron.keychain.shouldReEncrypt = true;
    expect(await open().read('session')).toBe('refresh-me');
    expect(readFileSync(path, 'utf8')).toBe(before);
    expect(await open().read('session')).toBe('refresh-me');
  });

  it('are gone once removed, and the last of several writes counts', async () => {
    const secrets = open();
    await Promise.all([secrets.write('session', 'one'), secrets.write('session', 'two')]);
    expect(await open().read('session')).toBe('two');
    await secrets.remove('session');
    expect(await open().read('session')).toBeNull();
  });
});

describe('exporting a file', () => {
  const signal = new AbortController().signal;
  const exportFile = () =>
    hostServices(open(), join(folder, 'opened'))['files.export'](
      { name: 'edits.json', content: 'text' },
      signal,
    );

  it('goes where the user says', async () => {
    electron.saveTo = join(folder, 'chosen.json');
    expect(await exportFile()).toEqual({ path: electron.saveTo });
    expect(readFileSync(electron.saveTo, 'utf8')).toBe('text');
  });

  it('that the user breaks off writes nothing, and says so', async () => {
    await expect(exportFile()).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('a document for another program', () => {
  const signal = new AbortController().signal;
  const services = () => hostServices(open(), join(folder, 'opened'));
  const ask = (isKnown: boolean) =>
    services()['documents.open']({ name: 'slip.pdf', bytes: Uint8Array.of(1, 2, 3), isKnown }, signal);

  it('is opened once the user has agreed, and gone when it is to be forgotten', async () => {
    const { path, isOpened } = await ask(true);
    expect(isOpened).toBe(true);
    expect(electron.opened).toEqual([path]);
    expect([...readFileSync(path)]).toEqual([1, 2, 3]);
    await services()['documents.forget']({}, signal);
    expect(existsSync(path)).toBe(false);
  });

  it('is only shown in its folder when nobody knows what it is', async () => {
    const { path, isOpened } = await ask(false);
    expect(isOpened).toBe(false);
    expect(electron.opened).toEqual([`folder of ${path}`]);
  });

  it('is not written anywhere when the user says no', async () => {
    const box = vi.spyOn(dialog, 'showMessageBox').mockResolvedValue({ response: 1, checkboxChecked: false });
    await expect(ask(true)).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(existsSync(join(folder, 'opened'))).toBe(false);
    box.mockRestore();
  });
});
