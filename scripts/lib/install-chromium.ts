import { existsSync } from 'node:fs';
import { findTestBrowser, type Browser } from './chromium.ts';
import { runCommand } from './command.ts';

/**
 * The browser for the tests, installed when there is none: with apt-get on Debian as root, else with Playwright's own
 * installer. Throws with what to do when both fail.
 */
export async function ensureTestBrowser(say: (line: string) => void): Promise<Browser> {
  const found = await findTestBrowser();
  if (found !== null) return found;
  if (existsSync('/usr/bin/apt-get') && process.getuid?.() === 0) {
    say('Installing Chromium (apt-get) ...');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await runCommand('apt-get', ['update', '-q'], { env });
    await runCommand('apt-get', ['install', '-q', '-y', '--no-install-recommends', 'chromium'], { env });
  } else {
    say('Installing Chromium (Playwright) ...');
    await runCommand(process.execPath, ['node_modules/playwright/cli.js', 'install', 'chromium']);
  }
  const installed = await findTestBrowser();
  if (installed === null) {
    throw new Error(
      'No Chromium was found and none could be installed. Install Chromium, Chrome or Edge, or set CHROMIUM_PATH.',
    );
  }
  return installed;
}
