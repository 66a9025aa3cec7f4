import { dateOf, instantAt, minuteMillis, type SeedWindow } from './calendar.ts';
import { femaleNames, familyNames, maleNames } from './data/names.ts';
import { abroad, homeZone, primarySchools, schools } from './data/places.ts';
import type { Curriculum } from './data/subjects.ts';
import { idOf, type Random } from './random.ts';
import type { SeedBatch, SeedRow } from './tables.ts';

export type Student = {
  readonly id: string;
  readonly name: string;
  readonly curriculum: Curriculum;
  readonly zone: string;
  readonly parentId: string | null;
  /** Quarter hours of the week that a standing lesson takes. */
  readonly busy: Set<number>;
};

export type Account = {
  readonly key: string;
  readonly name: string;
  readonly email: string;
  readonly role: 'student' | 'parent' | 'tutor' | 'admin' | null;
  /** Overrides of the profile's columns. */
  readonly profile?: Partial<SeedRow<'profiles'>>;
};

/** The rows of one person: an account that cannot sign in unless the loader gives it a password, and a profile. */
export function accountRows(account: Account, window: SeedWindow, rng: Random): SeedBatch {
  const id = idOf('user', account.key);
  const created = instantAt(window.firstDay - rng.between(20, 500), rng.between(7 * 60, 21 * 60));
  const user = {
    id,
    email: account.email,
    encrypted_password: null,
    email_confirmed_at: created,
    raw_user_meta_data: { full_name: account.name },
    created_at: created,
  };
  const identity = {
    id: idOf('identity', account.key),
    provider_id: id,
    user_id: id,
    provider: 'email',
    identity_data: { sub: id, email: account.email, email_verified: true },
    created_at: created,
  };
  const profile = {
    id,
    role: account.role,
    full_name: account.name,
    display_name: account.name,
    email: account.email,
    username: usernameOf(account.email),
    phone_number: `+1868555${String(rng.between(0, 9999)).padStart(4, '0')}`,
    dob: null,
    country: 'TT',
    region: null,
    school: null,
    form_level: null,
    subjects_of_study: null,
    billing_mode: null,
    tutor_type: null,
    teaching_mode: null,
    teaching_levels: null,
    bio: null,
    timezone: homeZone,
    rating_average: null,
    rating_count: 0,
    tutor_verification_status: null,
    is_suspended: false,
    suspension_reason: null,
    suspended_at: null,
    terms_accepted: true,
    created_at: created,
    ...account.profile,
  };
  return { profiles: [profile], users: [user], identities: [identity] };
}

/** A made-up person whose address can never be a real one (RFC 2606). */
export function inventPerson(key: string, rng: Random): { name: string; email: string; family: string } {
  const family = rng.pick(familyNames);
  const given = rng.chance(0.52) ? rng.pick(femaleNames) : rng.pick(maleNames);
  return { name: `${given} ${family}`, family, email: addressOf(given, family, key) };
}

/** One student, with a parent's account where the family has one. */
export function inventStudent(
  index: number,
  window: SeedWindow,
  rng: Random,
): { student: Student; batch: SeedBatch } {
  const key = `student/${index}`;
  const person = inventPerson(`s${index}`, rng);
  const curriculum = rng.weighted({ CSEC: 56, CAPE: 28, SEA: 16 });
  const away = rng.chance(0.04) ? rng.pick(abroad) : null;
  const home = curriculum === 'SEA' ? rng.pick(primarySchools) : rng.pick(schools);
  const hasParent = curriculum === 'SEA' || rng.chance(curriculum === 'CSEC' ? 0.55 : 0.25);
  const age = { SEA: rng.between(10, 11), CSEC: rng.between(14, 16), CAPE: rng.between(16, 18) }[curriculum];
  const rows = accountRows(
    {
      key,
      name: person.name,
      email: person.email,
      role: 'student',
      profile: {
        dob: dateOf(window.anchor - age * 365 - rng.between(0, 364)),
        country: away?.country ?? 'TT',
        region: away?.place ?? home.region,
        school: away?.school ?? home.name,
        form_level: formOf(curriculum, rng),
        billing_mode: hasParent ? 'parent_required' : 'self_allowed',
        timezone: away?.zone ?? homeZone,
      },
    },
    window,
    rng,
  );
  const student: Student = {
    id: idOf('user', key),
    name: person.name,
    curriculum,
    zone: away?.zone ?? homeZone,
    parentId: hasParent ? idOf('user', `parent/${index}`) : null,
    busy: new Set(),
  };
  if (!hasParent) return { student, batch: rows };

  const given = rng.chance(0.7) ? rng.pick(femaleNames) : rng.pick(maleNames);
  const parent = accountRows(
    {
      key: `parent/${index}`,
      name: `${given} ${person.family}`,
      email: addressOf(given, person.family, `p${index}`),
      role: 'parent',
      profile: { country: away?.country ?? 'TT', region: away?.place ?? home.region, timezone: student.zone },
    },
    window,
    rng,
  );
  return {
    student,
    batch: {
      profiles: [...(rows.profiles ?? []), ...(parent.profiles ?? [])],
      users: [...(rows.users ?? []), ...(parent.users ?? [])],
      identities: [...(rows.identities ?? []), ...(parent.identities ?? [])],
      parent_child_links: [linkRow(idOf('user', `parent/${index}`), student.id)],
    },
  };
}

export function linkRow(parentId: string, childId: string): SeedRow<'parent_child_links'> {
  return { id: idOf('parent-link', `${parentId}/${childId}`), parent_id: parentId, child_id: childId };
}

/** The quarter hours of a week that a time of `minutes` from `minute` on `weekday` covers. */
export function quartersOfWeek(weekday: number, minute: number, minutes: number): number[] {
  const first = (weekday * 1440 + minute) / 15;
  return Array.from({ length: Math.ceil(minutes / 15) }, (_, index) => Math.floor(first) + index);
}

/** The quarter hours since 1970 that a time covers. */
export function quartersOf(start: number, minutes: number): number[] {
  const first = Math.floor(start / (15 * minuteMillis));
  return Array.from({ length: Math.ceil(minutes / 15) }, (_, index) => first + index);
}

function formOf(curriculum: Curriculum, rng: Random): string {
  if (curriculum === 'SEA') return rng.pick(['Standard 4', 'Standard 5']);
  if (curriculum === 'CAPE') return rng.pick(['Lower 6', 'Upper 6']);
  return rng.pick(['Form 4', 'Form 5', 'Form 5']);
}

function addressOf(given: string, family: string, key: string): string {
  return `${given}.${family}.${key}@mail.example`.toLowerCase().replaceAll(/[^a-z0-9.@]/g, '');
}

/** 6 to 30 of the characters that profiles.username allows; unique because the address is. */
function usernameOf(email: string): string {
  const name = email.replace('@demo.itutor.tt', '_demo').replace('@mail.example', '').replaceAll('.', '_');
  return name.slice(-30).padEnd(6, '_');
}
