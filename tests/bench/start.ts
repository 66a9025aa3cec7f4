import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright';
import { findTestBrowser } from '#scripts/lib/chromium';
import { root } from '#scripts/lib/command';
import { rounded, timed, type Bench } from './support/figure.ts';

/**
 * From the command to the first week on the screen, with the browser already open. Cold: no data and no build, so that
 * the backend is made, migrated and seeded, the bundles are built, and one signs in with one click. Warm: everything
 * is there and the session is restored. `stop` is from SIGTERM to the end of the last process that was waited for.
 */
export const bench: Bench = async function* ({ note }) {
  const found = await findTestBrowser();
  if (found === null) throw new Error('No Chromium: run npm test, which installs one, or set CHROMIUM_PATH.');
  const browser = await chromium.launch({
    executablePath: found.path,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  const data = await mkdtemp(path.join(os.tmpdir(), 'itutor-console-start-'));
  try {
    await rm(path.join(root, 'out'), { recursive: true, force: true });
    note('Starting cold ...');
    const cold = await startOnce(browser, data, signInAndSeeWeek);
    yield { name: 'start.cold.ready', value: rounded(cold.ready), unit: 'ms' };
    yield { name: 'start.cold.week', value: rounded(cold.week), unit: 'ms' };
    const warm: Started[] = [];
    for (const round of [1, 2, 3, 4, 5]) {
      note(`Starting warm, ${round} of 5 ...`);
      warm.push(await startOnce(browser, data, seeWeek));
    }
    const median = (pick: (started: Started) => number) =>
      rounded(warm.map(pick).toSorted((one, other) => one - other)[2] ?? Number.NaN);
    yield { name: 'start.warm.ready', value: median(({ ready }) => ready), unit: 'ms' };
    yield { name: 'start.warm.week', value: median(({ week }) => week), unit: 'ms' };
    yield { name: 'start.stop', value: median(({ stop }) => stop), unit: 'ms' };
  } finally {
    await browser.close();
    await rm(data, { recursive: true, force: true });
  }
};

/** Milliseconds since the command was given, except `stop`. */
type Started = { readonly ready: number; readonly week: number; readonly stop: number };

async function startOnce(
  browser: Browser,
  data: string,
  see: (page: Page) => Promise<void>,
): Promise<Started> {
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    ['scripts/bootstrap.mjs', 'start', '--no-open', '--json', '--data', data],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let context: BrowserContext | undefined;
  try {
    const link = await readLink(child);
    const ready = performance.now() - startedAt;
    context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    await page.goto(link);
    await see(page);
    const week = performance.now() - startedAt;
    const { milliseconds: stop } = await timed(() => end(child));
    return { ready, week, stop };
  } finally {
    await context?.close();
    await end(child);
  }
}

async function signInAndSeeWeek(page: Page): Promise<void> {
  await page.getByRole('button', { name: /tutor of mathematics/ }).click();
  await seeWeek(page);
}

/** The week is there when a booking of it is. */
async function seeWeek(page: Page): Promise<void> {
  await page.locator('[data-date] [data-booking]').first().waitFor();
}

async function readLink(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('npm start has no stdout');
  for await (const line of createInterface({ input: child.stdout })) {
    const event: unknown = JSON.parse(line);
    if (typeof event === 'object' && event !== null && 'link' in event) return String(event.link);
  }
  throw new Error('npm start ended before it was ready');
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await exited;
}
