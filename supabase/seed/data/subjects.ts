/** The examination subjects of the platform: 24 CSEC, 37 CAPE units and the 3 papers of SEA. */

export type Curriculum = 'CSEC' | 'CAPE' | 'SEA';
export type SubjectSeed = {
  readonly name: string;
  readonly curriculum: Curriculum;
  readonly level: string;
  readonly code: string;
  readonly label: string;
};

/** What one tutor believably teaches together, as the beginnings of labels. A CAPE name stands for both of its units. */
export const clusters: readonly (readonly string[])[] = [
  ['CSEC Mathematics', 'CSEC Additional Mathematics', 'CAPE Pure Mathematics', 'CAPE Applied Mathematics'],
  ['CSEC Mathematics', 'SEA Mathematics', 'CSEC Additional Mathematics'],
  ['CSEC Physics', 'CAPE Physics', 'CSEC Mathematics', 'CSEC Integrated Science'],
  ['CSEC Chemistry', 'CAPE Chemistry', 'CSEC Integrated Science'],
  ['CSEC Biology', 'CAPE Biology', 'CSEC Human and Social Biology', 'CSEC Integrated Science'],
  ['CSEC Agricultural Science', 'CSEC Geography', 'CAPE Environmental Science'],
  ['CSEC English A', 'CSEC English B', 'CAPE Communication Studies', 'CAPE Literatures in English'],
  ['CSEC English A', 'SEA English Language Arts', 'SEA Creative Writing'],
  ['CSEC Spanish', 'CSEC French'],
  ['CSEC Principles of Accounts', 'CSEC Principles of Business', 'CAPE Accounting', 'CAPE Entrepreneurship'],
  ['CSEC Economics', 'CAPE Economics', 'CSEC Principles of Business'],
  ['CSEC Social Studies', 'CSEC Caribbean History', 'CAPE Caribbean Studies', 'CAPE History'],
  ['CSEC Information Technology', 'CAPE Computer Science', 'CAPE Digital Media'],
  ['CAPE Law', 'CAPE Sociology', 'CAPE Caribbean Studies'],
  ['CSEC Industrial Technology', 'CAPE Building and Mechanical Engineering Drawing'],
  ['SEA Mathematics', 'SEA English Language Arts', 'SEA Creative Writing'],
  ['CSEC Music', 'CAPE Art and Design'],
  ['CSEC Physical Education and Sport', 'CSEC Food and Nutrition', 'CSEC Family and Resource Management'],
];

const csec = [
  'Additional Mathematics',
  'Agricultural Science',
  'Biology',
  'Caribbean History',
  'Chemistry',
  'Economics',
  'English A',
  'English B',
  'Family and Resource Management',
  'Food and Nutrition',
  'French',
  'Geography',
  'Human and Social Biology',
  'Industrial Technology',
  'Information Technology',
  'Integrated Science',
  'Mathematics',
  'Music',
  'Physical Education and Sport',
  'Physics',
  'Principles of Accounts',
  'Principles of Business',
  'Social Studies',
  'Spanish',
] as const;

const capeBothUnits = [
  'Accounting',
  'Applied Mathematics',
  'Art and Design',
  'Biology',
  'Building and Mechanical Engineering Drawing',
  'Chemistry',
  'Computer Science',
  'Digital Media',
  'Economics',
  'Entrepreneurship',
  'Environmental Science',
  'Geography',
  'History',
  'Law',
  'Literatures in English',
  'Physics',
  'Pure Mathematics',
] as const;

const capeOneUnit = ['Caribbean Studies', 'Communication Studies', 'Sociology'] as const;

export const subjectSeeds: readonly SubjectSeed[] = [
  ...csec.map((name) => subject(name, 'CSEC', 'Form 4-5')),
  ...capeBothUnits.flatMap((name) => [subject(name, 'CAPE', 'Unit 1'), subject(name, 'CAPE', 'Unit 2')]),
  ...capeOneUnit.map((name) => subject(name, 'CAPE', 'Unit 1')),
  ...['Mathematics', 'English Language Arts', 'Creative Writing'].map((name) =>
    subject(name, 'SEA', 'Standard 4-5'),
  ),
];

function subject(name: string, curriculum: Curriculum, level: string): SubjectSeed {
  const short = name
    .split(/[\s-]+/)
    .map((word) => word.slice(0, 4).toUpperCase())
    .join('');
  const unit = curriculum === 'CAPE' ? level.replace('Unit ', '-U') : '';
  return {
    name,
    curriculum,
    level,
    code: `${curriculum}-${short}${unit}`,
    label: curriculum === 'CAPE' ? `CAPE ${name} ${level}` : `${curriculum} ${name}`,
  };
}
