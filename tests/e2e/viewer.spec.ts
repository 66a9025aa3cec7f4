import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import AxeBuilder from '@axe-core/playwright';
import { expect, test as base, type Page } from 'playwright/test';
import { oddDocuments } from './support/odd-documents.ts';
import { serveViewer, type ServedViewer } from './support/viewer-page.ts';

type Canary = { readonly url: string; readonly calls: string[] };
type WorkerFixtures = { readonly canary: Canary; readonly served: ServedViewer };
type Fixtures = { readonly viewer: Page };

/** The viewer under the console's own policy. Whatever a test shows: nothing leaves, nothing breaks the policy. */
const test = base.extend<Fixtures, WorkerFixtures>({
  canary: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the parameter's pattern
    async ({}, use) => {
      const calls: string[] = [];
      const server: Server = createServer((request, response) => {
        calls.push(request.url ?? '');
        response.end();
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      // A server that listens on a port has an address of this shape.
      const { port } = server.address() as AddressInfo;
      await use({ url: `http://127.0.0.1:${port}/canary`, calls });
      server.close();
    },
    { scope: 'worker' },
  ],
  served: [
    async ({ canary }, use) => {
      const served = await serveViewer(oddDocuments(canary.url));
      await use(served);
      await served.close();
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  viewer: async ({ page, served, canary }, use) => {
    const faults: string[] = [];
    const strangers: string[] = [];
    await page.exposeFunction('reportViolation', (text: string) => faults.push(`policy: ${text}`));
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        Reflect.get(globalThis, 'reportViolation')(`${event.violatedDirective} ${event.blockedURI}`);
      });
    });
    page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
    page.on('dialog', (dialog) => faults.push(`dialog: ${dialog.message()}`));
    page.on('popup', () => faults.push('popup'));
    page.on('download', () => faults.push('download'));
    page.on('console', (message) => {
      if (/content security policy/i.test(message.text())) faults.push(`policy: ${message.text()}`);
    });
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(served.origin) && !url.startsWith('blob:')) strangers.push(url);
    });
    await page.setViewportSize({ width: 1200, height: 800 });
    await page.goto(served.link());
    await expect(page.getByRole('heading', { name: 'Viewer' })).toBeAttached();
    await use(page);
    expect(faults).toEqual([]);
    expect(strangers).toEqual([]);
    expect(canary.calls).toEqual([]);
  },
});

function show(page: Page, file: string, earlier: readonly string[] = []): Promise<void> {
  return page.evaluate(([name, others]) => window.viewerPage?.show(name, others), [file, earlier] as const);
}

/** Waits until a page of a document has been drawn, sharp. */
async function seen(page: Page, text: string): Promise<void> {
  await expect.poll(() => page.evaluate(() => window.viewerPage?.seen ?? [])).toContain(text);
}

/** How much of the page in view is dark, 0 to 1: a page that failed to draw is white. */
function darkness(page: Page, pane = 0): Promise<number> {
  return page.evaluate((index) => {
    const canvas = document.querySelectorAll<HTMLCanvasElement>('[data-testid="page-sheet"] canvas')[index];
    const data = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    let dark = 0;
    for (let at = 0; at < data.length; at += 4)
      if ((data[at] ?? 255) + (data[at + 1] ?? 255) < 300) dark += 1;
    return dark / Math.max(1, data.length / 4);
  }, pane);
}

const sheet = '[data-testid="page-sheet"]';

async function expectAccessible(page: Page): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', colorScheme);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(
      violations.flatMap(({ id, nodes }) =>
        nodes.map((node) => `${colorScheme} ${id} ${node.target.join(' ')}`),
      ),
    ).toEqual([]);
  }
}

const codings = [
  ['slip.pdf', 3],
  ['jbig2.pdf', 1],
  ['jpx.pdf', 2],
  ['slip.png', 1],
  ['slip.webp', 1],
] as const;

