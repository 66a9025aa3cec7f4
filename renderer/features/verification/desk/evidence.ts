import type { CheckResult } from '#shared/domain/verification/checklist';
import type { EvidenceInput } from '#shared/domain/verification/wire';
import { core } from '#renderer/rpc.ts';
import { sayTrouble } from '#renderer/state/edits.ts';
import { toAppError } from '#renderer/state/live.ts';
import { fingerprint } from '../viewer/fingerprint.ts';
import type { FetchedDocument } from './documents.ts';
import { changeWork, workOn, type OpenedEntry } from './work-store.ts';

/** Answers an item of the checklist. */
export function tick(caseId: string, item: string, result: CheckResult): void {
  changeWork(caseId, ({ ticks, unsentTicks }) => ({
    ticks: { ...ticks, [item]: result },
    unsentTicks: [...new Set([...unsentTicks, item])],
  }));
  sendSoon(caseId);
}

/** Notes that a document was before the reviewer's eyes. */
function noteOpened(caseId: string, entry: OpenedEntry): void {
  const known = workOn(caseId).opened[entry.documentId];
  if (known !== undefined && JSON.stringify(known) === JSON.stringify(entry)) return;
  changeWork(caseId, ({ opened, unsentOpened }) => ({
    opened: { ...opened, [entry.documentId]: entry },
    unsentOpened: [...new Set([...unsentOpened, entry.documentId])],
  }));
  sendSoon(caseId);
}

/** What the server has not been told of a case; null when it knows everything. */
export function unsentEvidence(caseId: string): EvidenceInput | null {
  const { ticks, opened, unsentTicks, unsentOpened } = workOn(caseId);
  if (unsentTicks.length + unsentOpened.length === 0) return null;
  return {
    opened: unsentOpened.flatMap((id) => opened[id] ?? []),
    checklist: Object.fromEntries(
      unsentTicks.flatMap((id) => (ticks[id] === undefined ? [] : [[id, ticks[id]]])),
    ),
  };
}

/** Tells the server now, where it can be told; what could not be sent stays for later or goes with the verdict. */
export async function sendEvidence(caseId: string): Promise<void> {
  clearTimeout(timers.get(caseId));
  timers.delete(caseId);
  const evidence = unsentEvidence(caseId);
  if (evidence === null) return;
  try {
    const client = await core();
    await client['verification.record']({ caseId, evidence });
    markSent(caseId, evidence);
  } catch (thrown) {
    const { code, message } = toAppError(thrown);
    if (code !== 'OFFLINE' && code !== 'BACKEND_UNREACHABLE' && code !== 'CANCELLED')
      sayTrouble('What you looked at was not recorded', message);
  }
}

/** Notes that a page of a document was on the screen, and how the document looks, once that is known. */
export function notePage(subject: Subject, document: FetchedDocument, page: number, pageCount: number): void {
  const look = lookOf(document);
  look.pages.add(page);
  look.pageCount = pageCount;
  note(subject, document);
  look.hashing ??= fingerprint(document).then((phash) => {
    look.phash = phash;
    note(subject, document);
  });
}

/** Notes that a document which cannot be shown was in view: what was to be seen is that there is nothing to see. */
export async function noteUnshown(subject: Subject, document: FetchedDocument): Promise<void> {
  if (lookOf(document).pages.size === 0 && (await fingerprint(document)) === null) note(subject, document);
}

/** The case, and the candidate number that was read on its document, by which the same paper is found elsewhere. */
export type Subject = { readonly caseId: string; readonly candidateNumber: string | null };

type Look = {
  readonly pages: Set<number>;
  pageCount: number | null;
  phash: string | null;
  hashing: Promise<void> | null;
};

/** As long as the bytes are held: looking again at the same ones goes on counting. */
const looks = new WeakMap<Uint8Array, Look>();

function lookOf({ bytes }: FetchedDocument): Look {
  const known = looks.get(bytes);
  if (known !== undefined) return known;
  const look: Look = { pages: new Set(), pageCount: null, phash: null, hashing: null };
  looks.set(bytes, look);
  return look;
}

function note({ caseId, candidateNumber }: Subject, document: FetchedDocument): void {
  const { pages, pageCount, phash } = lookOf(document);
  noteOpened(caseId, {
    documentId: document.id,
    sha256: document.sha256,
    phash,
    candidateNumber,
    pageCount,
    pagesSeen: pages.size,
    sizeBytes: document.bytes.length,
  });
}

const timers = new Map<string, ReturnType<typeof setTimeout>>();
/** Six keys typed one after the other are one call. */
const restMillis = 350;

function sendSoon(caseId: string): void {
  clearTimeout(timers.get(caseId));
  timers.set(
    caseId,
    setTimeout(() => void sendEvidence(caseId), restMillis),
  );
}

/** Only what has not changed again while it was on its way. */
function markSent(caseId: string, { opened, checklist }: EvidenceInput): void {
  changeWork(caseId, (work) => ({
    unsentTicks: work.unsentTicks.filter((id) => work.ticks[id] !== checklist[id]),
    unsentOpened: work.unsentOpened.filter((id) => !opened.includes(work.opened[id] ?? never)),
  }));
}

const never: OpenedEntry = {
  documentId: '',
  sha256: '',
  phash: null,
  candidateNumber: null,
  pageCount: null,
  pagesSeen: 0,
  sizeBytes: 0,
};
