import { chromium, type Page } from 'playwright';
import { candidatesQuery } from '#core/verification/candidates';
import { caseQuery } from '#core/verification/case';
import { countsQuery, queueQuery } from '#core/verification/queue';
import { build } from '#scripts/lib/build';
import { findInstalledBrowser } from '#scripts/lib/chromium';
import { seed } from '#seed/seed';
import { openConsole } from '../e2e/support/console-window.ts';
import { benchAnchor, startEmpty, type BenchBackend } from './support/backend.ts';
import { pullEverything, type PulledCache } from './support/console-cache.ts';
import { figureOver, percentile, rounded, timed, type Bench, type Figure } from './support/figure.ts';

const reviewer = 'reviewer@demo.itutor.tt';

/**
 * The review desk over 10,000 cases: the queries as a screen gets them, from the reader worker (floor: the bare lookup of a
 * page of the queue), then in Chromium the frames while the queue is scrolled, and the time from J to the next case.
 */
export const bench: Bench = async function* ({ isSmall = false, note }) {
  const cases = isSmall ? 500 : 10_000;
  const backend = await startEmpty();
  try {
    note(`Seeding ${cases} cases ...`);
    const { databaseUrl, demoPassword } = backend;
    await seed({ databaseUrl, demoPassword, scale: 0.05, cases, anchor: benchAnchor });
    const pulled = await pullEverything(backend, reviewer);
    try {
      yield { name: 'review.pull', value: rounded(pulled.milliseconds), unit: 'ms' };
      yield* queries(pulled, isSmall ? 50 : 300);
    } finally {
      await pulled.remove();
    }
    yield* inChromium(backend, note);
  } finally {
    await backend.stop();
  }
};

async function* queries({ cache, userId }: PulledCache, samples: number): AsyncIterable<Figure> {
  const now = Date.now() * 1000;
  const filter = { status: 'open', search: '' } as const;
  const ids = cache.db
    .prepare<[], string>('SELECT id FROM verification_cases ORDER BY submitted_at, id')
    .pluck()
    .all();
  const page = { filter, limit: 100, userId, now };
  const { total } = await cache.read(queueQuery, { ...page, offset: 0 });
  yield { name: 'review.cases', value: ids.length, unit: 'rows' };
  yield { name: 'review.open', value: total, unit: 'rows' };
  const bare = cache.db.prepare('SELECT * FROM verification_cases ORDER BY submitted_at LIMIT 100 OFFSET ?');
  const place = (index: number) => Math.floor((index * 7919) % Math.max(1, total - 100));
  const id = (index: number) => ids[(index * 7919) % ids.length] ?? '';
  const runs: Readonly<Record<string, (index: number) => unknown>> = {
    floor: (index) => bare.all(place(index)),
    page: (index) => cache.read(queueQuery, { ...page, offset: place(index) }),
    search: (index) =>
      cache.read(queueQuery, {
        ...page,
        offset: 0,
        filter: { ...filter, search: ['ram', 'singh', 'slip', '1600'][index % 4] ?? '' },
      }),
    counts: () => cache.read(countsQuery, { userId, now }),
    case: (index) => cache.read(caseQuery, { caseId: id(index), userId }),
    candidates: (index) =>
      cache.read(candidatesQuery, {
        caseIds: Array.from({ length: 25 }, (_, offset) => id(index + offset)),
        userId,
      }),
  };
  const times: Record<string, number[]> = {};
  for (let index = 0; index < samples; index += 1) {
    for (const [name, run] of Object.entries(runs)) {
      const { milliseconds } = await timed(() => run(index));
      // The first ones fill SQLite's cache.
      if (index >= samples / 10) (times[name] ??= []).push(milliseconds);
    }
  }
  for (const [name, part] of [
    ['p50', 0.5],
    ['p95', 0.95],
  ] as const) {
    const floor = percentile(times['floor'] ?? [], part);
    for (const query of ['page', 'search', 'counts', 'case', 'candidates']) {
      yield figureOver(`review.${query}.${name}`, 'ms', percentile(times[query] ?? [], part), floor);
    }
  }
}

async function* inChromium(backend: BenchBackend, note: (line: string) => void): AsyncIterable<Figure> {
  await build(note);
  const found = findInstalledBrowser();
  const browser = await chromium.launch({
    ...(found === null ? {} : { executablePath: found.path }),
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  try {
    const opened = await openConsole(browser, { url: backend.url, key: backend.publishableKey });
    try {
      const { page } = opened;
      page.setDefaultTimeout(180_000);
      await page.getByRole('button', { name: reviewer }).click();
      await page.getByRole('link', { name: /Verification/ }).click();
      const list = page.getByRole('listbox', { name: 'Cases' });
      await list.getByRole('option').first().waitFor();
      await page
        .getByText(/^Synced/)
        .first()
        .waitFor();
      const frames = await scrolled(page);
      yield* spread('review.scroll.frame', frames);
      yield {
        name: 'review.scroll.over33',
        value: frames.filter((frame) => frame > 33.4).length,
        unit: 'frames',
      };
      yield { name: 'review.scroll.frames', value: frames.length, unit: 'frames' };
      yield* spread('review.next', await steps(page, 60));
    } finally {
      await opened.close();
    }
  } finally {
    await browser.close();
  }
}

function* spread(name: string, values: readonly number[]): Iterable<Figure> {
  yield { name: `${name}.p50`, value: rounded(percentile(values, 0.5)), unit: 'ms' };
  yield { name: `${name}.p95`, value: rounded(percentile(values, 0.95)), unit: 'ms' };
}

/** Frame times while the wheel turns for ten seconds over the list. */
async function scrolled(page: Page): Promise<readonly number[]> {
  await page.getByRole('listbox', { name: 'Cases' }).hover();
  await page.evaluate(() => {
    const frames: number[] = [];
    Reflect.set(globalThis, 'benchFrames', frames);
    let last = performance.now();
    const tick = (now: number) => {
      frames.push(now - last);
      last = now;
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
  const end = Date.now() + 10_000;
  while (Date.now() < end) await page.mouse.wheel(0, 400);
  return await page.evaluate(() => {
    const frames: number[] = Reflect.get(globalThis, 'benchFrames');
    return frames.slice(10);
  });
}

/** From J until the desk shows the next case, painted. */
async function steps(page: Page, amount: number): Promise<readonly number[]> {
  await page.getByRole('listbox', { name: 'Cases' }).press('Home');
  await page.getByRole('listbox', { name: 'Cases' }).press('Enter');
  await page.locator('[role="option"][aria-current="true"]').waitFor();
  await page.evaluate(() => {
    const times: number[] = [];
    Reflect.set(globalThis, 'benchSteps', times);
    const shown = () =>
      `${document.querySelector('[aria-current="true"][data-case]')?.getAttribute('data-case')} ${document.querySelector('main h2')?.textContent}`;
    addEventListener(
      'keydown',
      (event) => {
        if (event.key !== 'j') return;
        const [before, began] = [shown(), performance.now()];
        const look = () => {
          const after = shown();
          if (after === before || after.startsWith('undefined')) requestAnimationFrame(look);
          else requestAnimationFrame(() => times.push(performance.now() - began));
        };
        requestAnimationFrame(look);
      },
      { capture: true },
    );
  });
  for (let step = 1; step <= amount; step += 1) {
    await page.keyboard.press('j');
    await page.waitForFunction((count) => Reflect.get(globalThis, 'benchSteps').length >= count, step);
  }
  return await page.evaluate(() => {
    const times: number[] = Reflect.get(globalThis, 'benchSteps');
    return times;
  });
}
