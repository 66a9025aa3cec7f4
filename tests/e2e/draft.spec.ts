import path from 'node:path';
import { projectOf } from '#core/backend/storage';
import { openCache } from '#core/cache/open';
import { createDrafts } from '#core/drafts/drafts';
import { checklistOf } from '#shared/domain/verification/checklist';
import { draftKinds } from '#shared/domain/drafts';
import type { E2eBackend } from './support/backend.ts';
import { schedulePage } from './pages/schedule.ts';
import { expect, test } from './support/test.ts';

const reviewer = 'reviewer@demo.itutor.tt';

test('a verdict drafted offline is in the outbox, cannot leave by itself, and is given when it is confirmed online', async ({
  open,
  backend,
}) => {
  const { page, restart, expectClean } = await open();
  const { caseId, reviewerId } = await stageCase(backend);
  await page.getByRole('button', { name: reviewer }).click();
  const pill = schedulePage(page).pill;
  await expect(pill).toContainText('Synced');

  await backend.stop();
  await restart(async (directory) => {
    const clock = { now: () => Date.now() * 1000, after: () => () => undefined };
    const log = () => undefined;
    const project = projectOf(backend.url, true);
    const cache = await openCache({
      directory: path.join(directory, 'cache'),
      project,
      userId: reviewerId,
      clock,
      log,
    });
    const drafts = createDrafts({
      cache,
      clock,
      log,
      userId: reviewerId,
      kinds: draftKinds,
      call: () => Promise.reject(new Error('there is no network')),
      refreshSession: async () => false,
      pull: () => Promise.reject(new Error('there is no network')),
      serverOffset: () => 0,
      onChanged: () => undefined,
    });
    const reasons = { reasonCodes: ['wrong_person'], publicText: 'The name is not yours.' };
    const rest = { privateNote: '', overrideReason: '', grades: null };
    drafts.save('verification.decide', { caseId, outcome: 'REJECT', ...reasons, ...rest });
    await drafts.stop();
    await cache.close();
  });

  await expect(pill).toContainText('Offline · 1 draft');
  await page.getByRole('link', { name: /Outbox/ }).click();
  const draft = page.getByRole('region', { name: 'Drafts' }).getByRole('listitem');
  await expect(draft).toContainText('Reject the certificate of');
  await expect(draft).toContainText('The name is not yours.');
  await expect(draft.getByRole('button', { name: /^Confirm/ })).toBeDisabled();
  await expectClean();

  await backend.start();
  await schedulePage(page).syncNow();
  await expect(pill).toContainText(/Synced .* · 1 draft/, { timeout: 20_000 });
  expect(await decisionsOf(backend, caseId)).toEqual([]);
  await draft.getByRole('button', { name: /^Confirm/ }).click();
  await expect(page.getByText('Everything you did is on the server')).toBeVisible();
  expect(await decisionsOf(backend, caseId)).toEqual(['REJECT']);
});

async function decisionsOf(backend: E2eBackend, caseId: string): Promise<readonly string[]> {
  const rows = await backend.query<{ outcome: string }>(
    'select outcome from public.verification_decisions where case_id = $1',
    [caseId],
  );
  return rows.map((row) => row.outcome);
}

/** A certificate that the demo reviewer has claimed, opened and checked. */
async function stageCase(
  backend: E2eBackend,
): Promise<{ readonly caseId: string; readonly reviewerId: string }> {
  const found = await backend.query<{ case_id: string; reviewer_id: string; tutor_id: string }>(
    `select gen_random_uuid() as case_id, (select id from public.profiles where email = $1) as reviewer_id,
       (select id from public.profiles where email = 'tutor@demo.itutor.tt') as tutor_id`,
    [reviewer],
  );
  const row = found[0];
  if (row === undefined) throw new Error('the seed has no reviewer');
  const { case_id: caseId, reviewer_id: reviewerId, tutor_id: tutorId } = row;
  const file = `${tutorId}/requests/${caseId}.pdf`;
  const checklist = Object.fromEntries(checklistOf('certificate').map((item) => [item.id, 'pass']));
  await backend.query(`
    insert into storage.buckets (id, name) values ('tutor-verifications', 'tutor-verifications') on conflict do nothing;
    insert into storage.objects (bucket_id, name, metadata)
    values ('tutor-verifications', '${file}', '{"size": 1000, "mimetype": "application/pdf"}');
    insert into public.tutor_verification_requests (id, tutor_id, status, file_path, file_type, original_filename, created_at)
    values ('${caseId}', '${tutorId}', 'READY_FOR_REVIEW', '${file}', 'pdf', 'slip.pdf', private.clock_now());
    select set_config('request.jwt.claims', '{"sub": "${reviewerId}", "role": "authenticated"}', false);
    select public.console_verification_claim(array['${caseId}'::uuid]);
    select public.console_verification_evidence_record('${caseId}', jsonb_build_object('checklist', '${JSON.stringify(checklist)}'::jsonb,
      'opened', (select jsonb_agg(jsonb_build_object('documentId', d.id, 'sha256', repeat(replace(d.id::text, '-', ''), 2), 'phash', null,
        'candidateNumber', null, 'pageCount', 1, 'pagesSeen', 1, 'sizeBytes', 1000))
        from public.verification_documents d where d.case_id = '${caseId}')))`);
  return { caseId, reviewerId };
}
