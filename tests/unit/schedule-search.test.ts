import { randomUUID } from 'node:crypto';
import Sqlite, { type Database } from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ensureTables, indexSteps } from '#core/cache/schema';
import { searchQuery, type SearchInput } from '#core/schedule/search';
import { createRows, type Rows } from '#core/sync/rows';
import { matchesTerms, searchTerms } from '#shared/domain/name-search';
import { syncTables } from '#shared/domain/sync/tables';

let db: Database;
let rows: Rows;
/** Bookings with the name of their student. */
let planted: { id: string; startAt: number; student: string }[];

beforeEach(() => {
  db = new Sqlite(':memory:');
  ensureTables(db, syncTables);
  rows = createRows(db);
  planted = [];
});
afterEach(() => db.close());

describe('a search', () => {
  test.each([
    ['few have', 3],
    ['many have', 150],
  ])('for a name that %s finds the same bookings, the newest first, page by page', (_how, namesakes) => {
    plant('Zoë Baptiste-Núñez', namesakes, 2);
    plant('Zara Mohammed', 20, 3);
    build();
    const wanted = planted
      .filter(({ student }) => student.startsWith('Zoë'))
      .toSorted((a, b) => b.startAt - a.startAt || (a.id < b.id ? 1 : -1))
      .map(({ id }) => id);
    expect(pages('zoe nunez', 7)).toEqual(wanted);
    expect(pages('BAPT', 50)).toEqual(wanted);
    expect(pages('zo moh', 7)).toEqual([]);
  });

  test('finds the same while there is no index yet', () => {
    plant('Zoë Baptiste', 5, 2);
    const before = pages('zo', 4);
    build();
    expect(before).toHaveLength(10);
    expect(pages('zo', 4)).toEqual(before);
  });

  test('finds a tutor’s bookings as well as a student’s, and none twice', () => {
    const [person = ''] = plant('Tara Tutor', 1, 3);
    booking(person, person, 5_000);
    build();
    expect(pages('tara', 2)).toHaveLength(4);
  });

  test('that would walk very far stops, says where to go on, and comes to the end', () => {
    plant('Zoë Baptiste', 101, 1);
    const [other = ''] = plant('Anil Ramlogan', 1, 0);
    // Newer than all that is looked for.
    for (let place = 0; place < 4_500; place += 1) booking(other, null, 1_000_000 + place);
    build();
    const first = searchQuery.run(db, { text: 'zoe', after: null, limit: 10 });
    expect(first.items).toEqual([]);
    expect(first.next).not.toBeNull();
    expect(pages('zoe', 10)).toHaveLength(101);
  });

  test('of one letter, of signs, or of what the index would take for a command finds nothing and breaks nothing', () => {
    plant('Zoë Baptiste', 2, 1);
    build();
    for (const text of ['z', '', '"', '*', '" OR "', 'NEAR(', '-- zo"']) {
      expect(() => searchQuery.run(db, { text, after: null, limit: 5 })).not.toThrow();
    }
    expect(pages('z', 5)).toEqual([]);
  });
});

test.each([
  'Zoë Baptiste-Núñez',
  'D’André O’Neil',
  'Ｍary Ｊane',
  'İpek Şahin',
  'Jean  Luc 3rd',
  'Łukasz Müller',
])('words are split and folded as the index does it: %s', (name) => {
  plant(name, 1, 1);
  build();
  for (const term of searchTerms(name)) {
    expect(matchesTerms(name, [term])).toBe(true);
    expect(pages(term, 5), term).toHaveLength(term.length < 2 ? 0 : 1);
  }
});

function plant(name: string, people: number, each: number): string[] {
  return Array.from({ length: people }, (_, number) => {
    const id = randomUUID();
    rows.put('people', { id, row_version: 1, display_name: name });
    // Some begin at the same time, so that the id has to decide.
    for (let place = 0; place < each; place += 1) booking(id, null, (number * 7 + place * 13) % 40, name);
    return id;
  });
}

function booking(student: string, tutor: string | null, startAt: number, name = ''): void {
  const id = randomUUID();
  rows.put('bookings', {
    id,
    row_version: 1,
    status: 'CONFIRMED',
    student_id: student,
    tutor_id: tutor ?? randomUUID(),
    requested_start_at: startAt,
    requested_end_at: startAt + 1,
  });
  planted.push({ id, startAt, student: name });
}

function build(): void {
  for (const table of syncTables) for (const step of indexSteps(table)) step(db);
}

/** The ids of all pages. */
function pages(text: string, limit: number): string[] {
  const found: string[] = [];
  let after: SearchInput['after'] = null;
  for (let page = 0; page < 1_000; page += 1) {
    const { items, next } = searchQuery.run(db, { text, after, limit });
    found.push(...items.map((item) => item.bookingId));
    if (next === null) return found;
    after = next;
  }
  throw new Error('it never ends');
}
