import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '@supabase/supabase-js';
import { beforeAll, describe, expect, it } from 'vitest';
import { createDocuments, type Documents } from '#core/documents/documents';
import type { DocumentPlace } from '#core/documents/download';
import { maxDocumentBytes } from '#shared/domain/documents/limits';
import type { TestUser } from '#tests/support/backend';
import { failureOf, type ConsoleApp } from '#tests/support/console-app';
import { cacheFiles, consoleRig } from '#tests/support/console-rig';

/** Documents through a whole core, with real storage behind a network that may fail. */

const rig = consoleRig();
const bucket = 'tutor-verifications';
const secret = 'CARIBBEAN EXAMINATIONS COUNCIL Nadia Ramcharan';
const slip = Buffer.from(`%PDF-1.7\n${secret.repeat(200)}`);
let reviewer: TestUser;

beforeAll(async () => {
  reviewer = await rig.backend.createUser({ staff: ['reviewer'], displayName: 'Rita Reviewer' });
});

/** Puts a file where a tutor's upload would be. */
async function upload(
  bytes: Buffer,
  name = `${randomUUID()}.pdf`,
): Promise<DocumentPlace & { bucket: typeof bucket }> {
  const path = `${rig.tutor.id}/${name}`;
  const admin = createClient(rig.backend.url, rig.backend.secretKey, { auth: { persistSession: false } });
  const { error } = await admin.storage
    .from(bucket)
    .upload(path, bytes, { contentType: 'application/pdf', upsert: true });
  if (error !== null) throw error;
  return { id: randomUUID(), bucket, path, expectedBytes: bytes.length };
}

function folderOf(app: ConsoleApp): string {
  return join(app.dataDir, 'cache', `${cacheFiles(app)[0]}.documents`);
}

