import type { Import } from './sources.ts';

/**
 * Who may import what: the table of docs/architecture.md. Paths are prefixes of files in the repository, packages are
 * names of npm packages, `node:` stands for all of Node's own modules.
 */
type Layer = {
  readonly name: string;
  /** The layer's files. */
  readonly files: RegExp;
  readonly paths: readonly string[];
  /** Paths of which only types may be imported. */
  readonly typePaths: readonly string[];
  readonly packages: readonly string[];
};

const layers: readonly Layer[] = [
  {
    name: 'shared',
    files: /^shared\//,
    paths: ['shared/'],
    typePaths: [],
    packages: ['zod', 'temporal-polyfill', 'rrule-temporal'],
  },
  {
    name: 'core',
    files: /^electron\/core\//,
    paths: ['shared/', 'electron/core/'],
    typePaths: [],
    packages: ['node:', 'better-sqlite3', '@supabase/supabase-js', 'zod', 'temporal-polyfill'],
  },
  {
    name: 'shell',
    files: /^electron\/shell\//,
    paths: ['shared/', 'electron/shell/'],
    typePaths: ['electron/core/'],
    packages: ['electron', 'electron-updater', 'node:', 'zod'],
  },
  {
    name: 'main',
    files: /^electron\/main\.ts$/,
    paths: ['electron/shell/', 'shared/'],
    typePaths: [],
    packages: ['node:'],
  },
  { name: 'preload', files: /^electron\/preload\.ts$/, paths: [], typePaths: [], packages: ['electron'] },
  {
    name: 'host',
    files: /^electron\/host\//,
    paths: ['shared/', 'electron/host/'],
    typePaths: ['electron/core/'],
    packages: ['ws', 'node:', 'zod'],
  },
  {
    name: 'renderer',
    files: /^renderer\//,
    paths: ['shared/', 'renderer/'],
    typePaths: [],
    packages: [
      'react',
      'react-dom',
      '@mantine/',
      '@tanstack/react-router',
      '@tanstack/react-virtual',
      'zustand',
      'zod',
      'get-nonce',
      'pdfjs-dist',
      'dayjs',
      'temporal-polyfill',
      'rrule-temporal',
    ],
  },
  {
    name: 'backend',
    files: /^supabase\/(local|seed)\//,
    paths: ['shared/', 'supabase/'],
    typePaths: [],
    packages: ['node:', 'pg', 'ws', 'jose', 'uqr', 'zod', 'temporal-polyfill'],
  },
  // The functions run in Deno, which takes npm packages by their own scheme.
  {
    name: 'functions',
    files: /^supabase\/functions\//,
    paths: ['shared/', 'supabase/functions/'],
    typePaths: [],
    packages: ['npm:'],
  },
];

/** The layer a file belongs to; undefined for tests, scripts and configuration. */
export function layerOf(file: string): string | undefined {
  return layers.find((layer) => layer.files.test(file))?.name;
}

/** What is wrong with an import, in one line; null when it is allowed. */
export function violationOf({ from, specifier, isTypeOnly, target }: Import): string | null {
  const layer = layers.find((candidate) => candidate.files.test(from));
  if (layer === undefined) return null;
  if (target === null) {
    return layer.packages.some((name) => isPackage(specifier, name))
      ? null
      : `${from}: ${layer.name} may not import the package '${specifier}'`;
  }
  if (layer.paths.some((path) => target.startsWith(path))) return null;
  if (layer.typePaths.some((path) => target.startsWith(path))) {
    return isTypeOnly ? null : `${from}: ${layer.name} may import only types of '${specifier}'`;
  }
  return `${from}: ${layer.name} may not import '${specifier}'`;
}

function isPackage(specifier: string, name: string): boolean {
  return name.endsWith('/') || name.endsWith(':')
    ? specifier.startsWith(name)
    : specifier === name || specifier.startsWith(`${name}/`);
}
