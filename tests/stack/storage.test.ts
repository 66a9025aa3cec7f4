import { Readable } from 'node:stream';
import { createClient, StorageApiError, type SupabaseClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBackend, type Backend, type TestUser } from '../support/backend.ts';

let backend: Backend;
let ann: TestUser;
let annClient: SupabaseClient;
let benClient: SupabaseClient;

beforeAll(async () => {
  backend = await startBackend({ migrated: false });
  ann = await backend.createUser();
  annClient = await backend.signIn(ann);
  benClient = await backend.signIn(await backend.createUser());
  await backend.sql.query(`
    insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types) values
      ('papers', 'papers', false, 1048576, '{application/pdf,image/*,text/plain}'),
      ('avatars', 'avatars', true, null, null),
      ('drop', 'drop', false, null, null);
    create policy own_folder on storage.objects to authenticated
      using (bucket_id in ('papers', 'avatars') and (storage.foldername(name))[1] = auth.uid()::text)
      with check (bucket_id in ('papers', 'avatars') and (storage.foldername(name))[1] = auth.uid()::text);
    create policy anyone_drops on storage.objects for insert to authenticated with check (bucket_id = 'drop');`);
});
afterAll(() => backend.stop());

const pdf = new Blob(['%PDF-1.7 certificate'], { type: 'application/pdf' });

test('a file goes up, shows in list and info, comes down unchanged, and is removed', async () => {
  const bucket = annClient.storage.from('papers');
  const path = `${ann.id}/CSEC slip (2026).pdf`;
  const upload = await bucket.upload(path, pdf, { metadata: { kind: 'certificate' } });
  expect(upload.error).toBeNull();
  expect(upload.data).toMatchObject({ path, fullPath: `papers/${path}` });
  expect((await bucket.list(ann.id)).data).toMatchObject([
    { name: 'CSEC slip (2026).pdf', metadata: { size: 20, mimetype: 'application/pdf' } },
  ]);
  expect((await bucket.info(path)).data).toMatchObject({
    size: 20,
    contentType: 'application/pdf',
    metadata: { kind: 'certificate' },
  });
  expect(await (await bucket.download(path)).data?.text()).toBe('%PDF-1.7 certificate');
  expect((await bucket.exists(path)).data).toBe(true);
  expect((await bucket.remove([path])).data).toMatchObject([{ name: path }]);
  expect((await bucket.exists(path)).data).toBe(false);
});

test('bytes and streams go up raw', async () => {
  const bucket = annClient.storage.from('papers');
  const bytes = Buffer.from([0, 1, 2, 255]);
  expect((await bucket.upload(`${ann.id}/raw.png`, bytes, { contentType: 'image/png' })).error).toBeNull();
  const down = await bucket.download(`${ann.id}/raw.png`);
  expect([...new Uint8Array((await down.data?.arrayBuffer()) ?? new ArrayBuffer(0))]).toEqual([0, 1, 2, 255]);
  const stream = Readable.from([Buffer.from('piece by '), Buffer.from('piece')]);
  expect(
    (await bucket.upload(`${ann.id}/stream.txt`, stream, { contentType: 'text/plain' })).error,
  ).toBeNull();
  expect(await (await bucket.download(`${ann.id}/stream.txt`)).data?.text()).toBe('piece by piece');
});

test('a second upload to the same name is refused, an upsert and an update replace the bytes', async () => {
  const bucket = annClient.storage.from('papers');
  const path = `${ann.id}/twice.txt`;
  const text = (content: string) => new Blob([content], { type: 'text/plain' });
  await bucket.upload(path, text('one'));
  expect((await bucket.upload(path, text('two'))).error).toMatchObject({
    statusCode: '409',
    message: 'The resource already exists',
  });
  expect(await (await bucket.download(path)).data?.text()).toBe('one');
  expect((await bucket.upload(path, text('three'), { upsert: true })).error).toBeNull();
  expect(await (await bucket.download(path)).data?.text()).toBe('three');
  expect((await bucket.update(path, text('four'))).error).toBeNull();
  expect(await (await bucket.download(path)).data?.text()).toBe('four');
});