const refused = [
  ['phone.heic', 'A photo in Apple’s HEIC format'],
  ['cut.pdf', 'The file is damaged'],
  ['cut.png', 'The file is damaged'],
  ['empty.pdf', 'The file is empty'],
  ['program.pdf', 'Not a document that the console knows'],
  ['drawing.png', 'Not a document, whatever its name says'],
  ['locked.pdf', 'The PDF is locked with a password'],
  ['huge.png', 'The picture is too large to decode safely'],
  ['bomb.pdf', 'The file unpacks to far more than a document holds'],
] as const;

test.describe('a document', () => {
  test('is shown in every coding that scanners and phones write', async ({ viewer }) => {
    for (const [file, pages] of codings) {
      await show(viewer, file);
      await seen(viewer, `${file} 1/${pages}`);
      expect(await darkness(viewer), file).toBeGreaterThan(0.01);
      await expect(viewer.getByRole('alert')).toHaveCount(0);
      await expect(viewer.locator('ul[role="status"]')).toHaveCount(0);
    }
  });

  test('that cannot be shown says why and how to go on, and the next one is shown', async ({ viewer }) => {
    for (const [file, title] of refused) {
      await show(viewer, file);
      const place = viewer.getByRole('region', { name: `Document ${file}` });
      await expect(place.getByRole('alert').getByRole('heading')).toHaveText(title, { timeout: 20_000 });
      const open = place.getByRole('button', { name: 'Open externally' });
      await expect(open).toHaveCount(file === 'empty.pdf' ? 0 : 1);
      if (file === 'phone.heic') await open.click();
    }
    expect(await viewer.evaluate(() => window.viewerPage?.asked)).toEqual(['phone.heic']);
    await expectAccessible(viewer);
    await show(viewer, 'slip.pdf');
    await seen(viewer, 'slip.pdf 1/3');
  });

  test('full of scripts, links and launches is drawn, and nothing of it runs', async ({ viewer }) => {
    await show(viewer, 'scripted.pdf');
    await seen(viewer, 'scripted.pdf 1/1');
    expect(await darkness(viewer)).toBeGreaterThan(0.05);
    // The whole page is a link inside the file; here it is paper.
    await viewer.locator(sheet).click();
    await expect(viewer.locator('a, iframe, embed, object')).toHaveCount(0);
    expect(viewer.url()).toMatch(/\/$/);
  });

  test('of enormous paper or pixels is shown with fewer, and a picture says so', async ({ viewer }) => {
    await show(viewer, 'wall.pdf');
    await seen(viewer, 'wall.pdf 1/1');
    for (let turn = 0; turn < 12; turn += 1) await viewer.keyboard.press('+');
    await expect.poll(() => largestCanvas(viewer)).toBeGreaterThan(10_000_000);
    expect(await largestCanvas(viewer)).toBeLessThanOrEqual(16_000_000);

    await show(viewer, 'large.png');
    await seen(viewer, 'large.png 1/1');
    await expect(viewer.locator('ul[role="status"]')).toHaveText(/very large/);
    expect(await largestCanvas(viewer)).toBeLessThanOrEqual(16_000_000);
  });
});

function largestCanvas(page: Page): Promise<number> {
  return page.evaluate(() =>
    Math.max(...[...document.querySelectorAll('canvas')].map((one) => one.width * one.height)),
  );
}

