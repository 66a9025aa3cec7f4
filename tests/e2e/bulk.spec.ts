import { schedulePage } from './pages/schedule.ts';
import { signInAsTutor } from './pages/sign-in.ts';
import { expect, test } from './support/test.ts';

/** Takes a request back on the server, as its student would in the web app. */
const withdraw = `update public.bookings b set status = 'CANCELLED', last_action_by = 'student'
  from public.profiles s where s.id = b.student_id and s.full_name = $1 and b.status = 'PENDING'`;

test('several requests are accepted at once, shown as one group, with what was refused and a way on', async ({
  open,
  backend,
}) => {
  const { page, expectClean } = await open();
  await signInAsTutor(page);
  const schedule = schedulePage(page);
  await page.getByText('List', { exact: true }).click();
  await page.getByRole('button', { name: 'Select all requests' }).click();
  const bar = page.getByRole('group', { name: 'Selected requests' });
  await expect(bar).toContainText(/\d of \d requests selected/);
  await expectClean();

  await bar.getByRole('button', { name: /^Accept/ }).click();
  const dialog = page.getByRole('dialog', { name: /^Accept \d requests\?/ });
  await expect(dialog.getByRole('listitem').first()).toBeVisible();
  await expectClean();
  await dialog.getByRole('button', { name: /^Accept/ }).click();
  const messages = page.getByRole('region', { name: 'Messages' });
  await expect(messages).toContainText(/Accepted \d requests/);

  // All of it can be taken back in the seconds in which it waits.
  await page.keyboard.press('z');
  await expect(messages).toContainText(/Undone: \d edits/);
  await expect(schedule.requests.getByRole('button')).toHaveCount(6);

  await page.getByRole('button', { name: 'Select all requests' }).click();
  await bar.getByRole('button', { name: /^Accept/ }).click();
  await dialog.getByRole('button', { name: /^Accept/ }).click();
  await backend.query(withdraw, ['Makeda Toussaint']);
  await expect(schedule.pill).toContainText('1 edit needs attention', { timeout: 20_000 });
  await page.getByRole('link', { name: /Outbox/ }).click();
  const group = page.getByRole('region', { name: 'Needs your attention' }).getByRole('listitem').first();
  await expect(group).toContainText(/Accept \d requests/);
  await expect(group).toContainText(/on the server, 1 not accepted/);
  await expect(group.getByRole('list')).toContainText('Makeda Toussaint');
  await expectClean();
  await group.getByRole('button', { name: /Take theirs|Discard/ }).click();
  await expect(page.getByText('Everything you did is on the server')).toBeVisible();
});

test('a refused offer is changed and sent again with what it said, and keeps what others changed', async ({
  open,
  backend,
}) => {
  const { page, expectClean } = await open();
  await signInAsTutor(page);
  const schedule = schedulePage(page);
  await schedule.requests.getByRole('button', { name: /Makeda Toussaint/ }).click();
  await schedule.button('Counter').click();
  const form = page.getByRole('form', { name: 'Move without dragging' });
  await form.getByRole('listitem').last().getByRole('button').click();
  await form.getByRole('textbox', { name: /Message/ }).fill('Would this suit you?');
  await form.getByRole('button', { name: 'Send counter-offer' }).click();

  // The student moves the request in the seconds in which the offer waits.
  await backend.query(
    `update public.bookings b set requested_start_at = requested_start_at + interval '30 minutes',
       requested_end_at = requested_end_at + interval '30 minutes'
     from public.profiles s where s.id = b.student_id and s.full_name = 'Makeda Toussaint' and b.status = 'PENDING'`,
  );
  await expect(schedule.pill).toContainText('1 edit needs attention', { timeout: 20_000 });
  await page.getByRole('link', { name: /Outbox/ }).click();
  const refused = page.getByRole('region', { name: 'Needs your attention' });
  const changes = refused.getByRole('region', { name: 'What changed on both sides' });
  await expect(changes.getByRole('row', { name: /^Requested start/ })).toContainText('them');
  await expect(changes.getByRole('row', { name: /^Status/ })).toContainText('counter proposed');
  await expect(refused.getByRole('button', { name: /^Keep both/ })).toBeVisible();
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await refused.getByRole('button', { name: /^Copy/ }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/Message: Would this suit you\?/);
  await expectClean();

  await refused.getByRole('button', { name: /^Edit and resend/ }).click();
  const words = form.getByRole('textbox', { name: /Message/ });
  await expect(words).toHaveValue('Would this suit you?');
  await expectClean();
  await words.fill('Would this suit you instead?');
  await form.getByRole('button', { name: 'Send counter-offer' }).click();
  const offers = `select m.body from public.booking_messages m where m.body like 'Would this suit you%'`;
  await expect
    .poll(async () => (await backend.query<{ body: string }>(offers)).map((row) => row.body), {
      timeout: 20_000,
    })
    .toEqual(['Would this suit you instead?']);
  await page.getByRole('link', { name: /Outbox/ }).click();
  await expect(page.getByText('Everything you did is on the server')).toBeVisible();
});
