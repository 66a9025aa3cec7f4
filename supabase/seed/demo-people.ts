import { dateOf, instantAt, type SeedWindow } from './calendar.ts';
import { homeZone } from './data/places.ts';
import type { Curriculum } from './data/subjects.ts';
import { accountRows, linkRow, type Account, type Student } from './people.ts';
import { idOf, randomOf, type Random } from './random.ts';
import type { SeedBatch } from './tables.ts';
import { blockRow, holidayBlocks, subjectsOf, tutorRows, type Hours, type Tutor } from './tutors.ts';

/** Who can be signed in as with one click, in the order in which the sign-in screen offers them. */
export const demoAccounts = [
  { email: 'tutor@demo.itutor.tt', role: 'tutor', label: 'Anisa Ramkissoon, tutor of mathematics' },
  { email: 'tutor2@demo.itutor.tt', role: 'tutor', label: 'Kwame Baptiste, tutor with a very full week' },
  { email: 'reviewer@demo.itutor.tt', role: 'reviewer', label: 'Giselle Hosein, verification reviewer' },
  {
    email: 'reviewer2@demo.itutor.tt',
    role: 'reviewer',
    label: 'Kerwin Salandy, second verification reviewer',
  },
  { email: 'support@demo.itutor.tt', role: 'support', label: 'Darren Joseph, payments support' },
  { email: 'admin@demo.itutor.tt', role: 'admin', label: 'Natalie Maharaj, admin on call' },
  { email: 'student@demo.itutor.tt', role: 'student', label: 'Aaliyah Charles, student' },
  { email: 'parent@demo.itutor.tt', role: 'parent', label: 'Marlon Charles, parent' },
] as const;

/** The tutors that are shown, with the students whose lessons are told by hand. */
export type DemoCast = {
  readonly anisa: Tutor;
  readonly kwame: Tutor;
  readonly suspended: Tutor;
  readonly students: Readonly<Record<DemoStudent, Student>>;
};
export type DemoStudent = keyof typeof studentSpecs;

const studentSpecs = {
  aaliyah: ['Aaliyah Charles', 'CSEC', homeZone],
  kiran: ['Kiran Maharaj', 'CAPE', homeZone],
  jabari: ['Jabari Cumberbatch', 'CSEC', homeZone],
  safiya: ['Safiya Mohammed', 'CSEC', homeZone],
  joshua: ['Joshua De Freitas', 'CAPE', homeZone],
  shania: ['Shania Persad', 'CSEC', homeZone],
  ethan: ['Ethan Lee Lung', 'CAPE', homeZone],
  makeda: ['Makeda Toussaint', 'CSEC', homeZone],
  rishi: ['Rishi Boodram', 'CSEC', homeZone],
  zara: ['Zara Khan', 'CAPE', homeZone],
  newYork: ['Tyrese Alleyne', 'CSEC', 'America/New_York'],
  london: ['Amelia Granger', 'CSEC', 'Europe/London'],
  toronto: ['Devin Singh', 'CAPE', 'America/Toronto'],
} as const satisfies Readonly<Record<string, readonly [string, Curriculum, string]>>;

const afterSchool = (weekday: number, from: number, to: number): Hours => ({
  weekday,
  from: from * 60,
  to: to * 60,
});
const anisaHours = [
  afterSchool(1, 15, 19.5),
  afterSchool(2, 15, 20),
  afterSchool(3, 15, 19.5),
  afterSchool(4, 15, 20),
  afterSchool(5, 15, 18),
  afterSchool(6, 8, 15),
];
const kwameHours = [
  afterSchool(0, 13, 18),
  ...[1, 2, 3, 4, 5].map((weekday) => afterSchool(weekday, 14, 21)),
  afterSchool(6, 7, 18),
];

