import type { Locator, Page } from 'playwright/test';
import { checklistOf } from '#shared/domain/verification/checklist';
import type { E2eBackend } from './support/backend.ts';
import { expect, test } from './support/test.ts';

const reviewer = 'reviewer@demo.itutor.tt';
const other = 'reviewer2@demo.itutor.tt';

test('cases are selected by keyboard, decided together, taken back, and what somebody else was quicker with is reported', async ({
  open,
  backend,
}) => {
  // axe looks at four states, twice each.
  test.setTimeout(120_000);
  const ids = await plant(backend);
  const { page, expectClean } = await open();
  await page.getByRole('button', { name: reviewer }).click();
  await page.getByRole('link', { name: /Verification/ }).click();
  const list = page.getByRole('listbox', { name: 'Cases' });
  const bar = page.getByRole('region', { name: 'Selected cases' });
  await expect(list.getByRole('option')).toHaveCount(5);

  // A mixed selection is explained, and what does not belong is let go.
  await list.press('Home');
  await list.press('Control+a');
  await expect(bar).toContainText('5 cases selected');
  await expect(bar).toContainText('Select cases of one kind with one recommendation');
  await expectClean();
  await bar.getByRole('button', { name: /^Keep only these ?: 4 CXC/ }).click();
  await expect(bar).toContainText('4 cases selected');

  // The gate: one case was not looked at, and one is not claimed.
  await expect(bar.getByText('1 is not claimed by you', { exact: true })).toBeVisible();
  await expect(bar.getByText('1 has documents you have not opened', { exact: true })).toBeVisible();
  const decide = bar.getByRole('button', { name: /^Approve \d…/ });
  await expect(decide).toBeDisabled();
  await bar.getByRole('button', { name: /^Deselect 1 ?: 1 has documents/ }).click();
  await bar.getByRole('button', { name: 'Claim 1' }).click();
  await expect(bar.getByText('not claimed by you')).toHaveCount(0);
  await expect(decide).toBeEnabled();

  // What will happen is shown, and the number is typed.
  await decide.click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('is verified with 1 subject');
  await expect(dialog).toContainText('Your certificate was verified');
  await expectClean();
  const confirm = dialog.getByRole('button', { name: 'Approve 3' });
  await dialog.getByLabel('Type 3 to confirm').fill('2');
  await expect(confirm).toBeDisabled();
  // While the dialog is open, the other reviewer takes one of them.
  await overtake(backend, ids.overtaken);
  await dialog.getByLabel('Type 3 to confirm').fill('3');
  await confirm.click();

  await expect(dialog.getByRole('heading')).toContainText('2 approved, 1 refused');
  await expect(dialog.getByRole('listitem').first()).toContainText('Kerwin Salandy');
  await expectClean();
  expect(await statusesOf(backend, ids.ready)).toEqual(['APPROVED', 'APPROVED']);

  await dialog.getByRole('button', { name: /^Undo 2 decisions/ }).click();
  await expect(dialog.getByRole('heading')).toContainText('2 taken back, 1 refused');
  expect(await statusesOf(backend, ids.ready)).toEqual(['READY_FOR_REVIEW', 'READY_FOR_REVIEW']);
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();

  const reports = page.getByRole('list', { name: 'Decided together' });
  await expect(reports).toContainText('2 taken back, 1 refused');
  await reports.getByRole('button', { name: /^Dismiss/ }).click();
  await expect(reports).toHaveCount(0);
});

test('the queue is narrowed, moved through by keyboard, and opens a case', async ({ open, backend }) => {
  await plant(backend);
  const { page } = await open();
  await page.getByRole('button', { name: reviewer }).click();
  await page.getByRole('link', { name: /Verification/ }).click();
  const list = page.getByRole('listbox', { name: 'Cases' });
  await expect(list.getByRole('option')).toHaveCount(5);
  await page.getByRole('button', { name: /^72 h/ }).click();
  await expect(list.getByRole('option')).toHaveCount(1);
  await page.getByRole('button', { name: /^72 h/ }).click();
  await page.getByRole('button', { name: /^Filter/ }).click();
  await page.getByLabel('System recommends').selectOption('Reject');
  await page.keyboard.press('Escape');
  await expect(list.getByRole('option')).toHaveCount(1);

  // A filter with a name is there another time.
  await page.getByRole('button', { name: /^Saved/ }).click();
  await page.getByLabel('Name of the present filter').fill('To be rejected');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'To be rejected', exact: true })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Clear' }).click();
  await expect(list.getByRole('option')).toHaveCount(5);
  await page.getByRole('button', { name: 'Saved (1)' }).click();
  await page.getByRole('button', { name: 'To be rejected', exact: true }).click();
  await expect(list.getByRole('option')).toHaveCount(1);
  await page.getByRole('button', { name: 'Clear' }).click();
  await expect(list.getByRole('option')).toHaveCount(5);

  await list.press('End');
  await expectCursor(page, list, 4);
  await list.press('ArrowUp');
  await expectCursor(page, list, 3);
  await list.press('Enter');
  await expect(list.getByRole('option').nth(3)).toHaveAttribute('aria-current', 'true');
  await list.press(' ');
  await list.press('Shift+ArrowUp');
  await list.press('Shift+ArrowUp');
  await expect(list.getByRole('option', { selected: true })).toHaveCount(3);
  await list.press('Escape');
  await expect(list.getByRole('option', { selected: true })).toHaveCount(0);
});