test('row level security decides who uploads, reads, lists, signs, moves and removes', async () => {
  const path = `${ann.id}/private.pdf`;
  await annClient.storage.from('papers').upload(path, pdf);
  const foreign = benClient.storage.from('papers');
  expect((await foreign.upload(`${ann.id}/intruder.pdf`, pdf)).error).toMatchObject({ statusCode: '403' });
  expect((await foreign.download(path)).error).toMatchObject({ message: 'Object not found' });
  expect((await foreign.list(ann.id)).data).toEqual([]);
  expect((await foreign.createSignedUrl(path, 60)).error).toMatchObject({ statusCode: '404' });
  expect((await foreign.move(path, `${ann.id}/stolen.pdf`)).error).toMatchObject({ statusCode: '404' });
  expect((await foreign.remove([path])).data).toEqual([]);
  const anonymous = createClient(backend.url, backend.publishableKey, {
    auth: { storageKey: 'a', persistSession: false },
  });
  expect((await anonymous.storage.from('papers').download(path)).error).toBeInstanceOf(StorageApiError);
  expect((await annClient.storage.from('papers').exists(path)).data).toBe(true);
});

test('whoever may only upload does not need to read', async () => {
  expect((await annClient.storage.from('drop').upload('note.txt', new Blob(['x']))).error).toBeNull();
  expect((await annClient.storage.from('drop').list()).data).toEqual([]);
});

test('size and type limits of the bucket are refused with their reason, and nothing is kept', async () => {
  const bucket = annClient.storage.from('papers');
  const big = new Blob([new Uint8Array(1_048_577)], { type: 'application/pdf' });
  expect((await bucket.upload(`${ann.id}/big.pdf`, big)).error).toMatchObject({ statusCode: '413' });
  const raw = await bucket.upload(`${ann.id}/big.pdf`, Buffer.alloc(1_048_577), {
    contentType: 'application/pdf',
  });
  expect(raw.error).toMatchObject({ statusCode: '413' });
  const page = await bucket.upload(`${ann.id}/page.html`, new Blob(['<p>'], { type: 'text/html' }));
  expect(page.error).toMatchObject({ statusCode: '415', message: 'mime type text/html is not supported' });
  expect((await bucket.list(ann.id, { search: 'big' })).data).toEqual([]);
});

test('names that walk the tree are refused', async () => {
  for (const name of ['../../etc/passwd', 'a/../b', '%2e%2e/x', 'naïve.txt']) {
    const response = await fetch(`${backend.url}/storage/v1/object/papers/${encodeURIComponent(name)}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${backend.secretKey}`, 'content-type': 'text/plain' },
      body: 'x',
    });
    expect(await response.json(), name).toMatchObject({ error: 'InvalidKey' });
  }
});

test('a signed link works without a session, until it expires, and only for its object', async () => {
  const bucket = annClient.storage.from('papers');
  await bucket.upload(`${ann.id}/a b.pdf`, pdf, { upsert: true });
  await bucket.upload(`${ann.id}/other.pdf`, pdf, { upsert: true });
  const link = (await bucket.createSignedUrl(`${ann.id}/a b.pdf`, 60)).data?.signedUrl ?? '';
  const response = await fetch(link);
  expect(await response.text()).toBe('%PDF-1.7 certificate');
  const other = new URL(link);
  other.pathname = other.pathname.replace('a%20b.pdf', 'other.pdf');
  expect(await (await fetch(other)).json()).toMatchObject({ error: 'InvalidJWT' });
  const named =
    (await bucket.createSignedUrl(`${ann.id}/a b.pdf`, 60, { download: 'slip for A.pdf' })).data?.signedUrl ??
    '';
  expect((await fetch(named)).headers.get('content-disposition')).toContain(
    "filename*=UTF-8''slip%20for%20A.pdf",
  );
  const short = (await bucket.createSignedUrl(`${ann.id}/a b.pdf`, 1)).data?.signedUrl ?? '';
  await expect.poll(async () => (await fetch(short)).status, { timeout: 4_000, interval: 200 }).toBe(400);
});

test('many links at once, with an error of its own for what is not there', async () => {
  const bucket = annClient.storage.from('papers');
  const { data } = await bucket.createSignedUrls([`${ann.id}/a b.pdf`, 'missing.pdf'], 60);
  expect(data).toMatchObject([{ error: null }, { path: 'missing.pdf', signedUrl: null }]);
  expect((await fetch(data?.[0]?.signedUrl ?? '')).status).toBe(200);
});

test('an upload link stores one object on behalf of its maker', async () => {
  const path = `${ann.id}/by-link.pdf`;
  const { data } = await annClient.storage.from('papers').createSignedUploadUrl(path);
  const anonymous = createClient(backend.url, backend.publishableKey, {
    auth: { storageKey: 'b', persistSession: false },
  });
  const token = data?.token ?? '';
  expect((await anonymous.storage.from('papers').uploadToSignedUrl(path, token, pdf)).error).toBeNull();
  const elsewhere = await anonymous.storage
    .from('papers')
    .uploadToSignedUrl(`${ann.id}/else.pdf`, token, pdf);
  expect(elsewhere.error).toMatchObject({ message: 'The token is for another object' });
  expect((await fetch(`${backend.url}/storage/v1/object/sign/papers/${path}?token=${token}`)).status).toBe(
    400,
  );
  expect((await annClient.storage.from('papers').exists(path)).data).toBe(true);
});

