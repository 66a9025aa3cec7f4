import { afterAll, beforeAll, beforeEach } from 'vitest';
import { startBackend, type Backend, type TestUser } from './backend.ts';
import { plantBookings, type Console } from './sync-rig.ts';

/** A backend for a file of tests, and for each test a tutor with a student of their own. */
export type Stage = {
  readonly backend: Backend;
  readonly tutor: TestUser;
  readonly student: TestUser;
  /** Requests of the student to the tutor, an hour each, one after the other. */
  plant(count: number): Promise<readonly string[]>;
  /** How often the server did `action` to a booking, by its audit log. */
  effects(action: string, bookingId: string): Promise<number>;
  statusOf(bookingId: string): Promise<string | undefined>;
};

export function createStage(): Stage {
  let backend: Backend;
  let tutor: TestUser;
  let student: TestUser;
  beforeAll(async () => {
    backend = await startBackend();
  });
  beforeEach(async () => {
    tutor = await backend.createUser({ role: 'tutor', displayName: 'Tara Tutor' });
    student = await backend.createUser({ role: 'student', displayName: 'Aaliyah Mohammed' });
  });
  afterAll(async () => await backend.stop());
  return {
    get backend() {
      return backend;
    },
    get tutor() {
      return tutor;
    },
    get student() {
      return student;
    },
    plant: async (count) => await plantBookings(backend.sql, tutor.id, student.id, count),
    async effects(action, bookingId) {
      const found = await backend.sql.query<{ count: number }>(
        'select count(*)::int as count from public.audit_log where action = $1 and target_id = $2',
        [action, bookingId],
      );
      return found.rows[0]?.count ?? 0;
    },
    async statusOf(bookingId) {
      const found = await backend.sql.query<{ status: string }>(
        'select status from public.bookings where id = $1',
        [bookingId],
      );
      return found.rows[0]?.status;
    },
  };
}

/** The status of a booking as the cache shows it. */
export function localStatus(console: Pick<Console, 'cache'>, bookingId: string): unknown {
  return console.cache.db.prepare('SELECT status FROM bookings WHERE id = ?').pluck().get(bookingId);
}

/** One of the planted ids. */
export function nth(ids: readonly string[], index = 0): string {
  const id = ids[index];
  if (id === undefined) throw new Error('no such booking was planted');
  return id;
}
