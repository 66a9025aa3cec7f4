import { schedulePage } from './pages/schedule.ts';
import { signInAsTutor } from './pages/sign-in.ts';
import { expect, test } from './support/test.ts';

test.setTimeout(120_000);

test('the health page tells how the local data stands, also offline, and rebuilds it without losing an edit', async ({
  open,
  backend,
}) => {
  const { page, expectClean } = await open();
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await signInAsTutor(page);
  const schedule = schedulePage(page);
  // A transaction that writes and stays open.
  const lasting = backend.query('select pg_current_xact_id()::text, pg_sleep(8)::text');
  await schedule.pill.click();
  await page.getByRole('button', { name: 'Data health' }).click();
  const health = page.getByRole('region', { name: 'Data health' });
  const fact = (label: string) => health.locator('dl > div', { has: page.locator('dt', { hasText: label }) });
  await expect(health.getByRole('row', { name: /^Bookings [1-9]/ })).toBeVisible();
  await expect(fact('Cursor')).toContainText(/\d+ s old/);
  await expect(fact('This window')).toContainText('reads and writes');
  await expect(fact('Doorbell')).toContainText('Private channel');
  await expect(fact('Oldest open write')).toContainText(/\d+ s, in this database/);
  await lasting;

  await health.getByRole('button', { name: 'Check local data' }).click();
  await expect(health.getByText('All rows are equal.')).toBeVisible();
  await page.getByRole('button', { name: 'Copy diagnostics' }).click();
  await expect(page.getByText('Diagnostics copied')).toBeVisible();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toMatch(/Server at .* transactions since the cursor/);
  expect(copied).not.toMatch(/@/);
  await page.getByRole('button', { name: 'Copy the numbers as JSON' }).click();
  const json: unknown = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
  expect(json).toMatchObject({ sync: { isReadOnly: false }, report: { doorbell: 'broadcast' } });
  await expectClean();

  await backend.stop();
  await page.keyboard.press('Control+r');
  await expect(health.getByText(/Offline\. What the server said/)).toBeVisible({ timeout: 20_000 });
  await expect(
    health.getByRole('row', { name: /Fetching changes The server could not be reached/ }),
  ).not.toHaveCount(0);
  await page.getByRole('link', { name: /Schedule/ }).click();
  await schedule.requests.getByRole('button', { name: /Makeda Toussaint/ }).click();
  await schedule.button('Accept').click();
  await page.keyboard.press('Control+k');
  await page.getByLabel('Type a command or a name').fill('data health');
  await expect(page.getByRole('dialog').getByRole('button', { name: 'Go to data health' })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(fact('Waiting')).toContainText(/1 edit, the oldest for \d+ s/);
  await page.getByRole('button', { name: 'Rebuild…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Rebuild the local data?' });
  await expect(dialog).toContainText('1 edit in the outbox');
  await dialog.getByRole('button', { name: 'Rebuild' }).click();
  await expect(dialog.getByRole('alert')).toContainText('cannot be reached');
  await expectClean();

  await backend.start();
  await dialog.getByRole('button', { name: 'Rebuild' }).click();
  await expect(dialog).toHaveCount(0, { timeout: 20_000 });
  await expect(health.getByRole('row', { name: /^Bookings [1-9].*\+/ })).toBeVisible();
  await expect(fact('Waiting')).toContainText('none', { timeout: 20_000 });
  expect(
    await backend.query(
      `select b.status from public.bookings b join public.profiles s on s.id = b.student_id
       where s.full_name = 'Makeda Toussaint' and b.status = 'CONFIRMED'`,
    ),
  ).not.toEqual([]);
});