async function expectCursor(page: Page, list: Locator, place: number): Promise<void> {
  const id = await list.getByRole('option').nth(place).getAttribute('id');
  await expect(list).toHaveAttribute('aria-activedescendant', id ?? 'none');
  await expect(page.locator(':focus')).toHaveRole('listbox');
}

type Planted = {
  /** Claimed, looked at, with grades. */
  readonly ready: readonly string[];
  /** The same, but it is the first reviewer's only until he claims it. */
  readonly overtaken: string;
};

/** Five cases and no others: four certificates that should be approved, in various states of work, and one to be rejected. */
async function plant(backend: E2eBackend): Promise<Planted> {
  const people = await backend.query<{ reviewer: string; tutor: string; subject: string; ids: string[] }>(
    `select (select id from public.profiles where email = $1) as reviewer,
       (select id from public.profiles where email = 'tutor@demo.itutor.tt') as tutor,
       (select id from public.subjects where curriculum = 'CSEC' limit 1) as subject,
       array(select gen_random_uuid() from generate_series(1, 5)) as ids`,
    [reviewer],
  );
  const found = people[0];
  if (found === undefined) throw new Error('the seed has no reviewer');
  const { tutor, subject, ids } = found;
  const [first = '', second = '', unclaimed = '', unopened = '', bad = ''] = ids;
  const requests = ids.map((id, index) => {
    const file = `${tutor}/requests/${id}.pdf`;
    return `insert into storage.objects (bucket_id, name, metadata)
      values ('tutor-verifications', '${file}', '{"size": 1000, "mimetype": "application/pdf"}');
      insert into public.tutor_verification_requests (id, tutor_id, status, system_recommendation, confidence_score, file_path,
        file_type, original_filename, created_at)
      values ('${id}', '${tutor}', 'READY_FOR_REVIEW', '${id === bad ? 'REJECT' : 'APPROVE'}', 90, '${file}', 'pdf', 'slip.pdf',
        private.clock_now() - make_interval(hours => ${[80, 50, 30, 5, 1][index] ?? 1}));`;
  });
  const checklist = JSON.stringify(
    Object.fromEntries(checklistOf('certificate').map((item) => [item.id, 'pass'])),
  );
  const grade = JSON.stringify([
    { subjectId: subject, examType: 'CSEC', grade: 1, year: 2024, session: null },
  ]);
  const claim = (caseId: string) => `select public.console_verification_claim(array['${caseId}'::uuid]);`;
  const look = (caseId: string) => `
    select public.console_verification_grades_set('${caseId}', '${grade}');
    select public.console_verification_evidence_record('${caseId}', jsonb_build_object('checklist', '${checklist}'::jsonb,
      'opened', (select jsonb_agg(jsonb_build_object('documentId', d.id, 'sha256', repeat(replace(d.id::text, '-', ''), 2),
        'phash', null, 'candidateNumber', null, 'pageCount', 1, 'pagesSeen', 1, 'sizeBytes', 1000))
        from public.verification_documents d where d.case_id = '${caseId}')));`;
  await backend.query(`
    delete from public.tutor_verification_requests;
    delete from public.degrees;
    insert into storage.buckets (id, name) values ('tutor-verifications', 'tutor-verifications') on conflict do nothing;
    update public.verification_settings set second_review_percent = 0;
    ${requests.join('\n')}
    select set_config('request.jwt.claims', '{"sub": "${found.reviewer}", "role": "authenticated"}', false);
    ${[first, second, unclaimed].map((id) => claim(id) + look(id)).join('\n')}
    ${claim(unopened)}
    select public.console_verification_release(array['${unclaimed}'::uuid])`);
  return { ready: [first, second], overtaken: unclaimed };
}

/** The other reviewer has it now, as after the first one's claim ran out. */
async function overtake(backend: E2eBackend, caseId: string): Promise<void> {
  await backend.query(
    `update public.verification_claims set holder_id = (select id from public.profiles where email = $2) where id = $1`,
    [caseId, other],
  );
}

async function statusesOf(backend: E2eBackend, ids: readonly string[]): Promise<readonly string[]> {
  const rows = await backend.query<{ status: string }>(
    `select c.status from unnest($1::uuid[]) with ordinality as i(id, at) join public.verification_cases c on c.id = i.id
     order by i.at`,
    [ids],
  );
  return rows.map(({ status }) => status);
}
