import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { splitStatements, type Statement } from './sql-statements.ts';

export type MigrationFile = {
  /** The number before the first underscore, as text: what the Supabase CLI records as version. */
  readonly version: string;
  readonly name: string;
  readonly fileName: string;
  readonly text: string;
  /** SHA-256 of the text with line ends of one kind. */
  readonly checksum: string;
  readonly statements: readonly Statement[];
  /** `hardening` (800 and above) tightens what exists already; `additive` never changes what others may do. */
  readonly layer: 'additive' | 'hardening';
};

/** Reads `NNN_descriptive_name.sql` in order. Throws on two files with one number and on transaction commands. */
export function readMigrations(directory: string): MigrationFile[] {
  const names = fs.existsSync(directory) ? fs.readdirSync(directory).toSorted() : [];
  const files = names.flatMap((fileName) => {
    const match = /^(\d{3,})_([a-z0-9_]+)\.sql$/.exec(fileName);
    if (match?.[1] === undefined || match[2] === undefined) {
      if (!fileName.endsWith('.sql')) return [];
      throw new Error(`${fileName}: a migration is named NNN_descriptive_name.sql`);
    }
    return [readFile(directory, fileName, match[1], match[2])];
  });
  for (const [index, file] of files.entries()) {
    const next = files[index + 1];
    if (next?.version === file.version) {
      throw new Error(`${file.fileName} and ${next.fileName} have the same number.`);
    }
  }
  return files;
}

function readFile(directory: string, fileName: string, version: string, name: string): MigrationFile {
  const text = fs.readFileSync(path.join(directory, fileName), 'utf8').replaceAll('\r\n', '\n');
  const statements = splitStatements(text);
  for (const statement of statements) {
    const code = statement.text.replace(/^(\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)+/, '');
    if (/^(begin|commit|rollback|abort|start\s+transaction|end)\b/i.test(code)) {
      throw new Error(
        `${fileName}:${statement.line}: each file is one transaction already; remove "${code}".`,
      );
    }
  }
  return {
    version,
    name,
    fileName,
    text,
    checksum: createHash('sha256').update(text).digest('hex'),
    statements,
    layer: Number(version) >= 800 && Number(version) < 1000 ? 'hardening' : 'additive',
  };
}