test.describe('by keyboard', () => {
  test('a document is zoomed, fitted, turned, inverted and paged, and each is said', async ({ viewer }) => {
    await show(viewer, 'slip.pdf');
    await seen(viewer, 'slip.pdf 1/3');
    const said = viewer.getByTestId('announcer');
    const toolbar = viewer.getByRole('toolbar', { name: 'Document' });

    await viewer.keyboard.press('0');
    await expect(toolbar).toContainText('100 %');
    await viewer.keyboard.press('+');
    await expect(said).toContainText('Zoom 110 percent');
    await viewer.keyboard.press('-');
    await viewer.keyboard.press('-');
    await expect(toolbar).toContainText('90 %');
    // A4 at 90 % is 714 CSS pixels wide, and drawn with as many.
    await expect.poll(() => largestCanvas(viewer)).toBe(714 * 1010);

    const box = await viewer.locator(sheet).boundingBox();
    await viewer.keyboard.press('r');
    await expect(said).toContainText('Turned by 90 degrees');
    const turned = await viewer.locator(sheet).boundingBox();
    expect([turned?.width, turned?.height]).toEqual([box?.height, box?.width]);
    await viewer.keyboard.press('i');
    await expect(viewer.locator(sheet)).toHaveAttribute('data-inverted', 'true');
    await viewer.keyboard.press('f');
    await expect(said).toContainText('Fits as a whole');

    await viewer.keyboard.press(']');
    await expect(said).toContainText('Page 2 of 3');
    await seen(viewer, 'slip.pdf 2/3');
    await viewer.keyboard.press('[');
    await expect(toolbar).toContainText('Page 1 of 3');
    await expect(viewer.getByTestId('page-text')).toContainText('CARIBBEAN EXAMINATIONS COUNCIL');
    await expect(viewer.getByRole('group', { name: 'Page 1 of 3, slip.pdf' })).toBeVisible();
  });

  test('the page is moved with the arrows, and no further than its edge', async ({ viewer }) => {
    await show(viewer, 'slip.png');
    await seen(viewer, 'slip.png 1/1');
    await viewer.keyboard.press('0');
    const pane = viewer.getByTestId('page-pane');
    await pane.focus();
    const top = async () => Math.round((await viewer.locator(sheet).boundingBox())?.y ?? 0);
    const before = await top();
    await viewer.keyboard.press('ArrowDown');
    await expect.poll(top).toBe(before - 80);
    for (let turn = 0; turn < 60; turn += 1) await viewer.keyboard.press('ArrowUp');
    const paneTop = Math.round((await pane.boundingBox())?.y ?? 0);
    await expect.poll(top).toBe(paneTop + 16);
  });

  test('every key is on the shortcut sheet, and gone with the document', async ({ viewer }) => {
    await show(viewer, 'slip.pdf');
    await seen(viewer, 'slip.pdf 1/3');
    await viewer.evaluate(() => window.viewerPage?.openSheet());
    const sheetOf = viewer.getByRole('dialog', { name: 'Keyboard shortcuts' });
    for (const title of [
      'Zoom in',
      'Zoom out',
      'Actual size',
      'Fit width',
      'Rotate a quarter turn',
      'Invert colours',
      'Previous page',
      'Next page',
    ])
      await expect(sheetOf.getByText(title, { exact: true })).toBeVisible();
    await expectAccessible(viewer);
  });
});

test.describe('by mouse', () => {
  test('dragging pans, the wheel pans, and with Ctrl it zooms around the pointer', async ({ viewer }) => {
    await show(viewer, 'slip.png');
    await seen(viewer, 'slip.png 1/1');
    await viewer.getByRole('button', { name: 'Zoom in' }).click();
    await viewer.keyboard.press('0');
    const place = async () => {
      const box = await viewer.locator(sheet).boundingBox();
      return { x: Math.round(box?.x ?? 0), y: Math.round(box?.y ?? 0) };
    };
    const before = await place();
    await viewer.mouse.move(600, 400);
    await viewer.mouse.down();
    await viewer.mouse.move(600, 300);
    await viewer.mouse.up();
    await expect.poll(place).toEqual({ x: before.x, y: before.y - 100 });
    await viewer.mouse.wheel(0, 50);
    await expect.poll(place).toEqual({ x: before.x, y: before.y - 150 });

    const under = async () => {
      const box = await viewer.locator(sheet).boundingBox();
      return box === null ? 0 : Math.round(((500 - box.y) / box.height) * 100);
    };
    await viewer.mouse.move(600, 500);
    const point = await under();
    await viewer.keyboard.down('Control');
    await viewer.mouse.wheel(0, -400);
    await viewer.keyboard.up('Control');
    await expect(viewer.getByRole('toolbar')).toContainText('200 %');
    expect(await under()).toBe(point);
  });
});

