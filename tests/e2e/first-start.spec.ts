import { signInAsTutor } from './pages/sign-in.ts';
import { schedulePage } from './pages/schedule.ts';
import { expect, test } from './support/test.ts';

test('a first start leads to the week in one click on a demo account', async ({ open }) => {
  const { page, expectClean } = await open();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await expect(page.getByRole('button', { name: /@demo\.itutor\.tt/ })).toHaveCount(8);
  await expectClean();

  await signInAsTutor(page);
  const schedule = schedulePage(page);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('16–22 Nov 2026');
  await expect(schedule.block('15:30', 'Ethan Lee Lung')).toBeVisible();
  await expect(schedule.day('Friday 20 November 2026')).toContainText('Department meeting');
  await expect(schedule.requests.getByRole('button')).toHaveCount(6);
  await expect(schedule.pill).toContainText(/Synced \d\d:\d\d/);
});

test('a student is told that the console is for tutors and staff', async ({ open }) => {
  const { page } = await open();
  await page.getByRole('button', { name: 'student@demo.itutor.tt' }).click();
  await expect(page.getByText(/for tutors and staff/i)).toBeVisible();
});

test('a wrong password says so and loses nothing that was typed but the password', async ({ open }) => {
  const { page } = await open();
  await page.getByLabel('E-mail').fill('tutor@demo.itutor.tt');
  await page.getByLabel('Password', { exact: true }).fill('not the password');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByRole('alert')).toContainText(/password/i);
  await expect(page.getByLabel('E-mail')).toHaveValue('tutor@demo.itutor.tt');
});
