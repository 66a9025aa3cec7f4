import { schedulePage } from './pages/schedule.ts';
import { signInAsTutor } from './pages/sign-in.ts';
import { storedBooking } from './support/bookings.ts';
import { expect, test } from './support/test.ts';

test('a day of work without the backend reaches it when it is back', async ({ open, backend }) => {
  // Four edits, two looks with axe and a restart of PostgreSQL in between.
  test.slow();
  const { page, expectClean } = await open();
  await signInAsTutor(page);
  const schedule = schedulePage(page);
  await expect(schedule.pill).toContainText(/Synced/);

  await backend.stop();
  await schedule.syncNow();
  await expect(schedule.pill).toContainText('Offline');

  await schedule.requests.getByRole('button', { name: /Makeda Toussaint/ }).click();
  await schedule.button('Accept').click();
  await schedule.drag(schedule.block('08:00', 'Rishi Boodram'), {
    day: 'Saturday 21 November 2026',
    hour: 14,
  });
  await schedule.block('15:30', 'Ethan Lee Lung').focus();
  for (const key of ['Space', 'Shift+ArrowDown', 'ArrowDown', 'ArrowDown', 'Enter'])
    await page.keyboard.press(key);
  await schedule.select('12:30', 'Zara Khan');
  await schedule.moveByForm({ day: 'Thu 26 Nov', start: '10:00' });

  await expect(schedule.pill).toContainText('Offline · 4 edits waiting');
  await expect(schedule.block('17:00', 'Ethan Lee Lung')).toHaveAccessibleName(/waiting to be sent/);
  await expectClean();
  await page.getByRole('link', { name: 'Outbox' }).click();
  await expect(page.getByRole('region', { name: 'On the way' }).getByRole('listitem')).toHaveCount(4);
  await expectClean();

  await backend.start();
  await schedule.syncNow();
  await expect(page.getByText('Everything you did is on the server')).toBeVisible({ timeout: 30_000 });
  await expect(schedule.pill).toContainText(/Synced/);
  const confirmed = (start: string) => ({ status: 'CONFIRMED', start });
  expect(await storedBooking(backend, 'Makeda Toussaint', '2026-11-19 16:30')).toEqual(
    confirmed('2026-11-19 16:30'),
  );
  expect(await storedBooking(backend, 'Rishi Boodram', '2026-11-21 08:00')).toEqual(
    confirmed('2026-11-21 14:00'),
  );
  expect(await storedBooking(backend, 'Ethan Lee Lung', '2026-11-20 15:30')).toEqual(
    confirmed('2026-11-20 17:00'),
  );
  expect(await storedBooking(backend, 'Zara Khan', '2026-11-21 12:30')).toEqual(
    confirmed('2026-11-26 10:00'),
  );
});

test('a console started again without the backend shows the week it had', async ({ open, backend }) => {
  const first = await open();
  await signInAsTutor(first.page);
  await expect(schedulePage(first.page).pill).toContainText(/Synced/);
  await backend.stop();

  await first.restart();
  const schedule = schedulePage(first.page);
  await expect(schedule.block('15:30', 'Ethan Lee Lung')).toBeVisible();
  await expect(schedule.pill).toContainText('Offline');
});
