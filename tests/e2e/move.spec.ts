import { schedulePage } from './pages/schedule.ts';
import { signInAsTutor } from './pages/sign-in.ts';
import { storedBooking } from './support/bookings.ts';
import { expect, test } from './support/test.ts';

const saturday = 'Saturday 21 November 2026';
const friday = 'Friday 20 November 2026';
const sent = { timeout: 15_000 };

test('a lesson is moved with the mouse', async ({ open, backend }) => {
  const { page } = await open();
  await signInAsTutor(page);
  const schedule = schedulePage(page);

  await schedule.drag(schedule.block('08:00', 'Rishi Boodram'), { day: saturday, hour: 14 });

  await expect(schedule.day(saturday).getByRole('button', { name: /^14:00 .*Rishi Boodram/ })).toBeVisible();
  await expect
    .poll(() => storedBooking(backend, 'Rishi Boodram', '2026-11-21 08:00'), sent)
    .toEqual({ status: 'CONFIRMED', start: '2026-11-21 14:00' });
});

test('a lesson is moved with the keyboard alone', async ({ open, backend }) => {
  const { page } = await open();
  await signInAsTutor(page);
  const schedule = schedulePage(page);

  await schedule.block('15:30', 'Ethan Lee Lung').focus();
  await page.keyboard.press('Space');
  await expect(page.getByTestId('announcer')).toContainText(/Picked up .*Ethan Lee Lung/);
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByTestId('announcer')).toContainText('17:00–18:30');
  await page.keyboard.press('Enter');

  await expect(schedule.day(friday).getByRole('button', { name: /^17:00 .*Ethan Lee Lung/ })).toBeVisible();
  await expect
    .poll(() => storedBooking(backend, 'Ethan Lee Lung', '2026-11-20 15:30'), sent)
    .toEqual({ status: 'CONFIRMED', start: '2026-11-20 17:00' });
});

test('a lesson is moved with the form, into another week', async ({ open, backend }) => {
  const { page } = await open();
  await signInAsTutor(page);
  const schedule = schedulePage(page);

  await schedule.select('12:30', 'Zara Khan');
  await schedule.moveByForm({ day: 'Thu 26 Nov', start: '10:00' });

  await expect(schedule.block('12:30', 'Zara Khan')).toBeHidden();
  await expect
    .poll(() => storedBooking(backend, 'Zara Khan', '2026-11-21 12:30'), sent)
    .toEqual({ status: 'CONFIRMED', start: '2026-11-26 10:00' });
});

test('a lesson cannot be dropped on another, and says why', async ({ open, backend }) => {
  const { page } = await open();
  await signInAsTutor(page);
  const schedule = schedulePage(page);

  await schedule.drag(schedule.block('08:00', 'Rishi Boodram'), { day: saturday, hour: 11 });

  await expect(page.getByTestId('announcer')).toContainText(/Not moved\. .*Amelia Granger/);
  await expect(schedule.block('08:00', 'Rishi Boodram')).toBeVisible();
  expect(await storedBooking(backend, 'Rishi Boodram', '2026-11-21 08:00')).toEqual({
    status: 'CONFIRMED',
    start: '2026-11-21 08:00',
  });
});
