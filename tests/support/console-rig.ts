import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { startBackend, type Backend, type TestUser } from './backend.ts';
import { plantLesson, startConsoleApp, type ConsoleApp, type ConsoleAppOptions } from './console-app.ts';
import { startFaultProxy, type FaultProxy } from './fault-proxy.ts';

/** A backend with two tutors and a student, and consoles that reach it through a proxy which may fail. */
export type ConsoleRig = {
  readonly backend: Backend;
  readonly proxy: FaultProxy;
  readonly tutor: TestUser;
  readonly other: TestUser;
  readonly student: TestUser;
  /** Closed and removed after the test. */
  open(options?: ConsoleAppOptions): Promise<ConsoleApp>;
  /** Ends the console and opens it again over the same files and secrets. */
  reopen(app: ConsoleApp): Promise<ConsoleApp>;
  /** Signed in, with everything pulled. */
  signedIn(user: TestUser, options?: ConsoleAppOptions): Promise<ConsoleApp>;
  /** A confirmed lesson of the tutor and the edit that cancels it, which waits because the network is gone. */
  waitingEdit(app: ConsoleApp, hours: number): Promise<string>;
  statusOf(bookingId: string): Promise<string>;
};

export const hour = 3_600_000;

/** That many hours after the beginning of this one. */
export function inHours(hours: number): Date {
  return new Date(Math.floor(Date.now() / hour) * hour + hours * hour);
}

/** What a console asks for to see everything that these tests plant. */
export const aroundNow = {
  tutorId: null,
  from: (Date.now() - 7 * 24 * hour) * 1000,
  to: (Date.now() + 30 * 24 * hour) * 1000,
};

export function cacheFiles(app: ConsoleApp): string[] {
  const folder = path.join(app.dataDir, 'cache');
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.db')) : [];
}

/** Registers the hooks of a suite; the parts are there once its tests run. */
export function consoleRig(): ConsoleRig {
  let backend: Backend | undefined;
  let proxy: FaultProxy | undefined;
  let people: { tutor: TestUser; other: TestUser; student: TestUser } | undefined;
  let consoles: ConsoleApp[] = [];

  beforeAll(async () => {
    backend = await startBackend();
    people = {
      tutor: await backend.createUser({ role: 'tutor', displayName: 'Tara Tutor' }),
      other: await backend.createUser({ role: 'tutor', displayName: 'Otis Other' }),
      student: await backend.createUser({ role: 'student', displayName: 'Sam Student' }),
    };
  });
  afterAll(async () => await backend?.stop());
  beforeEach(async () => {
    proxy = await startFaultProxy(started(backend).url);
  });
  afterEach(async () => {
    for (const app of consoles.splice(0)) {
      await app.stop();
      app.remove();
    }
    await proxy?.stop();
  });

  const rig: ConsoleRig = {
    get backend() {
      return started(backend);
    },
    get proxy() {
      return started(proxy);
    },
    get tutor() {
      return started(people).tutor;
    },
    get other() {
      return started(people).other;
    },
    get student() {
      return started(people).student;
    },
    async open(options = {}) {
      const app = await startConsoleApp({ url: rig.proxy.url, key: rig.backend.publishableKey, ...options });
      consoles.push(app);
      return app;
    },
    async reopen(app) {
      await app.stop();
      consoles = consoles.filter((each) => each !== app);
      return rig.open({ dataDir: app.dataDir, memory: app.memory });
    },
    async signedIn(user, options = {}) {
      const app = await rig.open(options);
      await app.client['session.signIn']({ email: user.email, password: user.password });
      await app.client['sync.now']({});
      return app;
    },
    async waitingEdit(app, hours) {
      const parts = {
        tutor: rig.tutor.id,
        student: rig.student.id,
        startAt: inHours(hours),
        status: 'CONFIRMED',
      };
      const bookingId = await plantLesson(rig.backend.sql, parts);
      await app.client['sync.now']({});
      rig.proxy.partition('both');
      const args = { booking_id: bookingId, reason: 'Hurricane' };
      await app.client['outbox.add']({ kind: 'booking.cancel', args });
      return bookingId;
    },
    async statusOf(bookingId) {
      const found = await rig.backend.sql.query<{ status: string }>(
        'select status from public.bookings where id = $1',
        [bookingId],
      );
      return found.rows[0]?.status ?? 'gone';
    },
  };
  return rig;
}

function started<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('the rig is used before its suite has started');
  return part;
}
