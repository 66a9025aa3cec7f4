import { emblem, guilloche, signature, specimenLine, wax } from './ornaments.ts';
import { a4, frame, line, polygon, rosette, text, type Colour, type Mark, type Sheet } from './sheet.ts';

export type DegreeRecord = {
  readonly name: string;
  readonly university: University;
  readonly degree: string;
  readonly field: string;
  readonly honours: string;
  readonly year: number;
  readonly studentNumber: string;
  readonly courses: readonly { readonly code: string; readonly title: string; readonly grade: string }[];
};

export type University = {
  readonly name: string;
  readonly short: string;
  readonly place: string;
  readonly colour: Colour;
};

/** The diploma: a sheet across, in serif, with a seal. */
export function diploma(record: DegreeRecord): Sheet {
  const [width, height] = [a4.height, a4.width];
  const mid = width / 2;
  const { university } = record;
  const marks: Mark[] = [
    ...guilloche(width, height, [236, 230, 214]),
    frame(24, 24, width - 48, height - 48, 4, university.colour),
    frame(34, 34, width - 68, height - 68, 0.8, university.colour),
    ...emblem(mid, 84, 34, university.short, university.colour),
    text(mid, 156, university.name, {
      face: 'serif-bold',
      size: 30,
      align: 'centre',
      colour: university.colour,
    }),
    text(mid, 178, university.place, { face: 'serif', size: 12, align: 'centre' }),
    text(mid, 216, 'It is hereby certified that', { face: 'serif-italic', size: 15, align: 'centre' }),
    text(mid, 258, record.name, { face: 'serif-bold', size: 28, align: 'centre' }),
    text(mid, 292, 'having satisfied all the requirements has been admitted to the degree of', {
      face: 'serif-italic',
      size: 14,
      align: 'centre',
    }),
    text(mid, 332, record.degree, { face: 'serif-bold', size: 24, align: 'centre' }),
    text(mid, 358, `in ${record.field}`, { face: 'serif', size: 17, align: 'centre' }),
    text(mid, 384, record.honours, { face: 'serif-italic', size: 15, align: 'centre' }),
    text(mid, 416, `Given this day in October ${record.year}`, { face: 'serif', size: 12, align: 'centre' }),
    signature(116, height - 92, 130, `Vice Chancellor ${university.short}`),
    line([110, height - 78], [280, height - 78], 0.6),
    text(195, height - 62, 'Vice-Chancellor', { face: 'serif', size: 11, align: 'centre' }),
    signature(width - 276, height - 92, 130, `Registrar ${university.name}`),
    line([width - 280, height - 78], [width - 110, height - 78], 0.6),
    text(width - 195, height - 62, 'University Registrar', { face: 'serif', size: 11, align: 'centre' }),
    ...seal(mid, height - 100),
    specimenLine(width, height + 2),
  ];
  return { width, height, marks };
}

/** The transcript of courses and grades, as many sheets as they take. */
export function transcript(record: DegreeRecord): Sheet[] {
  const { width, height } = a4;
  const perSheet = 26;
  const count = Math.ceil(record.courses.length / perSheet);
  return Array.from({ length: count }, (_, sheet) => {
    const courses = record.courses.slice(sheet * perSheet, (sheet + 1) * perSheet);
    const marks: Mark[] = [
      ...emblem(70, 66, 26, record.university.short, record.university.colour),
      text(112, 60, record.university.name, { face: 'serif-bold', size: 18 }),
      text(112, 78, `Academic transcript – ${record.degree}, ${record.field}`, { size: 10 }),
      line([40, 104], [width - 40, 104], 1.2, record.university.colour),
      text(50, 126, `Name: ${record.name}`, { size: 10 }),
      text(330, 126, `Student number: ${record.studentNumber}`, { size: 10 }),
      text(50, 142, `Award: ${record.honours}`, { size: 10 }),
      text(330, 142, `Conferred: October ${record.year}`, { size: 10 }),
      text(50, 172, 'COURSE', { face: 'sans-bold', size: 9 }),
      text(130, 172, 'TITLE', { face: 'sans-bold', size: 9 }),
      text(500, 172, 'GRADE', { face: 'sans-bold', size: 9 }),
      line([40, 178], [width - 40, 178], 0.8),
      ...courses.flatMap((course, index) => {
        const y = 196 + index * 21;
        return [
          text(50, y, course.code, { face: 'mono', size: 9.5 }),
          text(130, y, course.title, { size: 9.5 }),
          text(508, y, course.grade, { face: 'mono', size: 10 }),
          line([40, y + 6], [width - 40, y + 6], 0.3, [190, 190, 196]),
        ];
      }),
      text(width - 50, height - 40, `Page ${sheet + 1} of ${count}`, { size: 8, align: 'right' }),
      specimenLine(width, height),
    ];
    return { width, height, marks };
  });
}

function seal(x: number, y: number): Mark[] {
  const ribbon = (dx: number): Mark =>
    polygon(
      [
        x + dx - 8,
        y + 14,
        x + dx + 8,
        y + 14,
        x + dx * 2 + 8,
        y + 58,
        x + dx * 2,
        y + 50,
        x + dx * 2 - 8,
        y + 58,
      ],
      [120, 24, 30],
    );
  return [
    ribbon(-9),
    ribbon(9),
    rosette(x, y, (angle) => 30 + 2.2 * Math.cos(24 * angle), { width: 0, colour: wax, steps: 144 }),
    rosette(x, y, () => 23, { colour: [226, 190, 190], width: 0.8 }),
    text(x, y + 4, 'SEAL', { face: 'serif-bold', size: 12, align: 'centre', colour: [236, 210, 210] }),
  ];
}
