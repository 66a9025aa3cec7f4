import { readFileSync } from 'node:fs';
import { diploma, transcript, type DegreeRecord } from '../documents/degree-papers.ts';
import { certificate, resultSlip, type ExamRecord } from '../documents/exams.ts';
import { extensionOf, made, noise, type Making, type Medium } from '../documents/media.ts';
import { a4, line, text, type Sheet } from '../documents/sheet.ts';
import { randomOf, type Random } from '../random.ts';

/** What is the matter with a file, beside what it says. */
export type Flaw = (typeof flaws)[number];

/** All of them, in the order in which they are planted. */
export const flaws = [
  'none',
  'rotated',
  'poor',
  'many papers',
  'wrong person',
  'edited',
  'not a paper',
  'empty',
  'missing',
  'lost',
  'cut off',
  'scrambled',
  'misnamed',
  'huge pages',
  'huge file',
  'huge picture',
  'heic',
  'same file',
  'same picture',
  'same candidate',
  'old file',
  'second try',
  'stuck',
  'unread',
] as const;

/** What is printed, and how it is made into a file. */
export type Document = {
  readonly exam: ExamRecord | null;
  readonly degree: DegreeRecord | null;
  readonly style: 'slip' | 'certificate' | 'diploma' | 'transcript';
  readonly making: Making;
  /** The row of `exam.results` with a grade pasted over it; `exam` has what the paper pretends. */
  readonly edited?: number;
};

export type StoredFile = {
  readonly extension: string;
  readonly contentType: string;
  /** Null where nothing ever arrived. */
  readonly bytes: (() => Buffer) | null;
};

/** The file that a document with a flaw comes as. Bytes are made only when they are asked for; always the same ones. */
export function fileOf(document: Document, flaw: Flaw): StoredFile {
  const { medium } = document.making;
  const extension = extensionOf(medium);
  const plain = { extension, contentType: contentTypes[extension] };
  const bytes = () => made(sheetsOf(document, flaw), document.making).bytes;
  switch (flaw) {
    case 'missing':
    case 'lost':
      return { ...plain, bytes: null };
    case 'empty':
      return { ...plain, bytes: () => Buffer.alloc(0) };
    case 'cut off':
      return { ...plain, bytes: () => bytes().subarray(0, Math.floor(bytes().length * 0.55)) };
    case 'scrambled':
      return { ...plain, bytes: () => scrambled(bytes(), document.making.name) };
    case 'misnamed':
      return { extension: 'pdf', contentType: 'application/pdf', bytes };
    case 'heic':
      return { extension: 'HEIC', contentType: 'image/heic', bytes: () => readFileSync(phonePicture) };
    default:
      return { ...plain, bytes };
  }
}

/** A way of sending a paper in, as common as it is among tutors. */
export function commonMedium(rng: Random): Medium {
  return rng.weighted<Medium>({
    pdf: 34,
    'pdf scan': 8,
    'pdf fax': 6,
    png: 12,
    'png scan': 5,
    'jpeg scan': 14,
    'jpeg photo': 14,
    'jpeg sideways': 4,
    webp: 3,
  });
}

const contentTypes = {
  pdf: 'application/pdf',
  png: 'image/png',
  jpg: 'image/jpeg',
  webp: 'image/webp',
} as const;

/** A real picture in the format of phones, of which the browser can make nothing. */
const phonePicture = new URL('../documents/phone.heic', import.meta.url);

function sheetsOf(document: Document, flaw: Flaw): Sheet[] {
  const { exam, degree } = document;
  if (flaw === 'not a paper') return [letter(document.making.name)];
  if (degree !== null) return document.style === 'transcript' ? transcript(degree) : [diploma(degree)];
  if (exam === null) throw new Error('a document holds results or a degree');
  const edited =
    document.edited === undefined
      ? {}
      : { edited: { index: document.edited, grade: gradeAt(exam, document.edited) } };
  if (flaw === 'many papers') {
    const january: ExamRecord = {
      ...exam,
      sitting: 'January',
      year: exam.year + 1,
      results: exam.results.slice(0, 2),
    };
    return [
      resultSlip(exam, { page: { number: 1, of: 4 } }),
      certificate(exam),
      resultSlip(january, { page: { number: 3, of: 4 } }),
      certificate(january),
    ];
  }
  if (flaw === 'huge pages' || flaw === 'huge file') {
    const of = flaw === 'huge pages' ? 140 : 20;
    return Array.from({ length: of }, (_, index) =>
      resultSlip({ ...exam, year: exam.year - (index % 9) }, { page: { number: index + 1, of } }),
    );
  }
  if (document.style === 'certificate') return [certificate(exam, edited)];
  const isCertified = randomOf(`stamp/${document.making.name}`).chance(0.4);
  return [resultSlip(exam, { ...edited, ...(isCertified ? { certifiedOn: `AUGUST ${exam.year}` } : {}) })];
}

function gradeAt(exam: ExamRecord, index: number): number {
  return exam.results[index]?.grade ?? 1;
}

/** The right beginning, and then nothing that makes sense. */
function scrambled(bytes: Buffer, name: string): Buffer {
  const kept = Math.min(200, bytes.length);
  return Buffer.concat([bytes.subarray(0, kept), noise(name, Math.min(60_000, bytes.length))]);
}

/** Somebody picked the wrong file. */
function letter(name: string): Sheet {
  const rng = randomOf(`letter/${name}`);
  const lines = [
    'Dear Parent or Guardian,',
    '',
    `Lessons begin again on ${rng.between(2, 27)} January. Please have the following ready by then:`,
    '',
    '•  two single-line copy books and one graph book',
    '•  a geometry set and a scientific calculator',
    '•  the workbook, second edition, from any bookseller',
    '',
    `The fee for the term is TT$${rng.between(3, 9)}50 and may be paid in two parts.`,
    '',
    'With kind regards,',
  ];
  return {
    ...a4,
    marks: [
      text(60, 80, 'Evening lessons', { face: 'serif-bold', size: 20 }),
      line([60, 92], [535, 92]),
      ...lines.map((words, index) => text(60, 130 + index * 20, words, { face: 'serif', size: 12 })),
    ],
  };
}
