import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBackend, type Backend, type TestUser } from '../support/backend.ts';

/** Who may read and write the files of verification, tried through the gateway as supabase-js does it. */
const buckets = ['tutor-verifications', 'degree-documents', 'verification_uploads', 'verification_docs'];
const pdf = new Blob(['%PDF-1.7 certificate'], { type: 'application/pdf' });

let backend: Backend;
let tutor: TestUser;
const clients = new Map<string, SupabaseClient>();
const as = (who: string) => {
  const client = clients.get(who);
  if (client === undefined) throw new Error(`nobody is called ${who}`);
  return client;
};

beforeAll(async () => {
  backend = await startBackend();
  tutor = await backend.createUser({ role: 'tutor' });
  clients.set('tutor', await backend.signIn(tutor));
  clients.set('another tutor', await backend.signIn(await backend.createUser({ role: 'tutor' })));
  clients.set('parent', await backend.signIn(await backend.createUser({ role: 'parent' })));
  clients.set('student', await backend.signIn(await backend.createUser({ role: 'student' })));
  for (const role of ['support', 'reviewer', 'admin'] as const) {
    const user = await backend.createUser({ role: 'student', staff: [role] });
    clients.set(role, await backend.signIn(user));
  }
  const suspended = await backend.createUser({ role: 'student', staff: ['reviewer'] });
  clients.set('suspended reviewer', await backend.signIn(suspended));
  await backend.sql.query('update public.profiles set is_suspended = true where id = $1', [suspended.id]);
  clients.set(
    'anon',
    createClient(backend.url, backend.publishableKey, { auth: { storageKey: 'a', persistSession: false } }),
  );
  await backend.sql.query(
    `insert into storage.buckets (id, name) values ('verification_uploads', 'verification_uploads'),
       ('verification_docs', 'verification_docs')`,
  );
  const service = createClient(backend.url, backend.secretKey, {
    auth: { storageKey: 's', persistSession: false },
  });
  for (const bucket of buckets) {
    const { error } = await service.storage.from(bucket).upload(`${tutor.id}/slip.pdf`, pdf);
    if (error !== null) throw error;
  }
});
afterAll(() => backend.stop());

describe.each(buckets)('a document in %s', (bucket) => {
  const path = () => `${tutor.id}/slip.pdf`;

  it.each(['tutor', 'another tutor', 'parent', 'student', 'support', 'suspended reviewer', 'anon'])(
    'is neither read, listed nor signed by %s',
    async (who) => {
      const storage = as(who).storage.from(bucket);
      expect((await storage.download(path())).error).not.toBeNull();
      expect((await storage.list(tutor.id)).data ?? []).toEqual([]);
      expect((await storage.createSignedUrl(path(), 60)).data).toBeNull();
    },
  );

  it.each(['reviewer', 'admin'])('is read by %s', async (who) => {
    const file = await as(who).storage.from(bucket).download(path());
    expect(await file.data?.text()).toBe('%PDF-1.7 certificate');
  });

  it.each(['tutor', 'another tutor', 'support', 'reviewer', 'admin'])(
    'is neither replaced, moved nor removed by %s',
    async (who) => {
      const storage = as(who).storage.from(bucket);
      const other = new Blob(['%PDF-1.7 another'], { type: 'application/pdf' });
      expect((await storage.update(path(), other)).error).not.toBeNull();
      expect((await storage.upload(path(), other, { upsert: true })).error).not.toBeNull();
      expect((await storage.move(path(), `${tutor.id}/moved.pdf`)).error).not.toBeNull();
      await storage.remove([path()]);
      const file = await as('reviewer').storage.from(bucket).download(path());
      expect(await file.data?.text()).toBe('%PDF-1.7 certificate');
    },
  );
});

it('a tutor uploads into the own folder of the two live buckets, and nowhere else', async () => {
  const upload = async (who: string, bucket: string, name: string) =>
    (await as(who).storage.from(bucket).upload(name, pdf)).error === null;
  expect(await upload('tutor', 'tutor-verifications', `${tutor.id}/requests/new.pdf`)).toBe(true);
  expect(await upload('tutor', 'degree-documents', `${tutor.id}/degree.pdf`)).toBe(true);
  expect(await upload('another tutor', 'tutor-verifications', `${tutor.id}/requests/forged.pdf`)).toBe(false);
  expect(await upload('tutor', 'verification_docs', `${tutor.id}/x.pdf`)).toBe(false);
  expect(await upload('anon', 'tutor-verifications', `${tutor.id}/y.pdf`)).toBe(false);
});

it('a reviewer who teaches does not read the own document', async () => {
  const both = await backend.createUser({ role: 'tutor', staff: ['reviewer'] });
  const client = await backend.signIn(both);
  const bucket = client.storage.from('tutor-verifications');
  expect((await bucket.upload(`${both.id}/requests/own.pdf`, pdf)).error).toBeNull();
  expect((await bucket.download(`${both.id}/requests/own.pdf`)).error).not.toBeNull();
  expect((await bucket.download(`${tutor.id}/slip.pdf`)).error).toBeNull();
});

it('a signed link of a reviewer serves its document until it expires', async () => {
  const bucket = as('reviewer').storage.from('tutor-verifications');
  const status = async (link: string | undefined) => (await fetch(link ?? '')).status;
  const long = (await bucket.createSignedUrl(`${tutor.id}/slip.pdf`, 60)).data?.signedUrl;
  expect(await status(long)).toBe(200);
  expect(await status(long?.replace('slip.pdf', 'requests/new.pdf'))).not.toBe(200);
  const short = (await bucket.createSignedUrl(`${tutor.id}/slip.pdf`, 1)).data?.signedUrl;
  await expect.poll(() => status(short), { timeout: 5000, interval: 100 }).toBe(400);
});

it('a file that is too large, or of a kind that is no document, is refused by the bucket', async () => {
  const bucket = as('tutor').storage.from('tutor-verifications');
  const large = new Blob([new Uint8Array(10_485_761)], { type: 'application/pdf' });
  expect((await bucket.upload(`${tutor.id}/large.pdf`, large)).error).not.toBeNull();
  const drawing = new Blob(['<svg/>'], { type: 'image/svg+xml' });
  expect((await bucket.upload(`${tutor.id}/drawing.svg`, drawing)).error).not.toBeNull();
});