test('an earlier attempt lies beside it at the same zoom, place and turn', async ({ viewer }) => {
  await show(viewer, 'slip.pdf', ['slip.png', 'jbig2.pdf', 'phone.heic']);
  await seen(viewer, 'slip.pdf 1/3');
  await viewer.keyboard.press('c');
  await expect(viewer.locator(`${sheet} canvas`)).toHaveCount(2);
  await viewer.keyboard.press('0');
  await viewer.keyboard.press('r');
  await viewer.getByTestId('page-pane').first().focus();
  await viewer.keyboard.press('ArrowDown');
  const styles = () =>
    viewer.locator(sheet).evaluateAll((all) => all.map((one) => getComputedStyle(one).transform));
  const [first, second] = await styles();
  expect(first).toBe(second);
  expect(first).not.toBe('none');
  await expectAccessible(viewer);

  await viewer.getByRole('combobox', { name: 'Earlier attempt' }).click();
  await viewer.getByRole('option', { name: 'Attempt phone.heic' }).click();
  await expect(viewer.getByRole('alert')).toContainText('HEIC');
  await viewer.getByRole('button', { name: 'Stop comparing' }).click();
  await expect(viewer.locator(sheet)).toHaveCount(1);
});

test('three hundred pages are leafed through with a handful of them in memory', async ({ viewer }) => {
  await show(viewer, 'long.pdf');
  await seen(viewer, 'long.pdf 1/300');
  const strip = viewer.getByRole('navigation', { name: 'Pages' });
  await expect(strip.getByRole('button', { name: '1, page' })).toBeVisible();
  for (let page = 2; page <= 12; page += 1) {
    await viewer.keyboard.press(']');
    await seen(viewer, `long.pdf ${page}/300`);
  }
  await strip.locator('[aria-current]').focus();
  await viewer.keyboard.press('End');
  await seen(viewer, 'long.pdf 300/300');
  await expect(viewer.getByTestId('page-text')).toHaveText('Page number 300');
  expect(await strip.getByRole('button').count()).toBeLessThan(20);
  expect(await viewer.locator('canvas').count()).toBeLessThan(20);
  await expectAccessible(viewer);
});

test('what was prepared is on the screen at once', async ({ viewer }) => {
  await show(viewer, 'slip.pdf');
  await seen(viewer, 'slip.pdf 1/3');
  for (const file of ['jbig2.pdf', 'slip.png'])
    await viewer.evaluate((name) => window.viewerPage?.prepare(name), file);
  for (const file of ['jbig2.pdf', 'slip.png']) {
    const millis = await viewer.evaluate((name) => window.viewerPage?.showPrepared(name), file);
    // Printed, not asserted: a busy machine may take its time.
    test
      .info()
      .annotations.push({ type: 'figure', description: `${file} prepared: ${Math.round(millis ?? 0)} ms` });
  }
});

test('the same paper has almost the same hash in every coding, and another paper has not', async ({
  viewer,
}) => {
  const hashes: Record<string, string | null | undefined> = {};
  for (const file of ['slip.pdf', 'slip.png', 'slip.webp', 'jbig2.pdf', 'scripted.pdf', 'phone.heic'])
    hashes[file] = await viewer.evaluate((name) => window.viewerPage?.fingerprint(name), file);
  const { hashDistance } = await import('#shared/domain/documents/perceptual-hash');
  const distance = (file: string) => hashDistance(hashes['slip.pdf'] ?? '', hashes[file] ?? '');
  expect(distance('slip.png')).toBeLessThanOrEqual(6);
  expect(distance('slip.webp')).toBeLessThanOrEqual(6);
  expect(distance('jbig2.pdf')).toBeLessThanOrEqual(8);
  expect(distance('scripted.pdf')).toBeGreaterThan(16);
  expect(hashes['phone.heic']).toBeNull();
});
