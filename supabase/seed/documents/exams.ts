import { barcode, emblem, guilloche, signature, specimenLine, stamp } from './ornaments.ts';
import { a4, box, frame, line, text, type Colour, type Mark, type Sheet } from './sheet.ts';

/** What a paper of the Caribbean Examinations Council says of one candidate. */
export type ExamRecord = {
  readonly exam: 'CSEC' | 'CAPE';
  readonly name: string;
  /** The centre's six digits and four of the candidate's own. */
  readonly candidateNumber: string;
  readonly centreNumber: string;
  readonly centreName: string;
  readonly year: number;
  readonly sitting: 'May/June' | 'January';
  readonly birthDate: string;
  readonly results: readonly ExamResult[];
};

export type ExamResult = {
  readonly subject: string;
  /** 1 to 6, and 7 for CAPE. */
  readonly grade: number;
  /** Of the profiles (CSEC) or modules (CAPE). */
  readonly letters: readonly string[];
};

export type SlipOptions = {
  /** Which of `results` was pasted over, with the grade that the paper pretends. */
  readonly edited?: { readonly index: number; readonly grade: number };
  readonly page?: { readonly number: number; readonly of: number };
  /** A stamp of the school, with the day on which it certified the copy. */
  readonly certifiedOn?: string;
};

export const romanGrades = ['', 'I', 'II', 'III', 'IV', 'V', 'VI', 'VII'] as const;

const heads = {
  CSEC: { long: 'Caribbean Secondary Education Certificate', colour: [0, 84, 122] },
  CAPE: { long: 'Caribbean Advanced Proficiency Examination', colour: [96, 32, 84] },
} as const satisfies Record<string, { long: string; colour: Colour }>;

/** The slip that schools hand out when results come: a plain table in typewriter face. */
export function resultSlip(record: ExamRecord, options: SlipOptions = {}): Sheet {
  const { width, height } = a4;
  const head = heads[record.exam];
  const isCape = record.exam === 'CAPE';
  const marks: Mark[] = [
    ...emblem(78, 78, 34, 'CXC', head.colour),
    text(330, 62, 'CARIBBEAN EXAMINATIONS COUNCIL', { face: 'serif-bold', size: 17, align: 'centre' }),
    text(330, 82, head.long.toUpperCase(), {
      face: 'sans-bold',
      size: 10.5,
      align: 'centre',
      colour: head.colour,
    }),
    text(330, 100, `CANDIDATE’S RESULT SLIP – ${record.sitting.toUpperCase()} ${record.year}`, {
      size: 10,
      align: 'centre',
    }),
    line([40, 122], [width - 40, 122], 1.4, head.colour),
    ...fields(record, 148),
    ...barcode(430, 138, record.candidateNumber),
    text(430, 168, record.candidateNumber, { face: 'mono', size: 8 }),
  ];
  const top = 232;
  marks.push(
    box(40, top, width - 80, 22, [226, 232, 238]),
    frame(40, top, width - 80, 22),
    text(50, top + 15, 'SUBJECT', { face: 'sans-bold', size: 9 }),
    text(300, top + 15, isCape ? 'UNIT' : 'PROFICIENCY', { face: 'sans-bold', size: 9 }),
    text(402, top + 15, 'GRADE', { face: 'sans-bold', size: 9 }),
    text(464, top + 15, isCape ? 'MODULES' : 'PROFILES', { face: 'sans-bold', size: 9 }),
  );
  for (const [index, result] of record.results.entries()) {
    const y = top + 22 + index * 24;
    marks.push(
      line([40, y + 24], [width - 40, y + 24], 0.5, [150, 150, 156]),
      text(50, y + 16, subjectOf(result.subject), { face: 'mono', size: fitting(subjectOf(result.subject)) }),
      text(300, y + 16, isCape ? unitOf(result.subject) : 'GENERAL', { face: 'mono', size: 10 }),
      text(464, y + 16, result.letters.join('  '), { face: 'mono', size: 10 }),
    );
    if (options.edited?.index === index) marks.push(...pastedGrade(402, y, options.edited.grade));
    else marks.push(text(412, y + 16, romanGrades[result.grade] ?? '', { face: 'mono', size: 11 }));
  }
  const bottom = top + 22 + record.results.length * 24;
  marks.push(
    line([40, top], [40, bottom]),
    line([width - 40, top], [width - 40, bottom]),
    line([40, bottom], [width - 40, bottom]),
    text(50, bottom + 18, `NUMBER OF ${isCape ? 'UNITS' : 'SUBJECTS'} RECORDED: ${record.results.length}`, {
      face: 'mono',
      size: 9,
    }),
    text(
      50,
      bottom + 44,
      'These results are provisional until the certificate is issued. Queries must be made',
      { size: 8.5 },
    ),
    text(50, bottom + 56, 'through the centre within three weeks of the release of results.', { size: 8.5 }),
    signature(60, height - 118, 110, 'Registrar and Chief Executive'),
    line([50, height - 106], [220, height - 106], 0.5),
    text(50, height - 92, 'Registrar and Chief Executive Officer', { size: 8.5 }),
  );
  if (options.certifiedOn !== undefined)
    marks.push(
      ...stamp(
        360,
        height - 170,
        ['CERTIFIED TRUE COPY', record.centreName.slice(0, 28), options.certifiedOn],
        -7,
      ),
    );
  const page = options.page ?? { number: 1, of: 1 };
  marks.push(
    text(width - 50, height - 46, `Page ${page.number} of ${page.of}`, { size: 8, align: 'right' }),
    specimenLine(width, height),
  );
  return { width, height, marks };
}

