import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright/test';
import { checklistOf } from '#shared/domain/verification/checklist';
import { handIn, judgeAgain, lookAt, rejectAndSample } from './support/certificates.ts';
import { expect, test } from './support/test.ts';

const [first, second] = ['reviewer@demo.itutor.tt', 'reviewer2@demo.itutor.tt'];
const [anisa, kwame] = ['tutor@demo.itutor.tt', 'tutor2@demo.itutor.tt'];
const slip = await readFile(new URL('../fixtures/documents/slip.pdf', import.meta.url));

// A walk through three screens, each looked at by axe in both schemes.
test.setTimeout(120_000);

const tab = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Verification' }).getByRole('link', { name });

test('a second reviewer judges blind, is warned of another tutor’s same file, and the agreement is counted', async ({
  open,
  backend,
}) => {
  const paper = await handIn(backend, anisa, slip);
  const copy = await handIn(backend, kwame, slip);
  await lookAt(backend, first, copy);
  await rejectAndSample(backend, first, paper);

  const { page, expectClean } = await open();
  await page.getByRole('button', { name: second }).click();
  await page.getByRole('link', { name: /^Verification/ }).click();
  await tab(page, 'Second reviews').click();
  await expect(page.getByText('1 case waits to be judged again')).toBeVisible();
  await page.keyboard.press('n');

  const side = page.getByRole('complementary', { name: 'Second verdict' });
  await expect(side).toContainText('Anisa Ramkissoon');
  const duplicates = side.getByRole('region', { name: 'Duplicates' });
  await expect(duplicates).toContainText('Kwame Baptiste handed this in too');
  await expect(duplicates).toContainText('Kwame Baptiste: the same file');
  await expect(page.getByText(/Giselle Hosein|Rejected|not yours/)).toHaveCount(0);
  await expect(page.getByTestId('page-text')).not.toBeEmpty();

  const give = side.getByRole('button', { name: 'Give verdict' });
  await expect(give).toBeDisabled();
  for (const { label } of checklistOf('certificate')) {
    const answer = label === 'Name matches' ? 'Fail' : 'Pass';
    await side
      .getByRole('group', { name: label })
      .getByRole('radio', { name: answer })
      .check({ force: true });
  }
  await side.getByRole('radio', { name: 'Approve' }).check();
  await expect(side).toContainText('No approval while this is answered with no: Name matches');
  await expect(give).toBeDisabled();
  await side.getByRole('radio', { name: 'Reject' }).check();
  await expectClean();
  await give.click();

  const both = page.getByRole('complementary', { name: 'Both verdicts' });
  await expect(both).toContainText('The two verdicts agree.');
  await expect(both.getByRole('region', { name: 'First' })).toContainText('Giselle Hosein');
  await expect(both.getByRole('region', { name: 'Second, blind' })).toContainText('You');

  await tab(page, 'Statistics').click();
  const row = page.getByRole('row', { name: /Kerwin Salandy \(you\)/ });
  const [counted] = await backend.query<{ pairs: string }>(
    `select count(*) filter (where s.agrees) as pairs from public.verification_second_reviews s
     join public.profiles p on p.email = $1 and p.id in (s.first_reviewer_id, s.second_reviewer_id)
     where s.status = 'DONE' and s.done_at > private.clock_now() - interval '29 days'`,
    [second],
  );
  await expect(row).toContainText(`${counted?.pairs} agree`);
  // Reviewers see themselves.
  await expect(page.getByRole('row', { name: /Giselle Hosein/ })).toHaveCount(0);
  const plot = page.getByRole('slider', { name: 'Day, Submitted and decided' });
  await expect(plot).toHaveAttribute('aria-valuetext', /^Wed 18 Nov: 1 decided, .* 2 submitted$/);
  await plot.press('ArrowLeft');
  await expect(plot).toHaveAttribute('aria-valuetext', /^Tue 17 Nov: /);
  await page.getByText('Submitted and decided as a table').click();
  const table = page.getByRole('region', { name: 'Submitted and decided, table' });
  await expect(table.getByRole('row')).toHaveCount(31);
  await page.getByRole('radiogroup', { name: 'Days' }).getByText('7 days').click();
  await expect(table.getByRole('row')).toHaveCount(8);
  await expectClean();

  await backend.stop();
  await page.getByRole('button', { name: 'Refresh' }).click();
  await expect(page.getByText(/No newer figures to be had; these are of Wed 18 Nov/)).toBeVisible();
  await page.getByRole('radiogroup', { name: 'Days' }).getByText('90 days').click();
  await expect(page.getByRole('heading', { name: 'Statistics need the server' })).toBeVisible();
});

test('where the two differ an admin sees both verdicts and puts the case back into the queue', async ({
  open,
  backend,
}) => {
  const paper = await handIn(backend, anisa, slip);
  await rejectAndSample(backend, first, paper);
  await judgeAgain(backend, second, paper, 'APPROVE');

  const { page } = await open();
  await page.getByRole('button', { name: 'admin@demo.itutor.tt' }).click();
  await page.getByRole('link', { name: /^Verification/ }).click();
  await tab(page, 'Second reviews').click();
  await page
    .getByRole('region', { name: 'Disputed' })
    .getByRole('button', { name: /Anisa Ramkissoon/ })
    .click();
  const both = page.getByRole('complementary', { name: 'Both verdicts' });
  await expect(both.getByRole('region', { name: 'First' })).toContainText('Reject');
  await expect(both.getByRole('region', { name: 'Second, blind' })).toContainText('It is the maiden name.');
  await both.getByRole('radio', { name: /^Reopen/ }).check();
  await both.getByRole('textbox', { name: /^Why/ }).fill('Marriage certificate seen.');
  await both.getByRole('button', { name: 'Settle' }).click();
  await expect(both).toContainText('it has been settled since');
  const rows = await backend.query('select status, priority from public.verification_cases where id = $1', [
    paper.caseId,
  ]);
  expect(rows).toEqual([{ status: 'READY_FOR_REVIEW', priority: 2 }]);
});
