import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, runCommand, runTool, seconds, type CommandResult } from './lib/command.ts';

/**
 * `npm run check`: everything that needs no backend and no browser. Format, lint, types of each layer, dead exports,
 * architecture and unit tests, in parallel; prints only what is wrong. `--static` leaves the tests out.
 */

type Step = { readonly name: string; readonly run: () => Promise<CommandResult> };

/** Folders with their own tsconfig; '.' is scripts, tests and configuration. */
const layers = ['shared', 'electron/core', 'electron/host', 'electron', 'renderer', 'supabase', '.'];

const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const steps: Step[] = [
  { name: 'format', run: () => runTool('oxfmt', ['--check']) },
  {
    name: 'lint',
    run: () => runTool('oxlint', ['--type-aware', '--deny-warnings', '--format=agent']),
  },
  {
    name: 'dead code',
    run: () => runTool('knip', ['--include', 'exports,files', '--no-progress', '--no-config-hints']),
  },
  ...layers.filter(hasSources).map((layer) => ({
    name: `types ${layer === '.' ? 'tests' : layer}`,
    run: () => runCommand(process.execPath, [tsc, '-p', layer, '--pretty', 'false']),
  })),
  ...(process.argv.includes('--static') ? [] : ['architecture', 'unit'])
    .filter((suite) => existsSync(join(root, 'tests', suite)))
    .map((suite) => ({
      name: suite,
      run: () => runTool('vitest', ['run', '--project', suite, '--reporter=agent']),
    })),
];

const startedAt = performance.now();
const failed = await inLanes(steps, 3);
const time = seconds(performance.now() - startedAt);
console.log(failed.length === 0 ? `check: ok in ${time}` : `check: ${failed.join(', ')} failed in ${time}`);
process.exitCode = failed.length === 0 ? 0 : 1;

/** Runs the steps, a few at a time, printing each as it ends; gives the names of those that failed. */
async function inLanes(all: readonly Step[], lanes: number): Promise<readonly string[]> {
  const waiting = [...all];
  const failures: string[] = [];
  const lane = async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      const result = await step.run();
      const isOk = result.code === 0;
      console.log(`${isOk ? 'ok  ' : 'FAIL'}  ${step.name.padEnd(20)} ${seconds(result.milliseconds)}`);
      if (!isOk) {
        failures.push(step.name);
        console.log(indent(result.output));
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return failures;
}

/** tsc fails on a layer without files, which is what a layer is before its first one. */
function hasSources(layer: string): boolean {
  const entries = readdirSync(join(root, layer), { recursive: true, encoding: 'utf8' });
  const inner = layers
    .filter((other) => other.startsWith(`${layer}/`))
    .map((other) => other.slice(layer.length + 1));
  return (
    layer === '.' ||
    entries.some((entry) => /\.tsx?$/.test(entry) && !inner.some((folder) => entry.startsWith(`${folder}/`)))
  );
}

function indent(text: string): string {
  return text.trimEnd().replaceAll(/^/gm, '    ');
}
