import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

/** The repository's root. */
export const root = dirname(dirname(dirname(import.meta.dirname)));

/** One import, export-from, dynamic import or module URL. Paths are relative to the root, with forward slashes. */
export type Import = {
  readonly from: string;
  readonly specifier: string;
  readonly isTypeOnly: boolean;
  /** The file it resolves to, when that is a file of this repository. */
  readonly target: string | null;
};

/** Files that git tracks or would track, so that a new file is looked at before it is committed. */
export function trackedFiles(): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  return listed.split('\n').filter((file) => file !== '' && existsSync(join(root, file)));
}

export function sourceFiles(): readonly string[] {
  return trackedFiles().filter((file) => /\.(ts|tsx|mts|mjs)$/.test(file) && !file.endsWith('.d.ts'));
}

/** Every import of a file, with package imports and relative paths resolved. */
export function importsOf(file: string): readonly Import[] {
  return parseImports(readFileSync(join(root, file), 'utf8')).map(({ specifier, isTypeOnly }) => ({
    from: file,
    specifier,
    isTypeOnly,
    target: resolveSpecifier(file, specifier),
  }));
}

/** The specifiers in a module's text. Exported for its own test. */
export function parseImports(text: string): readonly { specifier: string; isTypeOnly: boolean }[] {
  const code = text.replaceAll(/^\s*(\/\/|\*|\/\*).*$/gm, '');
  const statements = code.matchAll(
    /^\s*(?:import|export)\s+(type\s)?(?:[\w*{}\s,$]+?\sfrom\s+)?['"]([^'"]+)['"]/gm,
  );
  const calls = code.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g);
  return [
    ...[...statements].map((match) => ({
      specifier: match[2] ?? '',
      isTypeOnly: match[1] !== undefined || hasOnlyInlineTypes(match[0]),
    })),
    ...[...calls].map((match) => ({ specifier: match[1] ?? '', isTypeOnly: false })),
  ];
}

/** `import { type A, type B } from` imports nothing at run time, but is still a module load; treated as types. */
function hasOnlyInlineTypes(statement: string): boolean {
  const names = /\{([^}]*)\}/
    .exec(statement)?.[1]
    ?.split(',')
    .map((name) => name.trim());
  const listed = names?.filter((name) => name !== '') ?? [];
  return listed.length > 0 && listed.every((name) => name.startsWith('type '));
}

const aliases = readAliases();

function readAliases(): readonly (readonly [prefix: string, folder: string])[] {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    imports: Record<string, string>;
  };
  return Object.entries(manifest.imports).map(
    ([key, value]) => [key.replace('*', ''), value.replace('./', '').replace(/\*(\.ts)?$/, '')] as const,
  );
}

function resolveSpecifier(from: string, specifier: string): string | null {
  if (specifier.startsWith('.')) return posix.normalize(posix.join(posix.dirname(from), specifier));
  const alias = aliases.find(([prefix]) => specifier.startsWith(prefix));
  if (alias === undefined) return null;
  const path = `${alias[1]}${specifier.slice(alias[0].length)}`;
  // Of the renderer's two extensions an alias can name only one, so its specifiers carry theirs.
  return /\.[a-z]+$/.test(path) ? path : `${path}.ts`;
}
