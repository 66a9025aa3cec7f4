import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findCycle } from './support/cycles.ts';
import { violationOf } from './support/layers.ts';
import { parseImports, root } from './support/sources.ts';

/** A rule that catches nothing looks like a rule that is kept. Each is shown a violation here, and must find it. */

type Planted = readonly [what: string, file: string, text: string];

/** For lint: each file breaks the rule about imports. */
const imports: readonly Planted[] = [
  ['Node in shared', 'shared/a.ts', "import 'node:fs';"],
  ['React in shared', 'shared/b.ts', "import 'react';"],
  ['Electron in the core', 'electron/core/a.ts', "import 'electron';"],
  ['ws in the core', 'electron/core/sync/b.ts', "import 'ws';"],
  ['the host in the core', 'electron/core/c.ts', "import '#host/serve';"],
  [
    'code of the core in the shell',
    'electron/shell/a.ts',
    "import { x } from '#core/x';\nexport const y = x;",
  ],
  ['code of the core in the host', 'electron/host/a.ts', "import { x } from '#core/x';\nexport const y = x;"],
  ['Electron in the host', 'electron/host/b.ts', "import 'electron';"],
  ['Electron in main', 'electron/main.ts', "import 'electron';"],
  ['a package in preload', 'electron/preload.ts', "import 'zod';"],
  ['Node in the renderer', 'renderer/app/a.tsx', "import 'node:path';"],
  ['the core in the renderer', 'renderer/app/b.tsx', "import type { X } from '#core/x';\nexport type Y = X;"],
  ['the core in the stack', 'supabase/local/a.ts', "import '#core/x';"],
  ['a climb of two folders', 'shared/domain/sync/c.ts', "import '../../rpc/port.ts';"],
];

/** For lint: [rule, file, text]. */
const others: readonly Planted[] = [
  ['no-cycle', 'shared/cycle-a.ts', "import { b } from './cycle-b.ts';\nexport const a = () => b;"],
  ['no-cycle', 'shared/cycle-b.ts', "import { a } from './cycle-a.ts';\nexport const b = () => a;"],
  ['no-explicit-any', 'shared/any.ts', 'export const x: any = 1;'],
  ['no-floating-promises', 'electron/core/floating.ts', 'async function work() {}\nwork();'],
  ['max-lines', 'electron/core/long.ts', 'export {};\n'.repeat(401)],
];

/** Breaks nothing, so lint must be silent about it. */
const clean: readonly Planted[] = [
  ['', 'shared/clean.ts', 'export const x = 1;'],
  ['', 'electron/core/x.ts', 'export type X = string;\nexport const x = 1;'],
  [
    '',
    'electron/host/clean.ts',
    "import { WebSocket } from 'ws';\nimport type { X } from '#core/x';\nexport const y = (x: X) => new WebSocket(x);",
  ],
];

/** For the types: each file uses what its layer does not have. */
const types: readonly Planted[] = [
  ['the DOM in shared', 'shared/dom.ts', 'export const x = document.title;'],
  ['Node in shared', 'shared/node.ts', 'export const x = process.pid;'],
  ['timers in shared', 'shared/timers.ts', 'setTimeout(() => {}, 1);'],
  ['an element that may be missing, as a number', 'shared/element.ts', 'export const x: number = [1][0];'],
  ['the DOM in the core', 'electron/core/dom.ts', 'export const x = document.title;'],
  ['an enum, which Node cannot run', 'electron/core/enum.ts', 'export enum X { A }'],
  ['the DOM in the host', 'electron/host/dom.ts', 'export const x = window.origin;'],
  ['Node in the renderer', 'renderer/node.ts', 'export const x = process.pid;'],
];

let folder: string;
let lint: string;
let typecheck: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'itutor-console-planted-'));
  const layers = ['shared', 'electron/core', 'electron/host', 'renderer'];
  for (const file of [
    '.oxlintrc.json',
    'package.json',
    'tsconfig.base.json',
    'tsconfig.json',
    'shared/globals.d.ts',
  ]) {
    copy(file);
  }
  for (const layer of [...layers, 'electron', 'supabase']) copy(join(layer, 'tsconfig.json'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const [, file, text] of [...imports, ...others, ...clean, ...types]) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), `${text}\n`);
  }
  lint = outputOf('oxlint/bin/oxlint', ['--type-aware', '--format=unix', ...layers, 'electron', 'supabase']);
  typecheck = layers
    .map((layer) => outputOf('typescript/bin/tsc', ['-p', layer, '--pretty', 'false']))
    .join('\n');
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function copy(file: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  cpSync(join(root, file), join(folder, file));
}

/** What a tool prints about the planted files, whatever its exit code. */
function outputOf(script: string, args: readonly string[]): string {
  try {
    return execFileSync(process.execPath, [join(root, 'node_modules', script), ...args], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    return error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error);
  }
}

const linesAbout = (output: string, file: string) =>
  output.split('\n').filter((line) => line.includes(`${file}:`) || line.includes(`${file}(`));

describe('lint', () => {
  it.each(imports)('finds %s (%s)', (_what, file) => {
    expect(linesAbout(lint, file).join('\n')).toContain('no-restricted-imports');
  });

  it.each(others)('finds what %s forbids (%s)', (rule, file) => {
    expect(linesAbout(lint, file).join('\n')).toContain(rule);
  });

  it.each(clean)('%sis silent about %s', (_what, file) => {
    expect(linesAbout(lint, file)).toEqual([]);
  });
});

describe('the types of a layer', () => {
  it.each(types)('do not have %s (%s)', (_what, file) => {
    expect(linesAbout(typecheck, file)).not.toEqual([]);
  });

  it.each(clean)('%saccept %s', (_what, file) => {
    expect(linesAbout(typecheck, file)).toEqual([]);
  });
});

describe('the architecture test', () => {
  it('sees imports of every form', () => {
    const text = [
      "import a from 'a';",
      "import { b, type B } from 'b';",
      "import type { C } from 'c';",
      "import { type D } from 'd';",
      "export * from 'e';",
      "import 'f';",
      "const g = await import('g');",
      "import {\n  h,\n} from 'h';",
      "// import 'not-this';",
    ].join('\n');
    const found = parseImports(text).toSorted((one, other) => one.specifier.localeCompare(other.specifier));
    expect(found.map(({ specifier }) => specifier)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
    expect(found.filter(({ isTypeOnly }) => isTypeOnly).map(({ specifier }) => specifier)).toEqual([
      'c',
      'd',
    ]);
  });

  it('sees what lint cannot: another layer reached by a relative path', () => {
    const edge = { from: 'renderer/app/x.tsx', specifier: '../electron/core/x.ts', isTypeOnly: false };
    expect(violationOf({ ...edge, target: 'electron/core/x.ts' })).toContain('renderer may not import');
  });

  it('finds a cycle, and where it is', () => {
    const edges = [
      { from: 'a', target: 'b' },
      { from: 'b', target: 'c' },
      { from: 'c', target: 'b' },
    ];
    expect(findCycle(edges)).toEqual(['b', 'c', 'b']);
    expect(findCycle(edges.slice(0, 2))).toBeNull();
  });
});
