import { bytesText, maxDocumentBytes } from '#shared/domain/documents/limits';
import { AppError } from '#shared/rpc/errors';
import type { Backend } from '../backend/backend.ts';
import { needsSignIn, offline, toAppError } from '../backend/errors.ts';
import type { Fetch } from '../backend/fetch.ts';

/** Where a document is. `id` names it on this machine; `expectedBytes` tells a replaced file from the one kept. */
export type DocumentPlace = {
  readonly id: string;
  readonly bucket: string;
  readonly path: string;
  readonly expectedBytes: number | null;
};

export type DownloadOptions = {
  readonly backend: Pick<Backend, 'url' | 'tokens'>;
  readonly key: string;
  readonly fetch: Fetch;
  /** Milliseconds without a byte until it is given up. */
  readonly stallMillis?: number;
};

/**
 * Fetches a document as who is signed in; the storage's policies decide. Stops as soon as it is larger than allowed.
 * Fails with AppError NOT_FOUND, FORBIDDEN, REJECTED (rule document.size), OFFLINE, BACKEND_UNREACHABLE, NEEDS_SIGN_IN,
 * or with the signal's reason.
 */
export async function download(
  options: DownloadOptions,
  place: DocumentPlace,
  signal: AbortSignal,
): Promise<Buffer> {
  const { backend } = options;
  if (place.expectedBytes !== null && place.expectedBytes > maxDocumentBytes)
    throw tooLarge(place.expectedBytes);
  const path = pathOf(place);
  const stall = createStall(options.stallMillis ?? 20_000);
  const request = async () => {
    const token = await backend.tokens.access();
    return options.fetch(`${backend.url}/storage/v1/object/authenticated/${path}`, {
      headers: { apikey: options.key, authorization: `Bearer ${token}` },
      // A kept answer would be a copy in the clear.
      cache: 'no-store',
      signal: AbortSignal.any([signal, stall.signal]),
    });
  };
  try {
    let answer = await request();
    let refusal = answer.ok ? null : await refusalOf(answer);
    if (refusal?.isTokenRefused === true && (await backend.tokens.renew())) {
      answer = await request();
      refusal = answer.ok ? null : await refusalOf(answer);
    }
    if (refusal !== null) throw refusal.error;
    const bytes = await readBody(answer, stall.feed);
    // Something on the way may cut an answer and say that this was all.
    if (place.expectedBytes !== null && bytes.length !== place.expectedBytes) throw incomplete();
    return bytes;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AppError) throw error;
    throw offline(error);
  } finally {
    stall.end();
  }
}

/** Each part of the path is encoded by itself, so that none of them can climb or carry a query. */
function pathOf({ bucket, path }: DocumentPlace): string {
  const parts = [bucket, ...path.split('/')];
  const isOdd = (part: string) => part === '' || part === '.' || part === '..' || /[\p{Cc}\\]/u.test(part);
  if (parts.some(isOdd)) throw new AppError('BAD_INPUT', 'This is not the place of a document.');
  return parts.map(encodeURIComponent).join('/');
}

async function readBody(answer: Response, feed: () => void): Promise<Buffer> {
  const declared = Number(answer.headers.get('content-length') ?? '0');
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    if (declared > maxDocumentBytes) throw tooLarge(declared);
    for await (const chunk of answer.body ?? []) {
      feed();
      size += chunk.length;
      if (size > maxDocumentBytes) throw tooLarge(null);
      chunks.push(chunk);
    }
  } catch (error) {
    // Leaving the loop has ended the transfer; a refusal before it has to do so by itself.
    await answer.body?.cancel().catch(() => undefined);
    throw error;
  }
  return Buffer.concat(chunks, size);
}

/** Storage answers most refusals with 400 and puts the status that it means into the body. */
async function refusalOf(answer: Response): Promise<{ error: AppError; isTokenRefused: boolean }> {
  const body: unknown = await answer.json().catch(() => null);
  const fields: Record<string, unknown> = typeof body === 'object' && body !== null ? { ...body } : {};
  const status = Number(fields['statusCode']) || answer.status;
  const code = fields['code'] ?? fields['error'];
  if (code === 'InvalidJWT' || status === 401) return { error: needsSignIn(), isTokenRefused: true };
  if (status === 404) {
    const words =
      'The file is not in the storage: it was never uploaded or has been removed, or it is not yours to see.';
    return { error: new AppError('NOT_FOUND', words, { reason: 'missing' }), isTokenRefused: false };
  }
  return { error: toAppError(status, {}), isTokenRefused: status === 403 };
}

function incomplete(): AppError {
  return new AppError(
    'BACKEND_UNREACHABLE',
    'The file did not arrive as it lies in the storage. Try again; if this stays, it was replaced just now.',
    { reason: 'incomplete' },
  );
}

function tooLarge(bytes: number | null): AppError {
  const what = bytes === null ? 'more than' : `${bytesText(bytes)}, and not more than`;
  return new AppError(
    'REJECTED',
    `The file has ${what} ${bytesText(maxDocumentBytes)}${bytes === null ? ', which is the most that is fetched' : ' is fetched'}. Ask for a smaller copy.`,
    { rule: 'document.size', limit: maxDocumentBytes },
  );
}

/** Fires when nothing has come for so long. */
function createStall(millis: number): { readonly signal: AbortSignal; feed(): void; end(): void } {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), millis);
  timer.unref();
  return { signal: controller.signal, feed: () => void timer.refresh(), end: () => clearTimeout(timer) };
}
