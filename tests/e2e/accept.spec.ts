import { schedulePage } from './pages/schedule.ts';
import { signInAsTutor } from './pages/sign-in.ts';
import { storedBooking } from './support/bookings.ts';
import { expect, test } from './support/test.ts';

const requested = '2026-11-19 16:30';

test('accepting a request shows the lesson at once and reaches the server', async ({ open, backend }) => {
  const { page } = await open();
  await signInAsTutor(page);
  const schedule = schedulePage(page);

  await schedule.requests.getByRole('button', { name: /Makeda Toussaint/ }).click();
  await schedule.button('Accept').click();

  await expect(schedule.block('16:30', 'Makeda Toussaint')).toHaveAccessibleName(
    /Confirmed.*waiting to be sent/,
  );
  await expect(schedule.requests.getByRole('button')).toHaveCount(5);
  await expect
    .poll(() => storedBooking(backend, 'Makeda Toussaint', requested), { timeout: 15_000 })
    .toEqual({
      status: 'CONFIRMED',
      start: requested,
    });
  await expect(schedule.block('16:30', 'Makeda Toussaint')).not.toHaveAccessibleName(/waiting/);
});

test('an acceptance can be undone while it waits, and then never reaches the server', async ({
  open,
  backend,
}) => {
  const { page } = await open();
  await signInAsTutor(page);
  const schedule = schedulePage(page);

  await schedule.requests.getByRole('button', { name: /Makeda Toussaint/ }).click();
  await page.keyboard.press('a');
  await expect(schedule.requests.getByRole('button')).toHaveCount(5);
  await page.keyboard.press('z');

  await expect(schedule.requests.getByRole('button')).toHaveCount(6);
  await page.getByRole('link', { name: 'Outbox' }).click();
  await expect(page.getByText('Everything you did is on the server')).toBeVisible();
  expect((await storedBooking(backend, 'Makeda Toussaint', requested)).status).toBe('PENDING');
});
