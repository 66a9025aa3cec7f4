import { createHash } from 'node:crypto';
import pg from 'pg';
import { verificationCases } from '../generate.ts';
import { rememberDocuments, seededScope } from '../scope.ts';
import type { PlannedCase, PlannedFile } from './cases.ts';

export type UploadOptions = {
  /** As the owner of the schema, as for the seed. */
  readonly databaseUrl: string;
  /** Of the project: "https://….supabase.co", or the embedded stack's. */
  readonly url: string;
  /** A secret key of the project (service role). */
  readonly secretKey: string;
  /** Leaves the files of other cases out; the work then counts as unfinished. */
  readonly only?: ((planned: PlannedCase) => boolean) | undefined;
  readonly log?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
};

export type UploadReport = { readonly uploaded: number; readonly bytes: number; readonly seconds: number };

/** Whether a seeded database still lacks files of its cases. */
export async function lacksDocuments(databaseUrl: string): Promise<boolean> {
  return connected(databaseUrl, async (client) => (await seededScope(client))?.hasDocuments === false);
}

/**
 * Makes the files of the seeded cases and stores them through the project's Storage API, those first that a reviewer is
 * given first. What is there already stays, so it can be cut off and started anew. Does nothing on a database that was
 * not seeded. Throws with what Storage says when it refuses one.
 */
export async function uploadDocuments(options: UploadOptions): Promise<UploadReport> {
  const started = performance.now();
  return connected(options.databaseUrl, async (client) => {
    const scope = await seededScope(client);
    if (scope === undefined || scope.hasDocuments) return { uploaded: 0, bytes: 0, seconds: 0 };
    await ensureOldBuckets(client);
    const present = await storedPaths(client);
    const work = inOrder(verificationCases(scope).filter(options.only ?? (() => true)));
    let uploaded = 0;
    let bytes = 0;
    for (const { planned, file } of work) {
      options.signal?.throwIfAborted();
      if (file.bytes === null || present.has(`${file.bucket}/${file.path}`)) continue;
      const body = file.bytes();
      await store(options, file, body);
      if (planned.verdict !== null) await noteSeen(client, planned, file, body);
      uploaded += 1;
      bytes += body.length;
      if (uploaded % 50 === 0) options.log?.(`Documents: ${uploaded} of about ${work.length}`);
    }
    if (options.only === undefined) await rememberDocuments(client);
    return { uploaded, bytes, seconds: (performance.now() - started) / 1000 };
  });
}

type Work = { readonly planned: PlannedCase; readonly file: PlannedFile };

/** What waits, oldest first, as the queue gives it out; then what is decided, newest first. */
function inOrder(cases: readonly PlannedCase[]): Work[] {
  const waiting = cases.filter((planned) => planned.verdict === null);
  const decided = cases.filter((planned) => planned.verdict !== null).toReversed();
  return [...waiting, ...decided].flatMap((planned) => planned.files.map((file) => ({ planned, file })));
}

/** The platform's older buckets, which no migration makes: a live project may have them. */
async function ensureOldBuckets(client: pg.Client): Promise<void> {
  await client.query(
    `insert into storage.buckets (id, name, public) values
       ('verification_uploads', 'verification_uploads', false), ('verification_docs', 'verification_docs', false)
     on conflict (id) do nothing`,
  );
}

async function storedPaths(client: pg.Client): Promise<ReadonlySet<string>> {
  const found = await client.query<{ path: string }>(
    `select bucket_id || '/' || name as path from storage.objects
     where bucket_id in ('tutor-verifications', 'degree-documents', 'verification_uploads', 'verification_docs')`,
  );
  return new Set(found.rows.map((row) => row.path));
}

async function store(options: UploadOptions, file: PlannedFile, body: Buffer): Promise<void> {
  const path = file.path.split('/').map(encodeURIComponent).join('/');
  const response = await fetch(`${options.url}/storage/v1/object/${file.bucket}/${path}`, {
    method: 'POST',
    headers: {
      apikey: options.secretKey,
      authorization: `Bearer ${options.secretKey}`,
      'content-type': file.contentType,
    },
    body: new Uint8Array(body),
    signal: options.signal ?? null,
  });
  // 409: another process was faster with the very same file.
  if (!response.ok && response.status !== 409)
    throw new Error(
      `Storage refused ${file.bucket}/${file.path}: ${response.status} ${await response.text()}`,
    );
  await response.body?.cancel();
}

/** What the console of the reviewer who decided found out about the file: the memory in which copies are recognised. */
async function noteSeen(
  client: pg.Client,
  planned: PlannedCase,
  file: PlannedFile,
  body: Buffer,
): Promise<void> {
  await client.query(
    `update public.verification_documents set sha256 = $3, candidate_number = $4, seen_at = to_timestamp($5)
     where case_id = $1 and path = $2 and sha256 is null`,
    [
      planned.id,
      file.path,
      createHash('sha256').update(body).digest('hex'),
      planned.document.exam?.candidateNumber ?? null,
      (planned.verdict?.claimedAt ?? 0) / 1000,
    ],
  );
}

async function connected<T>(databaseUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'console seed' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
