import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { casesFile, classifyCase } from './lib/reconciliation-cases.ts';

/**
 * `npm run -s reconcile:cases -- FILE`: classifies every case of FILE (the format of tests/fixtures/recon/cases.json)
 * and prints `{caseId: {key: class}}`. Relative paths count from where the command was typed. Exits 1 when the file or
 * a case cannot be read; says which on stderr.
 */
const [file] = process.argv.slice(2);
if (file === undefined) {
  fail('Usage: npm run -s reconcile:cases -- FILE');
} else {
  const full = path.resolve(process.env.INIT_CWD ?? process.cwd(), file);
  const content = await readFile(full, 'utf8').catch((error: unknown) => fail(`${full}: ${wordsOf(error)}`));
  if (content !== undefined) run(full, content);
}

function run(full: string, content: string): void {
  const read = casesFile.safeParse(parseJson(full, content));
  if (!read.success) {
    const [issue] = read.error.issues;
    fail(`${full}: ${issue?.path.join('.')}: ${issue?.message}`);
    return;
  }
  const classes: Record<string, Record<string, string>> = {};
  for (const one of read.data.cases) {
    try {
      classes[one.id] = classifyCase(read.data, one);
    } catch (error) {
      fail(`${full}: case ${one.id}: ${wordsOf(error)}`);
    }
  }
  console.log(JSON.stringify(classes, null, 2));
}

function parseJson(full: string, content: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    fail(`${full}: ${wordsOf(error)}`);
    return null;
  }
}

function fail(message: string): undefined {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
