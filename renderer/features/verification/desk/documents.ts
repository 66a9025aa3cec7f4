import * as z from 'zod';
import { AppError } from '#shared/rpc/errors';
import type { CaseDocument } from '#shared/rpc/verification-contract';
import { core } from '#renderer/rpc.ts';
import type { ViewerDocument } from '../viewer/open-document.ts';

/** A document's bytes as the viewer takes them, and what they are known by. */
export type FetchedDocument = ViewerDocument & { readonly sha256: string };

const bucket = z.enum([
  'tutor-verifications',
  'degree-documents',
  'verification_uploads',
  'verification_docs',
]);

/** What this window holds of documents at most: the case in view, an earlier attempt, and what comes next. */
const maxBytes = 96 * 1024 * 1024;
const held = new Map<
  string,
  { readonly result: Promise<FetchedDocument>; document: FetchedDocument | null }
>();

/** Where a document is, for the core; null while its file is nowhere to be found. */
export function placeOf(document: CaseDocument) {
  const known = bucket.safeParse(document.bucket);
  if (!known.success || document.state === 'missing') return null;
  return {
    id: document.id,
    bucket: known.data,
    path: document.path,
    expectedBytes: document.sizeBytes,
  };
}

/** How a document is called on the screen. */
export function nameOf(document: CaseDocument): string {
  return document.filename ?? document.path.split('/').at(-1) ?? 'Document';
}

/** The document if it is in this window already, so that it can be shown without waiting. */
export function documentAtHand(document: CaseDocument): FetchedDocument | null {
  return held.get(keyOf(document))?.document ?? null;
}

/**
 * A document from this window, this machine or the backend; asked for twice, it is fetched once. Fails with AppError.
 */
export function fetchDocument(document: CaseDocument): Promise<FetchedDocument> {
  const key = keyOf(document);
  const known = held.get(key);
  if (known !== undefined) {
    // Wanted again: the youngest now.
    held.delete(key);
    held.set(key, known);
    return known.result;
  }
  const entry: { readonly result: Promise<FetchedDocument>; document: FetchedDocument | null } = {
    result: fetchBytes(document),
    document: null,
  };
  held.set(key, entry);
  entry.result.then(
    (fetched) => {
      entry.document = fetched;
      makeRoom(key);
    },
    () => {
      // A failure is not kept: asking again tries again.
      if (held.get(key) === entry) held.delete(key);
    },
  );
  return entry.result;
}

/** Forgets every document: when the desk is left or another person signs in. */
export function forgetDocuments(): void {
  held.clear();
}

async function fetchBytes(document: CaseDocument): Promise<FetchedDocument> {
  const place = placeOf(document);
  if (place === null) throw new AppError('NOT_FOUND', 'The file of this document is missing.');
  const client = await core();
  const { bytes, sha256 } = await client['verification.document'](place);
  return { id: document.id, name: nameOf(document), bytes, sha256 };
}

function makeRoom(exceptKey: string): void {
  let bytes = [...held.values()].reduce((sum, { document }) => sum + (document?.bytes.length ?? 0), 0);
  for (const [key, { document }] of held) {
    if (bytes <= maxBytes) return;
    if (key === exceptKey || document === null) continue;
    held.delete(key);
    bytes -= document.bytes.length;
  }
}

/** Another size is another file under the same name. */
function keyOf({ id, sizeBytes, path }: CaseDocument): string {
  return `${id} ${sizeBytes ?? ''} ${path}`;
}
