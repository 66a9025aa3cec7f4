import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Bench, Figure } from '../tests/bench/support/figure.ts';
import { root } from './lib/command.ts';

/**
 * `npm run bench -- NAME [--json] [--scale small] [--scales N,N]`: runs tests/bench/NAME.ts. With --json one line a
 * figure on stdout, as soon as it is known; else a table for people.
 */

const { values, positionals } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    /** Scales for the benches that load data, separated by commas. */
    scales: { type: 'string' },
    /** `small` for a quick run. */
    scale: { type: 'string', default: 'full' },
  },
  allowPositionals: true,
});
const name = positionals[0] ?? '';
const known = readdirSync(join(root, 'tests/bench'), { withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => entry.name.replace('.ts', ''))
  .toSorted();

if (known.includes(name)) {
  // The core's workers do not hold a process by themselves; in use its ports do.
  const hold = setInterval(() => undefined, 60_000);
  try {
    const { bench }: { bench: Bench } = await import(`../tests/bench/${name}.ts`);
    const scales = values.scales?.split(',').map(Number);
    const note = (line: string) => void process.stderr.write(`${line}\n`);
    const isSmall = values.scale === 'small';
    const options = { note, isSmall, ...(scales === undefined ? {} : { scales }) };
    for await (const figure of bench(options)) print(figure);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 1;
  } finally {
    clearInterval(hold);
  }
} else {
  process.stderr.write(
    `usage: npm run bench -- NAME [--json] [--scale small]\nNAME is one of: ${known.join(', ')}\n`,
  );
  process.exitCode = 2;
}

function print(figure: Figure): void {
  if (values.json) {
    process.stdout.write(`${JSON.stringify(figure)}\n`);
    return;
  }
  const floor = figure.floor === undefined ? '' : `   floor ${shown(figure.floor)} ${figure.unit}`;
  const ratio = figure.ratio === undefined ? '' : `   ${figure.ratio.toFixed(2)} x the floor`;
  process.stdout.write(`${figure.name.padEnd(36)} ${shown(figure.value)} ${figure.unit}${floor}${ratio}\n`);
}

function shown(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 4 });
}
