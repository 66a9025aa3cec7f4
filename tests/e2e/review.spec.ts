import { reviewPage, signInAsReviewer } from './pages/review.ts';
import { schedulePage } from './pages/schedule.ts';
import { decisionsOn, handIn } from './support/papers.ts';
import { expect, test } from './support/test.ts';

const anisa = { tutor: 'tutor@demo.itutor.tt', hoursOld: 900 };
const kwame = { tutor: 'tutor2@demo.itutor.tt', hoursOld: 800 };

test('a reviewer claims, looks at every page, checks, approves, takes it back and rejects, with the keyboard', async ({
  open,
  backend,
}) => {
  test.slow();
  const first = await handIn(backend, { ...anisa, pages: ['FIRST PAGE', 'SECOND PAGE'] });
  await handIn(backend, { ...kwame, pages: ['ANOTHER SLIP'] });
  const { page, expectClean } = await open();
  await signInAsReviewer(page);
  const desk = reviewPage(page);

  await desk.press('n');
  await expect(desk.head('Anisa Ramkissoon')).toBeVisible();
  await expect(desk.decision).toContainText('Claimed by you');
  await expect(desk.pane).toHaveAccessibleName(/^Page 1 of 2/);
  await expect(desk.why).toHaveText('Answer every item of the checklist first.');
  // Too early: it says why and does nothing.
  await desk.press('a');
  expect(await decisionsOn(backend, first)).toEqual([]);

  await desk.passAll();
  await expect(desk.why).toHaveText('Enter at least one subject with its grade.');
  await desk.enterGrade('CSEC Mathematics', 'ii', '2019');
  await expect(desk.why).toContainText('1 page not looked at');
  await desk.press(']');
  await expect(desk.pane).toHaveAccessibleName(/^Page 2 of 2/);
  await expect(desk.why).toHaveText(/A decides\. It can be undone for 60 seconds\.$/);
  await expectClean();

  await desk.press('a');
  await expect(desk.head('Kwame Baptiste')).toBeVisible();
  await expect(desk.pane).toHaveAccessibleName(/^Page 1 of 1/);
  await expect(page.getByRole('button', { name: /^Undo/ })).toBeVisible();
  expect(await decisionsOn(backend, first)).toEqual(['APPROVE']);

  await desk.press('z');
  await expect(desk.head('Anisa Ramkissoon')).toBeVisible();
  await expect(desk.decision).toContainText('Claimed by you');
  expect(await decisionsOn(backend, first)).toEqual(['APPROVE reversed']);
  // Nothing that was entered is lost.
  await expect(desk.why).toContainText('A decides');

  await desk.press('x');
  await expect(desk.why).toHaveText('Give a reason.');
  await desk.press('1');
  await expect(desk.decision.getByRole('blockquote')).toContainText('is not the name of your account');
  await expectClean();
  await desk.press('x');
  await expect(desk.head('Kwame Baptiste')).toBeVisible();
  await expect.poll(() => decisionsOn(backend, first)).toEqual(['APPROVE reversed', 'REJECT']);
});

test('of two reviewers the second sees who holds a case, can look and cannot decide', async ({
  open,
  backend,
}) => {
  const caseId = await handIn(backend, { ...anisa, pages: ['ONE SLIP'] });
  const [his, hers] = [await open(), await open()];
  await signInAsReviewer(his.page);
  const at = reviewPage(his.page);
  await at.press('n');
  await expect(at.decision).toContainText('Claimed by you');

  await signInAsReviewer(hers.page, 'reviewer2@demo.itutor.tt');
  await hers.page.evaluate((id) => {
    location.hash = `#/verification?case=${id}`;
  }, caseId);
  const with2 = reviewPage(hers.page);
  await expect(with2.head('Anisa Ramkissoon')).toBeVisible();
  await expect(with2.decision).toContainText(/Claimed by Giselle Hosein until/);
  await expect(with2.pane).toHaveAccessibleName(/^Page 1 of 1/);
  await expect(with2.verdict.getByRole('button', { name: /Approve/ })).toBeDisabled();
  await with2.press('a', 'x', '1', 'x');
  expect(await decisionsOn(backend, caseId)).toEqual([]);

  // He lets go: it is free for her.
  await at.press('u');
  await expect(at.decision).toContainText('Not claimed');
  await schedulePage(hers.page).syncNow();
  await expect(with2.decision).toContainText('Claimed by you', { timeout: 20_000 });
});

test('a verdict made offline waits as a draft and is given when it is confirmed', async ({
  open,
  backend,
}) => {
  test.slow();
  const caseId = await handIn(backend, { ...anisa, pages: ['THE SLIP'] });
  const { page, expectClean } = await open();
  await signInAsReviewer(page);
  const desk = reviewPage(page);
  await desk.press('n');
  await expect(desk.pane).toHaveAccessibleName(/^Page 1 of 1/);
  await expect(desk.decision).toContainText('Claimed by you');

  await backend.stop();
  await schedulePage(page).syncNow();
  await expect(schedulePage(page).pill).toContainText('Offline');
  await desk.press('s');
  await desk.press('2');
  await expect(desk.why).toContainText('keeps the verdict as a draft');
  await desk.press('s');
  await expect(schedulePage(page).pill).toContainText('1 draft');
  await page.evaluate((id) => {
    location.hash = `#/verification?case=${id}`;
  }, caseId);
  await expect(desk.decision).toContainText('Not sent yet');
  await expectClean();

  await backend.start();
  await schedulePage(page).syncNow();
  await expect(schedulePage(page).pill).toContainText('Synced', { timeout: 20_000 });
  expect(await decisionsOn(backend, caseId)).toEqual([]);
  await desk.decision.getByRole('button', { name: 'Confirm' }).click();
  await expect.poll(() => decisionsOn(backend, caseId), { timeout: 20_000 }).toEqual(['RESUBMIT']);
  await expect(desk.decision).toContainText('Asked again');
});
