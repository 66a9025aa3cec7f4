import { schedulePage } from './pages/schedule.ts';
import { signInAsTutor } from './pages/sign-in.ts';
import { expect, test } from './support/test.ts';

test('what one console does appears in the other', async ({ open }) => {
  const desk = await open();
  const home = await open();
  await signInAsTutor(desk.page);
  await signInAsTutor(home.page);
  const atDesk = schedulePage(desk.page);
  const atHome = schedulePage(home.page);
  await expect(atHome.requests.getByRole('button')).toHaveCount(6);

  await atDesk.requests.getByRole('button', { name: /Makeda Toussaint/ }).click();
  await atDesk.button('Accept').click();
  await atDesk.drag(atDesk.block('08:00', 'Rishi Boodram'), { day: 'Saturday 21 November 2026', hour: 14 });

  await expect(atHome.block('16:30', 'Makeda Toussaint')).toHaveAccessibleName(/Confirmed/, {
    timeout: 75_000,
  });
  await expect(atHome.block('14:00', 'Rishi Boodram')).toBeVisible({ timeout: 75_000 });
  await expect(atHome.requests.getByRole('button')).toHaveCount(5);
});
