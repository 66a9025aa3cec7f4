import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostServices } from '#host/host-services';
import { openSecrets } from '#host/secrets';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'itutor-console-services-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const signal = new AbortController().signal;

describe('secrets of the browser host', () => {
  const file = () => join(folder, 'nested', 'secrets.json');

  it('of the embedded stack outlive the process, in a file that only the user can read', () => {
    expect(openSecrets(file()).write('session', 'refresh-me', true)).toBe(true);
    expect(openSecrets(file()).read('session')).toBe('refresh-me');
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  it('of a hosted project never touch the disk', () => {
    const secrets = openSecrets(file());
    expect(secrets.write('session', 'refresh-me', false)).toBe(false);
    expect(secrets.read('session')).toBe('refresh-me');
    expect(openSecrets(file()).read('session')).toBeNull();
  });

  it('are taken off the disk when a hosted project replaces the embedded stack', () => {
    const secrets = openSecrets(file());
    secrets.write('session', 'embedded', true);
    secrets.write('session', 'hosted', false);
    expect(secrets.read('session')).toBe('hosted');
    expect(readFileSync(file(), 'utf8')).toBe('{}');
  });

  it('are gone once removed', () => {
    const secrets = openSecrets(file());
    secrets.write('session', 'embedded', true);
    secrets.remove('session');
    expect(secrets.read('session')).toBeNull();
    expect(openSecrets(file()).read('session')).toBeNull();
  });

  it('in a damaged file are none, and can be written again', () => {
    openSecrets(file()).write('session', 'x', true);
    writeFileSync(file(), '{"session":');
    const secrets = openSecrets(file());
    expect(secrets.read('session')).toBeNull();
    secrets.write('session', 'y', true);
    expect(openSecrets(file()).read('session')).toBe('y');
  });
});

describe('exporting a file', () => {
  const services = () =>
    hostServices({
      version: '1.0.0',
      secrets: openSecrets(join(folder, 's.json')),
      exportDir: join(folder, 'out'),
    });
  const exportFile = (name: string, content = 'text') =>
    services()['files.export']({ name, content }, signal);

  it('takes a document as bytes, under a name of any alphabet', async () => {
    const document = { name: 'Diplôme José.pdf', bytes: Uint8Array.of(37, 80), isKnown: true };
    const { path, isOpened } = await services()['documents.open'](document, signal);
    expect(isOpened).toBe(false);
    expect(path).toBe(join(folder, 'out', 'Diplôme José.pdf'));
    expect([...readFileSync(path)]).toEqual([37, 80]);
  });

  it('says where it is, and never overwrites one', async () => {
    const first = await exportFile('edits.json', 'one');
    const second = await exportFile('edits.json', 'two');
    expect(readFileSync(first.path, 'utf8')).toBe('one');
    expect(second.path).toBe(join(folder, 'out', 'edits (2).json'));
    expect(readFileSync(second.path, 'utf8')).toBe('two');
  });

  it.each(['../edits.json', '/etc/passwd', 'a/b.json', '..', '.bashrc', 'no-extension', 'a\0.json', ''])(
    'refuses the name %j',
    async (name) => {
      await expect(exportFile(name)).rejects.toMatchObject({ code: 'BAD_INPUT' });
    },
  );

  it('fails when the folder cannot be written, instead of saying that it worked', async () => {
    writeFileSync(join(folder, 'out'), 'a file where the folder should be');
    chmodSync(join(folder, 'out'), 0o400);
    await expect(exportFile('edits.json')).rejects.toThrow('EEXIST');
  });
});