/** The accounts of the demonstration, a tutor who has just joined and one who is suspended. */
export function demoPeople(window: SeedWindow): { cast: DemoCast; batches: SeedBatch[] } {
  const rng = randomOf('demo/people');
  const anisa = tutorRows(
    {
      key: 'tutor@demo.itutor.tt',
      name: 'Anisa Ramkissoon',
      email: 'tutor@demo.itutor.tt',
      subjects: subjectsOf([
        'CSEC Mathematics',
        'CSEC Additional Mathematics',
        'CAPE Pure Mathematics Unit 1',
        'CAPE Pure Mathematics Unit 2',
      ]),
      pricePerHourCents: 18_000,
      hours: anisaHours,
      profile: {
        tutor_type: 'professional_teacher',
        region: 'Tunapuna',
        school: 'St. Augustine Girls High School',
        bio: 'Twelve years of CSEC and CAPE mathematics. Examiner for the CXC since 2019.',
        rating_average: 480,
        rating_count: 64,
      },
    },
    window,
    rng,
  );
  const kwame = tutorRows(
    {
      key: 'tutor2@demo.itutor.tt',
      name: 'Kwame Baptiste',
      email: 'tutor2@demo.itutor.tt',
      subjects: subjectsOf(['CSEC Physics', 'CAPE Physics', 'CSEC Mathematics', 'CSEC Integrated Science']),
      pricePerHourCents: 15_000,
      hours: kwameHours,
      profile: {
        tutor_type: 'university_tutor',
        region: 'Scarborough',
        bio: 'Physics from Scarborough, online all over Trinidad and Tobago.',
        rating_average: 460,
        rating_count: 41,
      },
    },
    window,
    rng,
  );
  const suspended = tutorRows(
    {
      key: 'tutor/suspended',
      name: 'Clint Guerra',
      email: 'clint.guerra@mail.example',
      subjects: subjectsOf(['CSEC Spanish', 'CSEC French']),
      pricePerHourCents: 12_000,
      hours: [afterSchool(2, 15, 19), afterSchool(6, 9, 14)],
      profile: {
        is_suspended: true,
        suspension_reason: 'Missed five lessons in ninety days without notice.',
        suspended_at: instantAt(window.anchor - 9, 10 * 60),
      },
    },
    window,
    rng,
  );
  const joined = tutorRows(
    {
      key: 'tutor/new',
      name: 'Candice Noel',
      email: 'candice.noel@mail.example',
      subjects: subjectsOf(['CSEC Geography']),
      pricePerHourCents: 10_000,
      hours: [],
      profile: { tutor_verification_status: 'UNVERIFIED', created_at: instantAt(window.anchor - 1, 9 * 60) },
    },
    window,
    rng,
  );
  const family = demoFamily(window, rng);
  return {
    cast: { anisa: anisa.tutor, kwame: kwame.tutor, suspended: suspended.tutor, students: family.students },
    batches: [
      anisa.batch,
      { tutor_unavailability_blocks: anisaBlocks(window) },
      kwame.batch,
      { tutor_unavailability_blocks: holidayBlocks('tutor2@demo.itutor.tt', window) },
      suspended.batch,
      { tutor_unavailability_blocks: holidayBlocks('tutor/suspended', window) },
      joined.batch,
      ...family.batches,
      ...staff(window, rng),
      { demo_accounts: demoAccounts.map((account, index) => ({ ...account, position: index + 1 })) },
    ],
  };
}

function anisaBlocks(window: SeedWindow) {
  const key = 'tutor@demo.itutor.tt';
  const within = (day: number, from: number, to: number) => ({
    startAt: instantAt(day, from * 60),
    endAt: instantAt(day, to * 60),
  });
  const monday = window.thisMonday;
  return [
    ...holidayBlocks(key, window),
    blockRow(key, within(window.firstDay + 4, 12, 13.5), 'Department meeting', 'FREQ=WEEKLY;BYDAY=FR'),
    blockRow(key, within(window.firstDay + 2, 19.5, 20.5), 'Choir practice', 'FREQ=WEEKLY;BYDAY=WE'),
    blockRow(key, within(monday + 1, 10, 12), 'Marking SBAs'),
    blockRow(key, within(monday + 8, 9, 11), 'Dentist, Woodbrook'),
    blockRow(key, within(monday + 11, 15, 16.5), 'CXC marking exercise'),
  ];
}

function demoFamily(window: SeedWindow, rng: Random) {
  const batches: SeedBatch[] = [];
  const person = (account: Account) => {
    batches.push(accountRows(account, window, rng));
  };
  person({
    key: 'parent@demo.itutor.tt',
    name: 'Marlon Charles',
    email: 'parent@demo.itutor.tt',
    role: 'parent',
  });
  const make = (name: DemoStudent): Student => {
    const [fullName, curriculum, zone] = studentSpecs[name];
    const isDemo = name === 'aaliyah';
    const key = isDemo ? 'student@demo.itutor.tt' : `demo-student/${name}`;
    person({
      key,
      name: fullName,
      email: isDemo ? key : `${name.toLowerCase()}.demo@mail.example`,
      role: 'student',
      profile: {
        timezone: zone,
        form_level: curriculum === 'CAPE' ? 'Upper 6' : 'Form 5',
        dob: dateOf(window.anchor - (curriculum === 'CAPE' ? 17 : 15) * 365 - rng.between(0, 300)),
        billing_mode: isDemo ? 'parent_required' : 'self_allowed',
      },
    });
    const parentId = isDemo ? idOf('user', 'parent@demo.itutor.tt') : null;
    return { id: idOf('user', key), name: fullName, curriculum, zone, parentId, busy: new Set() };
  };
  const students = {
    aaliyah: make('aaliyah'),
    kiran: make('kiran'),
    jabari: make('jabari'),
    safiya: make('safiya'),
    joshua: make('joshua'),
    shania: make('shania'),
    ethan: make('ethan'),
    makeda: make('makeda'),
    rishi: make('rishi'),
    zara: make('zara'),
    newYork: make('newYork'),
    london: make('london'),
    toronto: make('toronto'),
  } satisfies Record<DemoStudent, Student>;
  batches.push({ parent_child_links: [linkRow(idOf('user', 'parent@demo.itutor.tt'), students.aaliyah.id)] });
  return { students, batches };
}

function staff(window: SeedWindow, rng: Random): SeedBatch[] {
  const members = [
    { email: 'reviewer@demo.itutor.tt', name: 'Giselle Hosein', role: 'reviewer' },
    { email: 'reviewer2@demo.itutor.tt', name: 'Kerwin Salandy', role: 'reviewer' },
    { email: 'support@demo.itutor.tt', name: 'Darren Joseph', role: 'support' },
    { email: 'admin@demo.itutor.tt', name: 'Natalie Maharaj', role: 'admin' },
  ];
  return members.map((member) => ({
    ...accountRows({ key: member.email, name: member.name, email: member.email, role: null }, window, rng),
    staff_members: [{ user_id: idOf('user', member.email), role: member.role }],
  }));
}
