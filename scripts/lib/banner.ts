import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { root } from './command.ts';
import type { DataDir } from './data-dir.ts';

/** What `npm start` says once everything runs: where the console is, who can sign in, where data lies, how to stop. */
export function banner(facts: {
  readonly host: string;
  /** The console's link; null when only its own window can show it. */
  readonly link: string | null;
  /** Where it was opened; null when a person has to open the link. */
  readonly where: string | null;
  readonly backend: {
    readonly url: string;
    readonly isEmbedded: boolean;
    readonly databasePort: number | null;
    readonly accounts: readonly { email: string; label: string }[];
  };
  readonly data: DataDir;
}): string {
  const { backend, data } = facts;
  const rows: (readonly [name: string, text: string])[] = [
    ['Host', facts.host],
    ['Console', facts.where === null ? `open ${facts.link}` : `opened in ${facts.where}`],
    [
      'Backend',
      backend.isEmbedded ? `${backend.url} (embedded, PostgreSQL on ${backend.databasePort})` : backend.url,
    ],
  ];
  if (backend.accounts.length > 0) {
    rows.push(['Sign in', 'with one click, as any of']);
    rows.push(...backend.accounts.map(({ email, label }) => ['', `${email.padEnd(26)} ${label}`] as const));
  }
  rows.push(['Data', `${data.path}  (npm start -- --reset begins anew)`]);
  rows.push(['Stop', facts.link === null ? 'Ctrl-C' : 'Ctrl-C  (Enter shows another link)']);
  const lines = rows.map(([name, text]) => `  ${name.padEnd(9)}${text}`);
  return [`\niTutor Console ${version()}`, ...lines, ''].join('\n');
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return z.object({ version: z.string() }).parse(manifest).version;
}
