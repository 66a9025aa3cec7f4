import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { cloneDatabase } from './databases.ts';

/** A point in time of the small world's story; every call runs at `monday` unless it says otherwise. */
export const monday = '2026-11-02T12:00:00Z';

export type Refusal = {
  readonly code: string;
  readonly message: string;
  readonly detail: Record<string, unknown>;
};

/** A migrated database with a handful of people, and calls made as one of them, as PostgREST makes them. */
export type World = {
  /** As superuser. */
  readonly sql: pg.Pool;
  readonly databaseUrl: string;
  readonly subject: string;
  person(role: 'tutor' | 'student' | 'parent', options?: { staff?: string; name?: string }): Promise<string>;
  /** A booking at hours after `monday`, as the web app leaves it. */
  booking(parts: BookingParts): Promise<string>;
  /** Runs one RPC in its own transaction as this user (null: anon). Rejects with the database's error. */
  call(
    user: string | null,
    rpc: string,
    args?: Record<string, unknown>,
    at?: string,
  ): Promise<Record<string, unknown>>;
  /** Runs one statement as this user. */
  query(user: string | null, text: string, values?: readonly unknown[], at?: string): Promise<pg.QueryResult>;
  stop(): Promise<void>;
};

export type BookingParts = {
  readonly tutor: string;
  readonly student: string;
  readonly startsIn?: number;
  readonly hours?: number;
  readonly status?: string;
  readonly payer?: string;
};

/** `monday` plus hours, as ISO text. */
export function hoursLater(hours: number): string {
  return new Date(Date.parse(monday) + hours * 3_600_000).toISOString();
}

/** What a call was refused with; fails when it was not refused. */
export async function refusal(call: Promise<unknown>): Promise<Refusal> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof pg.DatabaseError))
    throw new Error('expected the database to refuse', { cause: error });
  return {
    code: error.code ?? '',
    message: error.message,
    detail: error.detail?.startsWith('{') === true ? parseObject(error.detail) : {},
  };
}

/** `connections` is how many calls can run at one moment. */
export async function createWorld(options: { readonly connections?: number } = {}): Promise<World> {
  const database = await cloneDatabase();
  return worldOn(database.urlFor(), () => database.drop(), options.connections);
}

/** The same over a database that exists already. */
export async function worldOn(
  databaseUrl: string,
  drop: () => Promise<void>,
  connections = 6,
): Promise<World> {
  const sql = new pg.Pool({ connectionString: databaseUrl, max: connections });
  sql.on('error', () => undefined);
  const subject = randomUUID();
  await sql.query(`insert into public.subjects (id, name, curriculum, level) values ($1, $2, 'CSEC', '5')`, [
    subject,
    `Mathematics ${subject.slice(0, 8)}`,
  ]);

  const query: World['query'] = async (user, text, values = [], at = monday) => {
    const client = await sql.connect();
    try {
      await client.query('begin');
      await client.query(
        `select set_config('itutor.clock_offset', ($1::timestamptz - now())::text, true),
           set_config('request.jwt.claims', $2, true)`,
        [at, JSON.stringify(user === null ? { role: 'anon' } : { sub: user, role: 'authenticated' })],
      );
      await client.query(user === null ? 'set local role anon' : 'set local role authenticated');
      const result = await client.query(text, [...values]);
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback');
      throw error;
    } finally {
      client.release();
    }
  };

  return {
    sql,
    databaseUrl,
    subject,
    query,
    async person(role, { staff, name } = {}) {
      const id = randomUUID();
      await sql.query(`insert into auth.users (id, email, raw_user_meta_data) values ($1, $2, $3)`, [
        id,
        `${id}@example.test`,
        { role, full_name: name ?? `${role} ${id.slice(0, 4)}` },
      ]);
      if (staff !== undefined) {
        await sql.query('insert into public.staff_members (user_id, role) values ($1, $2)', [id, staff]);
      }
      return id;
    },
    async booking({ tutor, student, startsIn = 48, hours = 1, status = 'PENDING', payer }) {
      const id = randomUUID();
      const isConfirmed = status === 'CONFIRMED';
      await sql.query(
        `insert into public.bookings (id, tutor_id, student_id, subject_id, requested_start_at, requested_end_at,
           confirmed_start_at, confirmed_end_at, status, price_ttd, payer_id, last_action_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 150, $10, 'student')`,
        [
          id,
          tutor,
          student,
          subject,
          hoursLater(startsIn),
          hoursLater(startsIn + hours),
          isConfirmed ? hoursLater(startsIn) : null,
          isConfirmed ? hoursLater(startsIn + hours) : null,
          status,
          payer ?? null,
        ],
      );
      if (isConfirmed) {
        await sql.query(`select private.ensure_session(b) from public.bookings b where b.id = $1`, [id]);
      }
      return id;
    },
    async call(user, rpc, args = {}, at = monday) {
      const names = Object.keys(args);
      const list = names.map((name, index) => `${name} => $${index + 1}`).join(', ');
      const result = await query(
        user,
        `select to_jsonb(public.${rpc}(${list})) as row`,
        names.map((name) => args[name]),
        at,
      );
      const row: unknown = result.rows[0]?.row;
      if (!isObject(row)) throw new Error(`${rpc} returned no row`);
      return row;
    },
    async stop() {
      await sql.end();
      await drop();
    },
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseObject(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  return isObject(value) ? value : {};
}
