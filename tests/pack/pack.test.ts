import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extractFile, listPackage } from '@electron/asar';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '#scripts/lib/build';
import { root, runTool } from '#scripts/lib/command';

/**
 * Packs the application as a release would, around a distribution that only holds what electron-builder looks for:
 * Electron's own cannot be fetched everywhere. What is packed and how it is fused is the real thing.
 */

let folder: string;
let asar: string;
let binary: string;
let files: readonly string[];

beforeAll(async () => {
  await build(() => {});
  folder = mkdtempSync(join(tmpdir(), 'itutor-console-pack-'));
  const distribution = join(folder, 'electron');
  writeDistribution(distribution);
  const output = join(folder, 'dist');
  const result = await runTool('electron-builder', [
    '--linux',
    'dir',
    '--publish=never',
    `-c.electronDist=${distribution}`,
    `-c.directories.output=${output}`,
  ]);
  if (result.code !== 0) throw new Error(result.output);
  const unpacked = join(output, process.arch === 'arm64' ? 'linux-arm64-unpacked' : 'linux-unpacked');
  asar = join(unpacked, 'resources', 'app.asar');
  binary = join(unpacked, 'itutor-console');
  files = listPackage(asar, { isPack: false }).map((file) => file.replaceAll('\\', '/'));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package', () => {
  it('holds the entries, the preload as CommonJS and the page', () => {
    for (const file of [
      '/out/main/main.js',
      '/out/main/worker.js',
      '/out/preload/preload.cjs',
      '/out/renderer/index.html',
    ]) {
      expect(files).toContain(file);
    }
    expect(JSON.parse(extractFile(asar, 'package.json').toString())).toMatchObject({
      main: 'out/main/main.js',
    });
  });

  it('holds no source, map, test, setting of a developer or browser host', () => {
    const foreign =
      /^\/(electron|renderer|shared|supabase|tests|scripts|docs)\/|\.(ts|tsx|map|env)$|browser-host/;
    expect(files.filter((file) => foreign.test(file))).toEqual([]);
  });

  it('holds no package that the page already has in its bundle, and nothing of the tests', () => {
    const packages = new Set(
      files.flatMap((file) => /^\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []),
    );
    for (const name of [
      'react',
      'react-dom',
      '@mantine/core',
      'ws',
      'pg',
      'vitest',
      'playwright',
      'electron',
      'typescript',
    ]) {
      expect(packages, name).not.toContain(name);
    }
    expect(packages).toContain('better-sqlite3');
  });

  it('holds one native binary, outside the archive, of its own platform', () => {
    const natives = files.filter((file) => file.endsWith('.node'));
    expect(natives).toEqual([`/node_modules/better-sqlite3/prebuilds/linux-${process.arch}.node`]);
    expect(existsSync(join(`${asar}.unpacked`, natives[0] ?? ''))).toBe(true);
    expect(files.filter((file) => file.startsWith('/node_modules/better-sqlite3/deps'))).toEqual([]);
  });

  it('holds no secret and no account', () => {
    const texts = files
      .filter((file) => /^\/out\/.*\.(js|cjs|html)$/.test(file))
      .map((file) => extractFile(asar, file.slice(1)).toString());
    expect(texts.length).toBeGreaterThan(3);
    for (const text of texts) {
      expect(text).not.toMatch(/eyJ[\w-]{15,}\.eyJ|sb_secret_\w{16}|@demo\.itutor\.tt|SERVICE_ROLE_KEY/);
    }
  });
});

describe('the preload', () => {
  it('needs nothing but Electron', () => {
    const code = readFileSync(join(root, 'out/preload/preload.cjs'), 'utf8');
    expect([...code.matchAll(/require\("([^"]+)"\)/g)].map((match) => match[1])).toEqual(['electron']);
    expect(code).not.toMatch(/\bimport\b/);
    expect(code.length).toBeLessThan(2_000);
  });
});

describe('the page', () => {
  it('has no inline script or style, which the policy would refuse', () => {
    const html = readFileSync(join(root, 'out/renderer/index.html'), 'utf8');
    expect(html).toContain('<meta name="nonce"');
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=/);
    expect([...html.matchAll(/<script\b[^>]*>([^<]*)</g)].every((match) => match[1] === '')).toBe(true);
  });
});

describe('the fuses of the binary', () => {
  it('are those that the configuration states', async () => {
    const wire = await getCurrentFuseWire(binary);
    const states = {
      [FuseV1Options.RunAsNode]: FuseState.DISABLE,
      [FuseV1Options.EnableCookieEncryption]: FuseState.ENABLE,
      [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: FuseState.DISABLE,
      [FuseV1Options.EnableNodeCliInspectArguments]: FuseState.DISABLE,
      [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: FuseState.ENABLE,
      [FuseV1Options.OnlyLoadAppFromAsar]: FuseState.ENABLE,
      [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: FuseState.DISABLE,
      [FuseV1Options.GrantFileProtocolExtraPrivileges]: FuseState.DISABLE,
    };
    expect(wire).toMatchObject(states);
  });
});

describe('the entitlements on macOS', () => {
  it('allow the compiler of V8 and nothing else', () => {
    const plist = readFileSync(join(root, 'resources/entitlements.mac.plist'), 'utf8');
    expect([...plist.matchAll(/<key>([^<]+)<\/key>/g)].map((match) => match[1])).toEqual([
      'com.apple.security.cs.allow-jit',
    ]);
  });
});

/** An "Electron" with nothing in it but the wire of fuses, all in their first state. */
function writeDistribution(path: string): void {
  mkdirSync(join(path, 'resources'), { recursive: true });
  const sentinel = Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX');
  const wire = Buffer.from([1, 9, ...Buffer.from('101100101')]);
  writeFileSync(join(path, 'electron'), Buffer.concat([Buffer.alloc(64), sentinel, wire, Buffer.alloc(64)]));
  chmodSync(join(path, 'electron'), 0o755);
  writeFileSync(join(path, 'version'), 'v45.4.1');
}
