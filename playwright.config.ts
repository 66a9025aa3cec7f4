import { defineConfig } from 'playwright/test';
import { findInstalledBrowser } from './scripts/lib/chromium.ts';

const browser = findInstalledBrowser();
const isRoot = process.getuid?.() === 0;

export default defineConfig({
  testDir: 'tests/e2e',
  // Every spec starts its own backend and host; two cores carry one of them well.
  workers: 1,
  retries: 0,
  timeout: 60_000,
  // A busy machine may take its time; a wrong state fails all the same.
  expect: { timeout: 10_000 },
  reporter: 'line',
  outputDir: 'test-results',
  use: {
    browserName: 'chromium',
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    launchOptions: {
      ...(browser === null ? {} : { executablePath: browser.path }),
      // Chromium refuses to run its sandbox as root, which is what containers are.
      args: isRoot ? ['--no-sandbox'] : [],
    },
  },
});
