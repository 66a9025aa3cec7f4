import fs from 'node:fs';
import path from 'node:path';

export type FunctionConfig = {
  readonly name: string;
  /** Whether the gateway lets in only callers with a valid token. True unless supabase/config.toml says otherwise. */
  readonly verifyJwt: boolean;
};

/**
 * The Edge Functions of a project: every folder of supabase/functions with an index.ts, except those that start with
 * an underscore, and their `verify_jwt` of supabase/config.toml.
 * @param supabaseDir the folder `supabase`
 */
export function readFunctions(supabaseDir: string): FunctionConfig[] {
  const directory = path.join(supabaseDir, 'functions');
  if (!fs.existsSync(directory)) return [];
  const open = withoutVerification(path.join(supabaseDir, 'config.toml'));
  return fs
    .readdirSync(directory)
    .filter((name) => !name.startsWith('_') && fs.existsSync(path.join(directory, name, 'index.ts')))
    .toSorted()
    .map((name) => ({ name, verifyJwt: !open.has(name) }));
}

/** Reads just the tables `[functions.NAME]`; the rest of the file is for the Supabase CLI. */
function withoutVerification(configFile: string): Set<string> {
  const open = new Set<string>();
  if (!fs.existsSync(configFile)) return open;
  let section = '';
  for (const line of fs.readFileSync(configFile, 'utf8').split('\n')) {
    const table = /^\s*\[([^\]]+)\]/.exec(line)?.[1];
    if (table !== undefined) section = table.replaceAll('"', '').trim();
    const name = /^functions\.(.+)$/.exec(section)?.[1];
    if (name !== undefined && /^\s*verify_jwt\s*=\s*false\b/.test(line)) open.add(name);
  }
  return open;
}
