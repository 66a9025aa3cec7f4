import type { Database } from 'better-sqlite3';
import { matchesTerms, searchTerms } from '#shared/domain/name-search';
import type { Micros } from '#shared/domain/instant';
import type { FoundBookings } from '#shared/rpc/contract';
import { defineQuery, statement } from '../cache/query.ts';
import { selectBookings, toScheduleItem, type BookingRow } from './rows.ts';

/** Behind which booking a page begins: they are sorted by requested start, then id, the newest first. */
type Place = { readonly startAt: Micros; readonly id: string };

export type SearchInput = { readonly text: string; readonly after: Place | null; readonly limit: number };

/**
 * Bookings whose student or tutor has a name with these words in it, the newest first. The cost is bounded whatever is
 * looked for: a name that few have is looked up, a name that many have is met soon by walking back through time. A page
 * that walked far without filling up is short and still says where to go on.
 */
export const searchQuery = defineQuery(
  'schedule.search',
  (db, { text, after, limit }: SearchInput): FoundBookings => {
    const terms = searchTerms(text);
    if (terms.length === 0) return { items: [], next: null };
    const from = after ?? { startAt: Number.MAX_SAFE_INTEGER, id: '' };
    const people = findPeople(db, terms);
    const { places, next } = people === null ? walk(db, terms, from, limit) : lookUp(db, people, from, limit);
    return { items: places.flatMap(({ id }) => read(db, id)), next };
  },
);

type Page = { readonly places: readonly Place[]; readonly next: Place | null };

const fewPeople = 100;
/** Bookings that a walk looks at: some 30 ms. */
const longestWalk = 4_000;

/** Ids of those who have the name; null when they are many, or while there is no index yet. */
function findPeople(db: Database, terms: readonly string[]): readonly string[] | null {
  const built = statement<[], { is_indexed: number }>(
    db,
    `SELECT is_indexed FROM sync_tables WHERE name = 'people'`,
  ).get();
  if (built?.is_indexed !== 1) return null;
  const found = statement<[string], string>(
    db,
    `SELECT p.id FROM people_search s CROSS JOIN people p ON p.rowid = s.rowid
     WHERE people_search MATCH ? ORDER BY s.rowid DESC LIMIT ${fewPeople + 1}`,
  )
    .pluck()
    .all(terms.map((term) => `"${term}"*`).join(' '));
  return found.length > fewPeople ? null : found;
}

/** The newest of each person, and of these the newest. */
function lookUp(db: Database, people: readonly string[], from: Place, limit: number): Page {
  const places = new Map<string, Place>();
  for (const column of ['student_id', 'tutor_id']) {
    const newest = statement<[string, number, string, number], Place>(
      db,
      `SELECT id, requested_start_at AS startAt FROM bookings
       WHERE ${column} = ? AND (requested_start_at, id) < (?, ?)
       ORDER BY requested_start_at DESC, id DESC LIMIT ?`,
    );
    for (const person of people) {
      for (const place of newest.all(person, from.startAt, from.id, limit + 1)) places.set(place.id, place);
    }
  }
  const sorted = [...places.values()].toSorted(
    (a, b) => b.startAt - a.startAt || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0),
  );
  const page = sorted.slice(0, limit);
  return { places: page, next: sorted.length > limit ? (page.at(-1) ?? null) : null };
}

/** From the newest booking back, until the page is full or the walk long enough. */
function walk(db: Database, terms: readonly string[], from: Place, limit: number): Page {
  const all = statement<[number, string], Place & { student: string | null; tutor: string | null }>(
    db,
    `SELECT b.id, b.requested_start_at AS startAt, s.display_name AS student, t.display_name AS tutor
     FROM bookings b LEFT JOIN people s ON s.id = b.student_id LEFT JOIN people t ON t.id = b.tutor_id
     WHERE (b.requested_start_at, b.id) < (?, ?)
     ORDER BY b.requested_start_at DESC, b.id DESC LIMIT ${longestWalk}`,
  );
  const places: Place[] = [];
  let walked = 0;
  let last: Place | null = null;
  for (const { id, startAt, student, tutor } of all.iterate(from.startAt, from.id)) {
    walked += 1;
    last = { id, startAt };
    if (matchesTerms(student ?? '', terms) || matchesTerms(tutor ?? '', terms)) places.push(last);
    if (places.length === limit) return { places, next: last };
  }
  return { places, next: walked === longestWalk ? last : null };
}

function read(db: Database, id: string): FoundBookings['items'] {
  const row = statement<[string], BookingRow>(db, `${selectBookings} WHERE b.id = ?`).get(id);
  const tutor = statement<[string], { id: string; name: string | null }>(
    db,
    `SELECT b.tutor_id AS id, p.display_name AS name FROM bookings b LEFT JOIN people p ON p.id = b.tutor_id
     WHERE b.id = ?`,
  ).get(id);
  if (row === undefined || tutor === undefined) return [];
  const { bookingId, status, startAt, endAt, subject, studentName } = toScheduleItem(row);
  return [
    {
      bookingId,
      status,
      startAt,
      endAt,
      subject,
      studentName,
      tutorId: tutor.id,
      tutorName: tutor.name ?? 'Tutor',
    },
  ];
}
