import { schedulePage } from './pages/schedule.ts';
import { signInAsTutor } from './pages/sign-in.ts';
import { expect, test } from './support/test.ts';

test('an edit that the server refuses comes back with its reason and a way on', async ({ open, backend }) => {
  const { page, expectClean } = await open();
  await signInAsTutor(page);
  const schedule = schedulePage(page);
  await schedule.requests.getByRole('button', { name: /Makeda Toussaint/ }).click();
  await schedule.button('Accept').click();
  await expect(schedule.block('16:30', 'Makeda Toussaint')).toHaveAccessibleName(/waiting to be sent/);

  // The student withdraws in the seconds in which the acceptance waits.
  await backend.query(
    `update public.bookings b set status = 'CANCELLED', last_action_by = 'student', cancellation_reason = 'Not well'
     from public.profiles s where s.id = b.student_id and s.full_name = 'Makeda Toussaint' and b.status = 'PENDING'`,
  );

  await expect(schedule.pill).toContainText('1 edit needs attention', { timeout: 20_000 });
  await page.getByRole('link', { name: /Outbox/ }).click();
  const refused = page.getByRole('region', { name: 'Needs your attention' });
  await expect(refused.getByRole('listitem')).toContainText(/Makeda Toussaint/);
  await expectClean();

  await refused.getByRole('button', { name: /Take theirs|Discard/ }).click();
  await expect(page.getByText('Everything you did is on the server')).toBeVisible();
  await page.getByRole('link', { name: /Schedule/ }).click();
  await expect(schedule.block('16:30', 'Makeda Toussaint')).toHaveCount(0);
  await expect(schedule.requests.getByRole('button')).toHaveCount(5);
});
