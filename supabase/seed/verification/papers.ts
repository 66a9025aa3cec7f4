import { schools } from '../data/places.ts';
import { subjectSeeds, type SubjectSeed } from '../data/subjects.ts';
import type { DegreeRecord, University } from '../documents/degree-papers.ts';
import type { ExamRecord, ExamResult } from '../documents/exams.ts';
import { at, type Random } from '../random.ts';

/** Somebody who hands in papers, with what he says he can teach. */
export type Claimant = {
  readonly key: string;
  readonly id: string;
  readonly name: string;
  readonly subjects: readonly SubjectSeed[];
};

/** Invents the examination results of a claimant in one sitting: what he claims, and what one sits besides. */
export function inventExam(claimant: Claimant, rng: Random): ExamRecord {
  const exams = [...new Set(claimant.subjects.map((subject) => subject.curriculum))];
  const exam = exams.includes('CAPE') && (!exams.includes('CSEC') || rng.chance(0.4)) ? 'CAPE' : 'CSEC';
  const claimed = claimant.subjects.filter((subject) => subject.curriculum === exam);
  const wanted = exam === 'CSEC' ? rng.between(6, 9) : rng.between(3, 5);
  const besides = rng
    .shuffle(subjectSeeds.filter((subject) => subject.curriculum === exam && !claimed.includes(subject)))
    .slice(0, Math.max(0, wanted - claimed.length));
  const year = exam === 'CSEC' ? rng.between(2004, 2022) : rng.between(2006, 2024);
  const school = rng.between(0, schools.length - 1);
  const centreNumber = `16${String(11 + school * 23).padStart(4, '0')}`;
  const sitting = exam === 'CSEC' && rng.chance(0.08) ? 'January' : 'May/June';
  return {
    exam,
    name: claimant.name,
    centreNumber,
    candidateNumber: `${centreNumber}${String(rng.between(1, 480)).padStart(4, '0')}`,
    centreName: at(schools, school).name,
    year,
    sitting,
    birthDate: `${two(rng.between(1, 28))}/${two(rng.between(1, 12))}/${year - (exam === 'CSEC' ? 16 : 18)}`,
    results: [
      ...claimed.map((subject) => result(subject, rng.weighted({ 1: 52, 2: 34, 3: 14 }), rng)),
      ...besides.map((subject) => result(subject, rng.weighted({ 1: 26, 2: 34, 3: 26, 4: 9, 5: 5 }), rng)),
    ],
  };
}

/** Invents a degree that fits what a claimant teaches. */
export function inventDegree(claimant: Claimant, rng: Random): DegreeRecord {
  const name = claimant.subjects[0]?.name ?? 'Education';
  const area = areas.find((each) => each.words.test(name)) ?? at(areas, areas.length - 1);
  const field = rng.pick(area.fields);
  const year = rng.between(2008, 2025);
  return {
    name: claimant.name,
    university: rng.pick(universities),
    degree: area.degree,
    field,
    honours: rng.pick([
      'First Class Honours',
      'Upper Second Class Honours',
      'Upper Second Class Honours',
      'Lower Second Class Honours',
      'Pass',
    ]),
    year,
    studentNumber: `81${String(year % 100).padStart(2, '0')}${String(rng.between(1, 99_999)).padStart(5, '0')}`,
    courses: coursesOf(field, rng),
  };
}

const universities: readonly University[] = [
  {
    name: 'The University of the West Indies',
    short: 'UWI',
    place: 'St. Augustine, Trinidad and Tobago',
    colour: [110, 20, 40],
  },
  {
    name: 'The University of Trinidad and Tobago',
    short: 'UTT',
    place: 'Arima, Trinidad and Tobago',
    colour: [14, 60, 110],
  },
  {
    name: 'University of the Southern Caribbean',
    short: 'USC',
    place: 'Maracas Valley, St. Joseph, Trinidad and Tobago',
    colour: [20, 84, 60],
  },
  {
    name: 'College of Science, Technology and Applied Arts',
    short: 'COSTAATT',
    place: 'Port of Spain, Trinidad and Tobago',
    colour: [130, 70, 10],
  },
];

/** What one reads to teach what; the last is for everything else. */
const areas: readonly { words: RegExp; degree: string; fields: readonly [string, ...string[]] }[] = [
  {
    words: /Math|Physics/,
    degree: 'Bachelor of Science',
    fields: ['Mathematics', 'Physics', 'Actuarial Science'],
  },
  {
    words: /Chem|Bio|Science|Agri/,
    degree: 'Bachelor of Science',
    fields: ['Chemistry', 'Biology', 'Environmental Science'],
  },
  {
    words: /English|Liter|Commun|Spanish|French/,
    degree: 'Bachelor of Arts',
    fields: ['Literatures in English', 'Linguistics', 'Spanish'],
  },
  {
    words: /Account|Business|Econ|Entre/,
    degree: 'Bachelor of Science',
    fields: ['Accounting', 'Economics', 'Management Studies'],
  },
  {
    words: /Comput|Techn|Digital/,
    degree: 'Bachelor of Science',
    fields: ['Computer Science', 'Information Technology'],
  },
  { words: /./, degree: 'Bachelor of Education', fields: ['Secondary Education', 'History', 'Sociology'] },
];

const courseWords = [
  'Introduction to',
  'Foundations of',
  'Methods in',
  'Topics in',
  'Advanced',
  'Seminar in',
  'Applied',
] as const;

function coursesOf(field: string, rng: Random): DegreeRecord['courses'] {
  const prefix = field
    .replaceAll(/[^A-Za-z]/g, '')
    .slice(0, 4)
    .toUpperCase();
  return Array.from({ length: rng.between(24, 34) }, (_, index) => ({
    code: `${prefix} ${1 + Math.floor(index / 11)}${String(101 + index * 3).slice(-3)}`,
    title: `${at(courseWords, index % courseWords.length)} ${field} ${['I', 'II', 'III', 'IV', 'V'][Math.floor(index / courseWords.length)] ?? ''}`,
    grade: rng.pick(['A', 'A', 'A-', 'B+', 'B+', 'B', 'B-', 'C+']),
  }));
}

function result(subject: SubjectSeed, grade: string, rng: Random): ExamResult {
  const best = Number(grade) - 1;
  const letters = Array.from({ length: 3 }, () => 'ABCDEFG'.charAt(Math.min(6, best + rng.pick([0, 0, 1]))));
  return { subject: subject.label, grade: Number(grade), letters };
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
