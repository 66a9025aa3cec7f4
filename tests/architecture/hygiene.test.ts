import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { root, trackedFiles } from './support/sources.ts';

const files = trackedFiles();
const isText = (file: string) => !/\.(png|ico|icns|pdf|woff2|gz)$/.test(file);
const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** Lines of tracked text files that match, as `file:line`. */
function linesWith(
  pattern: RegExp,
  isExempt: (file: string, line: string) => boolean = () => false,
): string[] {
  return files.filter(isText).flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((line, index) =>
        pattern.test(line) && !isExempt(file, line) ? [`${file}:${index + 1}`] : [],
      ),
  );
}

describe('files', () => {
  it('of code have at most 400 lines', () => {
    const long = files.filter(
      (file) => /\.(tsx?|mjs|css)$/.test(file) && read(file).split('\n').length > 401,
    );
    expect(long).toEqual([]);
  });

  it('and folders are named in kebab-case', () => {
    const exempt = /(^|\/)(README\.md|\.[\w.-]+|[\w.-]+\.config\.ts|tsconfig[\w.]*\.json)$/;
    const odd = files.filter(
      (file) => /^(electron|renderer|shared|scripts|supabase|tests)\//.test(file) && !exempt.test(file),
    );
    const isKebab = (file: string) =>
      file.split('/').every((part) => /^_?[a-z0-9]+([._-][a-z0-9]+)*$/.test(part) || part.startsWith('.'));
    expect(odd.filter((file) => !isKebab(file) && !file.startsWith('supabase/'))).toEqual([]);
  });

  it('name no path of a machine', () => {
    // A home folder of an invented person in a test of redaction is no machine's.
    const pattern = /(?<![\w.])\/(work|home|Users|root)\/[a-z]|[A-Z]:\\Users\\/;
    expect(linesWith(pattern, (file) => file.startsWith('tests/'))).toEqual([]);
  });

  it('name no package registry', () => {
    expect(
      linesWith(/https?:\/\/[^\s"']*(registry|verdaccio|artifactory|nexus)/i, (file) =>
        file.startsWith('tests/architecture'),
      ),
    ).toEqual([]);
  });

  it('hold no secret', () => {
    const secrets = [
      /eyJ[A-Za-z0-9_-]{15,}\.eyJ[A-Za-z0-9_-]{15,}/, // a signed token
      /sb_secret_[A-Za-z0-9_-]{16,}/,
      /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
      /AKIA[0-9A-Z]{16}/,
      /gh[pousr]_[A-Za-z0-9]{30,}/,
    ];
    // Tests of what refuses and redacts secrets need things of their shape.
    const isExample = (file: string) => file.startsWith('tests/unit/');
    expect(secrets.flatMap((pattern) => linesWith(pattern, isExample))).toEqual([]);
  });

  it('leave nothing to do', () => {
    expect(linesWith(/\b(TODO|FIXME|XXX|HACK)\b/, (file) => file.startsWith('tests/architecture'))).toEqual(
      [],
    );
  });
});

describe('folders of the core and the shell', () => {
  const folders = new Set(
    files
      .filter((file) => /^electron\/(core|shell)\/.+\.ts$/.test(file))
      .map((file) => file.slice(0, file.lastIndexOf('/'))),
  );

  it.each([...folders])('%s say in a README of at most 15 lines what they own', (folder) => {
    const path = join(root, folder, 'README.md');
    expect(existsSync(path), `${folder}/README.md`).toBe(true);
    expect(readFileSync(path, 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(15);
  });
});

describe('migrations', () => {
  const names = readdirSync(join(root, 'supabase/migrations')).filter((name) => name.endsWith('.sql'));

  it('are named NNN_descriptive_name.sql, from 500 on, each number once', () => {
    expect(names.filter((name) => !/^[5-9]\d\d_[a-z0-9]+(_[a-z0-9]+)*\.sql$/.test(name))).toEqual([]);
    const numbers = names.map((name) => name.slice(0, 3));
    expect(numbers.length).toBe(new Set(numbers).size);
  });

  it.each(names)('%s says its layer in its head, the one of its number', (name) => {
    const layer = /^-- layer: (additive|hardening)$/m.exec(read(`supabase/migrations/${name}`))?.[1];
    expect(layer).toBe(Number(name.slice(0, 3)) >= 800 ? 'hardening' : 'additive');
  });
});

describe('dependencies', () => {
  const manifest = z
    .object({
      dependencies: z.record(z.string(), z.string()),
      devDependencies: z.record(z.string(), z.string()),
      optionalDependencies: z.record(z.string(), z.string()),
    })
    .parse(JSON.parse(read('package.json')));

  it('are pinned exactly', () => {
    const all = Object.values(manifest).flatMap((group) => Object.entries(group));
    expect(all.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
  });

  it('that are shipped are only those that main and core load at run time', () => {
    expect(Object.keys(manifest.dependencies).toSorted()).toEqual([
      '@supabase/supabase-js',
      'better-sqlite3',
      'electron-updater',
      'temporal-polyfill',
      'zod',
    ]);
  });

  it('run no code when they are installed', () => {
    expect(read('.npmrc')).toMatch(/^ignore-scripts=true$/m);
  });
});
