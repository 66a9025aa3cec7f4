import { existsSync } from 'node:fs';
import { join } from 'node:path';
import vitestConfig from '../vitest.config.ts';
import { build } from './lib/build.ts';
import { root, runCommand, seconds } from './lib/command.ts';
import { ensureTestBrowser } from './lib/install-chromium.ts';
import { existingSuites, runSuite, type SuiteResult } from './lib/suites.ts';

/**
 * `npm test [-- SUITE ...]`: the whole proof. Installs what it needs, builds, runs the static checks and every suite
 * one after another; the last line is "N passed, N failed". Exit code 1 when anything failed or a suite ran no test.
 */

/** Suites that drive a browser. */
const browserSuites = new Set(['host', 'e2e']);

const available = existingSuites(projectNames());
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => name !== 'check' && !available.includes(name));
if (unknown.length > 0) {
  console.error(`No such suite: ${unknown.join(', ')}. There are: check, ${available.join(', ')}.`);
  process.exit(1);
}

const suites = asked.length === 0 ? available : available.filter((name) => asked.includes(name));
const startedAt = performance.now();
const env: NodeJS.ProcessEnv = {
  ...process.env,
  // Nothing in a test may download the Electron binary.
  ELECTRON_OVERRIDE_DIST_PATH: process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? '/nonexistent',
};

let staticFailures = 0;
if (asked.length === 0 || asked.includes('check')) {
  const check = await runCommand(process.execPath, [join(root, 'scripts/check.ts'), '--static'], { env });
  process.stdout.write(check.output);
  staticFailures = check.code === 0 ? 0 : 1;
}
if (suites.some((name) => browserSuites.has(name))) {
  env['CHROMIUM_PATH'] = (await ensureTestBrowser((line) => console.log(line))).path;
  if (existsSync(join(root, 'renderer/index.html'))) await build((line) => console.log(line));
}

const results: SuiteResult[] = [];
for (const name of suites) {
  const result = await runSuite(name, env);
  results.push(result);
  console.log(row(result));
  if (result.failed > 0) console.log(result.output.trimEnd());
}
summarise();

function projectNames(): readonly string[] {
  return (vitestConfig.test?.projects ?? []).flatMap((project) =>
    typeof project === 'object' && 'test' in project && typeof project.test?.name === 'string'
      ? [project.test.name]
      : [],
  );
}

function row(result: SuiteResult): string {
  const counts = [
    `${result.passed} passed`.padStart(12),
    `${result.failed} failed`.padStart(10),
    `${result.skipped} skipped`.padStart(11),
    seconds(result.milliseconds).padStart(9),
  ];
  return `${result.name.padEnd(14)}${counts.join('')}`;
}

function summarise(): void {
  const empty = results.filter((result) => result.passed + result.failed === 0);
  if (results.length > 1) console.log(`\n${results.map(row).join('\n')}`);
  for (const { name } of empty) console.log(`${name} ran no test, which counts as a failure.`);
  if (staticFailures > 0) console.log('The static checks failed, which counts as a failure.');
  console.log(`${seconds(performance.now() - startedAt)} in all`);
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const failed = results.reduce((sum, result) => sum + result.failed, empty.length + staticFailures);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
