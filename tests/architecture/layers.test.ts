import { describe, expect, it } from 'vitest';
import { findCycle } from './support/cycles.ts';
import { layerOf, violationOf } from './support/layers.ts';
import { importsOf, sourceFiles, type Import } from './support/sources.ts';

const imports = sourceFiles().flatMap((file) => importsOf(file));

describe('layers', () => {
  it('import only what their row of the table allows', () => {
    expect(imports.map(violationOf).filter((violation) => violation !== null)).toEqual([]);
  });

  it('never climb two folders: another layer is reached by its package import', () => {
    const climbing = imports.filter(({ specifier, from }) => specifier.startsWith('../../') && layerOf(from));
    expect(climbing.map(({ from, specifier }) => `${from}: ${specifier}`)).toEqual([]);
  });

  it('have no import cycles', () => {
    expect(findCycle(imports.filter((edge) => !edge.isTypeOnly))).toBeNull();
  });
});

describe('the table', () => {
  const cases: [from: string, specifier: string, options?: Partial<Import>][] = [
    ['shared/domain/zone.ts', 'node:fs'],
    ['shared/domain/zone.ts', '#core/sync/types'],
    ['shared/rpc/port.ts', 'react'],
    ['electron/core/sync/pull.ts', 'electron'],
    ['electron/core/sync/pull.ts', 'ws'],
    ['electron/core/sync/pull.ts', '#host/serve', { target: 'electron/host/serve.ts' }],
    ['electron/core/sync/pull.ts', '../host/serve.ts', { target: 'electron/host/serve.ts' }],
    ['electron/shell/window.ts', '#core/worker', { target: 'electron/core/worker.ts' }],
    ['electron/shell/window.ts', 'ws'],
    ['electron/main.ts', 'electron'],
    ['electron/preload.ts', 'zod'],
    ['electron/host/serve.ts', 'electron'],
    ['electron/host/serve.ts', '#shell/window', { target: 'electron/shell/window.ts' }],
    ['renderer/app/frame.tsx', 'better-sqlite3'],
    ['renderer/app/frame.tsx', 'node:path'],
    [
      'renderer/app/frame.tsx',
      '#core/sync/types',
      { target: 'electron/core/sync/types.ts', isTypeOnly: true },
    ],
    ['supabase/local/stack.ts', '#core/worker', { target: 'electron/core/worker.ts' }],
    ['supabase/local/stack.ts', 'react'],
  ];

  it.each(cases)('refuses %s importing %s', (from, specifier, options = {}) => {
    expect(violationOf({ from, specifier, isTypeOnly: false, target: null, ...options })).toContain(from);
  });

  it('lets a host import types of the core, and nothing but types', () => {
    const edge = {
      from: 'electron/host/serve.ts',
      specifier: '#core/sync/types',
      target: 'electron/core/sync/types.ts',
    };
    expect(violationOf({ ...edge, isTypeOnly: true })).toBeNull();
    expect(violationOf({ ...edge, isTypeOnly: false })).toContain('types');
  });
});