/** The certificate that follows some months later: a framed sheet in serif. */
export function certificate(record: ExamRecord, options: SlipOptions = {}): Sheet {
  const { width, height } = a4;
  const head = heads[record.exam];
  const mid = width / 2;
  const marks: Mark[] = [
    ...guilloche(width, height, [222, 230, 234]),
    frame(26, 26, width - 52, height - 52, 3, head.colour),
    frame(33, 33, width - 66, height - 66, 0.8, head.colour),
    ...emblem(mid, 92, 38, 'CXC', head.colour),
    text(mid, 162, 'Caribbean Examinations Council', { face: 'serif-bold', size: 25, align: 'centre' }),
    text(mid, 190, head.long, { face: 'serif-italic', size: 17, align: 'centre', colour: head.colour }),
    text(mid, 226, 'This is to certify that', { face: 'serif-italic', size: 12, align: 'centre' }),
    text(mid, 256, record.name.toUpperCase(), { face: 'serif-bold', size: 18, align: 'centre' }),
    text(
      mid,
      278,
      `candidate ${record.candidateNumber}, of centre ${record.centreNumber}, ${record.centreName},`,
      {
        face: 'serif',
        size: 11,
        align: 'centre',
      },
    ),
    text(
      mid,
      294,
      `sat the examination of ${record.sitting} ${record.year} and was awarded the following grades:`,
      {
        face: 'serif',
        size: 11,
        align: 'centre',
      },
    ),
  ];
  for (const [index, result] of record.results.entries()) {
    const y = 330 + index * 23;
    const name =
      record.exam === 'CAPE'
        ? `${subjectOf(result.subject)}, UNIT ${unitOf(result.subject)}`
        : subjectOf(result.subject);
    marks.push(text(80, y, name, { face: 'serif', size: 12 }));
    if (options.edited?.index === index) marks.push(...pastedGrade(384, y - 16, options.edited.grade));
    else {
      marks.push(
        text(394, y, `Grade ${romanGrades[result.grade] ?? ''}`, { face: 'serif-bold', size: 12 }),
        text(464, y, record.exam === 'CSEC' ? 'General' : result.letters.join(' '), {
          face: 'serif',
          size: 12,
        }),
      );
    }
  }
  marks.push(
    signature(70, height - 116, 120, 'Registrar'),
    line([70, height - 104], [220, height - 104], 0.5),
    text(70, height - 90, 'Registrar', { face: 'serif', size: 10 }),
    signature(372, height - 116, 120, 'Chairman of the Council'),
    line([372, height - 104], [522, height - 104], 0.5),
    text(372, height - 90, 'Chairman', { face: 'serif', size: 10 }),
    text(mid, height - 58, `No. ${record.year}${record.candidateNumber.slice(2)}`, {
      face: 'mono',
      size: 9,
      align: 'centre',
    }),
    specimenLine(width, height),
  );
  return { width, height, marks };
}

function fields(record: ExamRecord, top: number): Mark[] {
  const rows = [
    ['CANDIDATE', record.name.toUpperCase()],
    ['CANDIDATE NO.', record.candidateNumber],
    ['CENTRE', `${record.centreNumber}  ${record.centreName.toUpperCase()}`],
    ['DATE OF BIRTH', record.birthDate],
    ['TERRITORY', '160  TRINIDAD AND TOBAGO'],
  ];
  return rows.flatMap(([label = '', value = ''], index) => [
    text(50, top + index * 16, label, { size: 8.5, colour: [80, 80, 88] }),
    text(140, top + index * 16, value, { face: 'mono', size: 10.5 }),
  ]);
}

/** A grade from another paper, glued or pasted over: another face, off the line, on a patch of a slightly other white. */
function pastedGrade(x: number, y: number, grade: number): Mark[] {
  return [
    box(x - 3, y + 3, 54, 17, [246, 243, 232]),
    line([x - 3, y + 20], [x + 51, y + 20], 0.4, [196, 192, 180]),
    text(x + 12, y + 17.5, romanGrades[grade] ?? '', { face: 'sans-bold', size: 12, turn: -2.5 }),
  ];
}

/** "CAPE Physics Unit 2" is printed as PHYSICS. */
function subjectOf(label: string): string {
  return label
    .replace(/^(CSEC|CAPE) /, '')
    .replace(/ Unit [12]$/, '')
    .toUpperCase();
}

function unitOf(label: string): string {
  return label.endsWith('Unit 2') ? '2' : '1';
}

function fitting(words: string): number {
  return words.length > 38 ? 8.6 : 10;
}
