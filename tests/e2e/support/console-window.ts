import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, type Browser, type Page } from 'playwright/test';
import { root } from '#scripts/lib/command';
import { startService } from '#scripts/lib/service';

/** One console: a browser host with its own data directory, and a browser window on it. */
export type ConsoleWindow = {
  readonly page: Page;
  /** Ends the host's process and starts it again on the same data, as on another day; opens the page anew. `meanwhile` gets the data directory. */
  restart(meanwhile?: (directory: string) => Promise<void>): Promise<void>;
  /** Fails on anything that axe finds, in light and in dark, and on every violation of the content policy so far. */
  expectClean(): Promise<void>;
  close(): Promise<void>;
};

export async function openConsole(
  browser: Browser,
  backend: { readonly url: string; readonly key: string },
): Promise<ConsoleWindow> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'itutor-e2e-console-'));
  const start = () => {
    const started = startService([path.join(root, 'out/main/browser-host.js'), '--data', directory]);
    const { url: supabaseUrl, key: supabaseKey } = backend;
    started.say(JSON.stringify({ supabaseUrl, supabaseKey, isEmbedded: true }));
    return started;
  };
  let host = start();
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' });
  const page = await context.newPage();
  const faults = await watch(page);
  await page.goto(String((await host.ready)['link']));
  return {
    page,
    restart: async (meanwhile) => {
      await page.goto('about:blank');
      await host.stop(5_000);
      await meanwhile?.(directory);
      host = start();
      await page.goto(String((await host.ready)['link']));
    },
    expectClean: async () => {
      await expectAccessible(page);
      expect(faults).toEqual([]);
    },
    close: async () => {
      await context.close();
      await host.stop(5_000);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Collects what must never happen: a policy violation or an uncaught error. */
async function watch(page: Page): Promise<readonly string[]> {
  const faults: string[] = [];
  await page.exposeFunction('reportViolation', (text: string) => faults.push(`policy: ${text}`));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const report = Reflect.get(globalThis, 'reportViolation');
      report(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
    });
  });
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) faults.push(`policy: ${message.text()}`);
  });
  return faults;
}

async function expectAccessible(page: Page): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', colorScheme);
    const { violations } = await new AxeBuilder({ page }).analyze();
    const found = violations.flatMap((violation) =>
      violation.nodes.map(
        (node) => `${colorScheme}: ${violation.id}: ${node.target.join(' ')}: ${node.failureSummary ?? ''}`,
      ),
    );
    expect(found).toEqual([]);
  }
}