function filesOf(app: ConsoleApp): string[] {
  const folder = folderOf(app);
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

const downloads = () => rig.proxy.log.filter(({ path }) => path.includes('/storage/v1/object/')).length;

describe('a document in view', () => {
  it('comes whole from the storage, with its real type and hash, and offline from this machine', async () => {
    const app = await rig.signedIn(reviewer);
    const place = await upload(slip, "Results slip (1) & more, it's mine.png");
    const sha256 = createHash('sha256').update(slip).digest('hex');
    const first = await app.client['verification.document'](place);
    expect(first).toMatchObject({ type: 'pdf', sha256 });
    expect(Buffer.from(first.bytes).equals(slip)).toBe(true);
    expect(rig.proxy.log.some(({ path }) => path.includes('/sign/') || path.includes('token='))).toBe(false);

    rig.proxy.partition('both');
    const again = await rig.reopen(app);
    const kept = await again.client['verification.document'](place);
    expect(Buffer.from(kept.bytes).equals(slip)).toBe(true);
    const other = { ...place, id: randomUUID() };
    expect(await failureOf(again.client['verification.document'](other))).toMatchObject({
      code: 'OFFLINE',
      message: expect.stringContaining('not been fetched'),
    });
  });

  it('lies on the disk so that neither content nor name nor id can be read there', async () => {
    const app = await rig.signedIn(reviewer);
    const place = await upload(slip);
    await app.client['verification.document'](place);
    const files = filesOf(app);
    expect(files).toHaveLength(1);
    for (const file of files) {
      const raw = readFileSync(file).toString('latin1');
      for (const plain of ['CARIBBEAN', '%PDF', place.path, place.id, rig.tutor.id]) {
        expect(raw).not.toContain(plain);
        expect(file).not.toContain(plain);
      }
      if (process.platform !== 'win32') expect(statSync(file).mode & 0o077).toBe(0);
    }
    const everything = readdirSync(app.dataDir, { recursive: true, encoding: 'utf8' })
      .map((name) => join(app.dataDir, name))
      .filter((path) => statSync(path).isFile() && readFileSync(path).includes(secret));
    expect(everything).toEqual([]);
  });

  it('that was tampered with, swapped or cut on the disk is dropped and fetched again', async () => {
    const app = await rig.signedIn(reviewer);
    const [one, two] = [await upload(slip), await upload(Buffer.from('%PDF-1.7 another'))];
    for (const place of [one, two]) await app.client['verification.document'](place);
    const [first = '', second = ''] = filesOf(app);
    const [firstBytes, secondBytes] = [readFileSync(first), readFileSync(second)];
    writeFileSync(first, secondBytes);
    writeFileSync(second, firstBytes);
    let before = downloads();
    expect(Buffer.from((await app.client['verification.document'](one)).bytes).equals(slip)).toBe(true);
    expect(downloads()).toBe(before + 1);

    for (const spoil of [(file: Buffer) => file.fill(1, 60, 61), (file: Buffer) => file.subarray(0, 20)]) {
      for (const file of filesOf(app)) writeFileSync(file, spoil(readFileSync(file)));
      before = downloads();
      expect(Buffer.from((await app.client['verification.document'](one)).bytes).equals(slip)).toBe(true);
      expect(downloads()).toBe(before + 1);
    }
  });

  it('is fetched again when the storage has another file in its place', async () => {
    const app = await rig.signedIn(reviewer);
    const place = await upload(slip, 'replaced.pdf');
    await app.client['verification.document'](place);
    const other = await upload(Buffer.from('%PDF-1.7 newer'), 'replaced.pdf');
    const answer = await app.client['verification.document']({ ...other, id: place.id });
    expect(Buffer.from(answer.bytes).toString()).toBe('%PDF-1.7 newer');
  });

  it('that is missing, empty, forbidden, too large or cut on the way says so', async () => {
    const app = await rig.signedIn(reviewer);
    const place = await upload(slip);
    const ask = (change: Partial<DocumentPlace>) =>
      app.client['verification.document']({ ...place, bucket, id: randomUUID(), ...change } as typeof place);
    expect(await failureOf(ask({ path: `${rig.tutor.id}/none.pdf` }))).toMatchObject({
      code: 'NOT_FOUND',
      data: { reason: 'missing' },
    });
    const empty = await upload(Buffer.alloc(0));
    expect(await app.client['verification.document'](empty)).toMatchObject({ type: 'empty' });
    expect(await failureOf(ask({ expectedBytes: 300_000_000 }))).toMatchObject({
      code: 'REJECTED',
      data: { rule: 'document.size' },
    });
    for (const path of ['../degree-documents/x.pdf', 'a//b.pdf', 'a/./b.pdf', 'a\\b.pdf', 'a\u0000.pdf'])
      expect(await failureOf(ask({ path }))).toMatchObject({ code: 'BAD_INPUT' });

    rig.proxy.setFault(({ path }) =>
      path.includes('/object/') ? { kind: 'cut', bytes: 100 } : { kind: 'pass' },
    );
    expect(await failureOf(ask({}))).toMatchObject({ code: 'BACKEND_UNREACHABLE' });
    rig.proxy.setFault(({ path }) =>
      path.includes('/object/')
        ? { kind: 'status', status: 200, headers: { 'content-length': String(maxDocumentBytes + 1) } }
        : { kind: 'pass' },
    );
    expect((await failureOf(ask({ expectedBytes: null }))).code).toMatch(/REJECTED|OFFLINE/);
    expect(
      await failureOf((await rig.signedIn(rig.tutor)).client['verification.document'](place)),
    ).toMatchObject({
      code: 'FORBIDDEN',
    });
  });

  it('survives a token that the storage refuses', async () => {
    const app = await rig.signedIn(reviewer);
    const place = await upload(slip);
    let refusals = 0;
    rig.proxy.setFault(({ path }) => {
      if (!path.includes('/object/') || refusals > 0) return { kind: 'pass' };
      refusals += 1;
      return {
        kind: 'status',
        status: 400,
        body: '{"statusCode":"400","error":"InvalidJWT","code":"InvalidJWT"}',
      };
    });
    expect((await app.client['verification.document'](place)).type).toBe('pdf');
    expect(refusals).toBe(1);
  });
});

describe('documents that are expected', () => {
  it('are fetched ahead, one after the other, and are then there without the network', async () => {
    const app = await rig.signedIn(reviewer);
    const places = [await upload(slip), await upload(slip), await upload(slip)];
    await app.client['verification.prefetch']({ documents: places });
    await expect.poll(() => filesOf(app).filter((file) => file.endsWith('.doc')).length).toBe(3);
    rig.proxy.partition('both');
    for (const place of places) expect((await app.client['verification.document'](place)).type).toBe('pdf');
  });

  it('stand back for one in view, and come after it', async () => {
    const app = await rig.signedIn(reviewer);
    const [ahead, view] = [await upload(slip), await upload(Buffer.from('%PDF-1.7 in view'))];
    rig.proxy.setFault(({ path }) =>
      path.includes(ahead.path) ? { kind: 'hold', where: 'request' } : { kind: 'pass' },
    );
    await app.client['verification.prefetch']({ documents: [ahead] });
    await rig.proxy.held(1);
    expect((await app.client['verification.document'](view)).type).toBe('pdf');
    await rig.proxy.held(2);
    rig.proxy.release();
    await expect.poll(() => filesOf(app).filter((file) => file.endsWith('.doc')).length).toBe(2);
  });

  it('are given up when they are not wished for any more', async () => {
    const app = await rig.signedIn(reviewer);
    const place = await upload(slip);
    rig.proxy.setFault(({ path }) =>
      path.includes('/object/') ? { kind: 'hold', where: 'response' } : { kind: 'pass' },
    );
    await app.client['verification.prefetch']({ documents: [place] });
    await rig.proxy.held(1);
    await app.client['verification.prefetch']({ documents: [] });
    rig.proxy.release();
    await app.client['sync.now']({});
    expect(filesOf(app)).toEqual([]);
  });
});

describe('the documents of this machine', () => {
  it('are gone after signing out, with their key', async () => {
    const app = await rig.signedIn(reviewer);
    await app.client['verification.document'](await upload(slip));
    const folder = folderOf(app);
    expect(existsSync(folder)).toBe(true);
    expect([...app.memory.secrets.keys()].some((name) => name.startsWith('documents-'))).toBe(true);
    await app.client['session.signOut']({ pending: 'discard' });
    expect(existsSync(folder)).toBe(false);
    expect([...app.memory.secrets.keys()].some((name) => name.startsWith('documents-'))).toBe(false);
  });

  it('are gone as soon as the server says that the role is', async () => {
    const user = await rig.backend.createUser({ role: 'tutor', staff: ['reviewer'] });
    const app = await rig.signedIn(user);
    const place = await upload(slip);
    await app.client['verification.document'](place);
    await rig.backend.sql.query('delete from public.staff_members where user_id = $1', [user.id]);
    await app.client['sync.now']({});
    await expect.poll(() => existsSync(folderOf(app))).toBe(false);
    expect(await failureOf(app.client['verification.document'](place))).toMatchObject({ code: 'FORBIDDEN' });
  });

  it('are of no use without the key, and are fetched again', async () => {
    const app = await rig.signedIn(reviewer);
    const place = await upload(slip);
    await app.client['verification.document'](place);
    for (const name of app.memory.secrets.keys())
      if (name.startsWith('documents-')) app.memory.secrets.delete(name);
    const again = await rig.reopen(app);
    const before = downloads();
    expect((await again.client['verification.document'](place)).type).toBe('pdf');
    expect(downloads()).toBe(before + 1);
    expect(filesOf(again)).toHaveLength(1);
  });

  it('leave to another program under a safe name', async () => {
    const app = await rig.signedIn(reviewer);
    const place = await upload(slip);
    expect(await app.client['verification.openExternally']({ ...place, name: '../../run.exe' })).toEqual({
      path: '/opened/run.pdf',
      isOpened: true,
    });
    expect(app.memory.exports.get('run.pdf')).toBe(slip.toString('latin1'));
  });

  it('never take more room than they may: what was read longest ago goes first', async () => {
    const app = await rig.signedIn(reviewer);
    const documents = alone(join(app.dataDir, 'small'), 3 * 12_000);
    const never = new AbortController().signal;
    const places = ['a', 'b', 'c', 'd'].map((id) => ({ id, bucket, path: id, expectedBytes: null }));
    for (const place of places.slice(0, 3)) await documents.read(place, never);
    await documents.read(places[0] ?? never404(), never);
    await documents.read(places[3] ?? never404(), never);
    const asked: string[] = [];
    for (const place of places) {
      fetched.length = 0;
      await documents.read(place, never);
      if (fetched.length > 0) asked.push(place.id);
      if (asked.length > 0) break;
    }
    expect(asked).toEqual(['b']);
    const total = readdirSync(join(app.dataDir, 'small')).map(
      (name) => statSync(join(app.dataDir, 'small', name)).size,
    );
    expect(total.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(36_000);
    documents.close();
  });

  it('are bound to their id: one file cannot be put in the place of another', async () => {
    const app = await rig.signedIn(reviewer);
    const folder = join(app.dataDir, 'swapped');
    let turn = 0;
    const documents = alone(folder, 1_000_000, 5_000, async () => {
      turn += 1;
      return new Response(`%PDF version ${turn}`);
    });
    const never = new AbortController().signal;
    // The same file at the same place, before and after it was replaced: only the ids differ.
    const [one, two] = ['one', 'two'].map((id) => ({ id, bucket, path: 'same', expectedBytes: null }));
    await documents.read(one ?? never404(), never);
    await documents.read(two ?? never404(), never);
    const [first = '', second = ''] = readdirSync(folder).map((name) => join(folder, name));
    const [firstBytes, secondBytes] = [readFileSync(first), readFileSync(second)];
    writeFileSync(first, secondBytes);
    writeFileSync(second, firstBytes);
    const answer = await documents.read(one ?? never404(), never);
    expect(Buffer.from(answer.bytes).toString()).toBe('%PDF version 3');
    documents.close();
  });

  it('that arrive after everything was deleted are not kept', async () => {
    const app = await rig.signedIn(reviewer);
    const folder = join(app.dataDir, 'late');
    const begun = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<Response>();
    const documents = alone(folder, 1_000_000, 5_000, async () => {
      begun.resolve();
      return answer.promise;
    });
    const place = { id: 'late', bucket, path: 'late', expectedBytes: null };
    const reading = documents.read(place, new AbortController().signal).catch(() => null);
    await begun.promise;
    await documents.wipe();
    // This network does not listen when it is told to stop.
    answer.resolve(new Response('%PDF late'));
    await reading;
    expect(existsSync(folder)).toBe(false);
  });

  it('that stop arriving are given up, and one that nobody waits for any more is ended', async () => {
    const app = await rig.signedIn(reviewer);
    const place = { id: 'x', bucket, path: 'x', expectedBytes: null };
    let begun = Promise.withResolvers<AbortSignal | null | undefined>();
    const hanging: typeof fetch = async (_input, init) => {
      begun.resolve(init?.signal);
      const end = Promise.withResolvers<never>();
      init?.signal?.addEventListener('abort', () => end.reject(new Error('aborted')));
      return new Response(new ReadableStream({ pull: () => end.promise }));
    };
    const stalled = alone(join(app.dataDir, 'stalled'), 1_000_000, 30, hanging);
    const waiting = failureOf(stalled.read(place, new AbortController().signal));
    expect((await waiting).code).toBe('OFFLINE');

    const left = alone(join(app.dataDir, 'left'), 1_000_000, 60_000, hanging);
    begun = Promise.withResolvers();
    const leaving = new AbortController();
    const reading = failureOf(left.read(place, leaving.signal));
    const wire = await begun.promise;
    leaving.abort();
    expect((await reading).code).toBe('CANCELLED');
    expect(wire?.aborted).toBe(true);
    stalled.close();
    left.close();
  });
});

const fetched: string[] = [];

/** The documents alone, over a made-up network: 10 kB under every path unless told otherwise. */
function alone(
  folder: string,
  maxBytes: number,
  stallMillis = 5_000,
  fetch: typeof globalThis.fetch = async (input) => {
    fetched.push(String(input));
    return new Response(Buffer.alloc(10_000, 0x25));
  },
): Documents {
  let key: string | null = null;
  return createDocuments({
    folder,
    maxBytes,
    stallMillis,
    fetch,
    key: 'publishable',
    backend: { url: 'http://storage.test', tokens: { access: async () => 'token' } as never },
    log: () => undefined,
    readKey: async () => key,
    writeKey: async (value) => void (key = value),
    removeKey: async () => void (key = null),
  });
}

function never404(): never {
  throw new Error('there is no such place');
}