test('a public bucket needs no key, a private one does', async () => {
  await annClient.storage
    .from('avatars')
    .upload(`${ann.id}/me.txt`, new Blob(['hello'], { type: 'text/plain' }));
  const url = annClient.storage.from('avatars').getPublicUrl(`${ann.id}/me.txt`).data.publicUrl;
  expect(await (await fetch(url)).text()).toBe('hello');
  expect((await fetch(url.replace('avatars', 'papers'))).status).toBe(400);
});

test('ranges, HEAD and conditional requests are answered', async () => {
  const url = annClient.storage.from('avatars').getPublicUrl(`${ann.id}/me.txt`).data.publicUrl;
  const part = await fetch(url, { headers: { range: 'bytes=1-3' } });
  expect([part.status, await part.text(), part.headers.get('content-range')]).toEqual([
    206,
    'ell',
    'bytes 1-3/5',
  ]);
  const head = await fetch(url, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '5', '']);
  const same = await fetch(url, { headers: { 'if-none-match': head.headers.get('etag') ?? '' } });
  expect(same.status).toBe(304);
  expect((await fetch(url, { headers: { range: 'bytes=9-' } })).status).toBe(416);
});

test('copies and moves keep the bytes', async () => {
  const bucket = annClient.storage.from('papers');
  await bucket.upload(`${ann.id}/from.pdf`, pdf);
  expect((await bucket.copy(`${ann.id}/from.pdf`, `${ann.id}/copy.pdf`)).error).toBeNull();
  expect((await bucket.move(`${ann.id}/from.pdf`, `${ann.id}/moved.pdf`)).error).toBeNull();
  await bucket.remove([`${ann.id}/moved.pdf`]);
  expect(await (await bucket.download(`${ann.id}/copy.pdf`)).data?.text()).toBe('%PDF-1.7 certificate');
  expect((await bucket.exists(`${ann.id}/from.pdf`)).data).toBe(false);
});

test('listing shows folders once, pages, sorts and searches', async () => {
  const bucket = annClient.storage.from('avatars');
  for (const name of ['deep/x/1.txt', 'deep/x/2.txt', 'deep/b.txt', 'deep/a.txt'])
    await bucket.upload(`${ann.id}/${name}`, new Blob([name]));
  const names = async (options: Parameters<typeof bucket.list>[1]) =>
    (await bucket.list(`${ann.id}/deep`, options)).data?.map(({ name }) => name);
  expect(await names({})).toEqual(['a.txt', 'b.txt', 'x']);
  expect(await names({ limit: 1, offset: 1 })).toEqual(['b.txt']);
  expect(await names({ sortBy: { column: 'name', order: 'desc' } })).toEqual(['x', 'b.txt', 'a.txt']);
  expect(await names({ search: 'A' })).toEqual(['a.txt']);
  const flat = await bucket.listV2({ prefix: `${ann.id}/deep/`, limit: 3 });
  expect(flat.data?.objects.map(({ name }) => name.split('/').at(-1))).toEqual(['a.txt', 'b.txt', '1.txt']);
  const rest = await bucket.listV2({
    prefix: `${ann.id}/deep/`,
    limit: 3,
    cursor: flat.data?.nextCursor ?? '',
  });
  expect([rest.data?.hasNext, rest.data?.objects.length]).toEqual([false, 1]);
  const tree = await bucket.listV2({ prefix: `${ann.id}/deep/`, with_delimiter: true });
  expect([tree.data?.folders.length, tree.data?.objects.length]).toEqual([1, 2]);
});

test('a secret key makes, changes, empties and deletes buckets', async () => {
  const admin = createClient(backend.url, backend.secretKey, {
    auth: { storageKey: 'c', persistSession: false },
  });
  expect(
    (await admin.storage.createBucket('temporary', { public: false, allowedMimeTypes: ['text/plain'] }))
      .error,
  ).toBeNull();
  expect((await admin.storage.getBucket('temporary')).data).toMatchObject({ id: 'temporary', public: false });
  await admin.storage.from('temporary').upload('a.txt', new Blob(['a'], { type: 'text/plain' }));
  expect((await admin.storage.deleteBucket('temporary')).error).not.toBeNull();
  expect((await admin.storage.emptyBucket('temporary')).error).toBeNull();
  expect((await admin.storage.deleteBucket('temporary')).error).toBeNull();
  expect((await annClient.storage.createBucket('mine')).error).toMatchObject({ statusCode: '403' });
});
