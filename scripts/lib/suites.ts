import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { root, runTool } from './command.ts';

export type Counts = { readonly passed: number; readonly failed: number; readonly skipped: number };

export type SuiteResult = Counts & {
  readonly name: string;
  readonly milliseconds: number;
  /** What the runner printed, shown when something failed. */
  readonly output: string;
};

const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  testResults: z.array(
    z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) }),
  ),
});

const playwrightReport = z.object({
  stats: z.object({
    expected: z.number(),
    unexpected: z.number(),
    flaky: z.number(),
    skipped: z.number(),
  }),
  errors: z.array(z.unknown()),
});

/** The suites that have at least one test file, in the order in which they run: vitest's projects, then Playwright. */
export function existingSuites(projects: readonly string[]): readonly string[] {
  return [
    ...projects.filter((name) => hasFiles(name, '.test.ts')),
    ...(hasFiles('e2e', '.spec.ts') ? ['e2e'] : []),
  ];
}

/** Runs one suite in its own process. A file that could not be loaded counts as one failed test. */
export async function runSuite(name: string, env: NodeJS.ProcessEnv): Promise<SuiteResult> {
  const folder = mkdtempSync(join(tmpdir(), 'itutor-console-'));
  const report = join(folder, 'report.json');
  try {
    const result =
      name === 'e2e'
        ? await runTool('playwright', ['test', '--reporter=line,json'], {
            env: { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: report },
          })
        : await runTool(
            'vitest',
            [
              'run',
              '--project',
              name,
              '--reporter=default',
              '--reporter=json',
              `--outputFile.json=${report}`,
            ],
            { env },
          );
    const counts = existsSync(report) ? readCounts(name, report) : { passed: 0, failed: 1, skipped: 0 };
    // A runner that fails without a failed test (an unhandled error, a broken set-up) is a failure too.
    const failed = counts.failed === 0 && result.code !== 0 ? 1 : counts.failed;
    return { name, ...counts, failed, milliseconds: result.milliseconds, output: result.output };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The counts in vitest's JSON report. */
export function countVitest(json: unknown): Counts {
  const report = vitestReport.parse(json);
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles.length,
    skipped: report.numPendingTests,
  };
}

/** The counts in Playwright's JSON report. A test that only passed at a later try counts as failed. */
export function countPlaywright(json: unknown): Counts {
  const { stats, errors } = playwrightReport.parse(json);
  return {
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky + errors.length,
    skipped: stats.skipped,
  };
}

function readCounts(name: string, path: string): Counts {
  const json: unknown = JSON.parse(readFileSync(path, 'utf8'));
  return name === 'e2e' ? countPlaywright(json) : countVitest(json);
}

function hasFiles(suite: string, suffix: string): boolean {
  const folder = join(root, 'tests', suite);
  if (!existsSync(folder)) return false;
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).some((file) => file.endsWith(suffix));
}
