import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoAccounts } from '#seed/demo-people';
import { generate, verificationCases } from '#seed/generate';
import { idOf } from '#seed/random';
import { seed, type SeedReport } from '#seed/seed';
import type { PlannedCase } from '#seed/verification/cases';
import { flaws, type Flaw } from '#seed/verification/flaws';
import { lacksDocuments, uploadDocuments } from '#seed/verification/upload';
import { startBackend, type Backend } from '../support/backend.ts';

const scope = { scale: 0.05, anchor: '2026-11-18' };
const demoPassword = 'a password for the demonstration';

describe('a seeded backend', () => {
  let backend: Backend;
  let report: SeedReport;

  beforeAll(async () => {
    backend = await startBackend();
    report = await seed({ databaseUrl: backend.databaseUrl, ...scope, demoPassword });
  });
  afterAll(() => backend.stop());

  const count = async (sql: string): Promise<number> => {
    const found = await backend.sql.query<{ count: number }>(`select count(*)::int as count from ${sql}`);
    return found.rows[0]?.count ?? -1;
  };

  it('holds every generated row, with the generated ids', async () => {
    const batches = [...generate(scope)];
    expect(await count('public.bookings')).toBe(batches.flatMap((batch) => batch.bookings ?? []).length);
    for (const table of ['profiles', 'tutor_schedules', 'sessions', 'notifications']) {
      expect({ table, count: await count(`public.${table}`) }).toEqual({ table, count: report.rows[table] });
    }
    const schedule = idOf('schedule', 'tutor@demo.itutor.tt');
    expect(await count(`public.tutor_schedules where id = '${schedule}'`)).toBe(1);
  });

  it('has a public face for every profile and one auth user for each', async () => {
    const profiles = await count('public.profiles');
    expect(
      await count('public.people p join public.profiles f using (id) where p.display_name = f.display_name'),
    ).toBe(profiles);
    expect(await count('auth.users u join public.profiles f using (id) where u.email = f.email')).toBe(
      profiles,
    );
  });

  it('leaves every trigger and every foreign key in force', async () => {
    expect(await count("pg_trigger where tgrelid = 'public.profiles'::regclass and tgenabled = 'D'")).toBe(0);
    const orphan = backend.sql.query(
      `insert into public.booking_messages (booking_id, sender_id, body)
       select gen_random_uuid(), id, 'x' from public.profiles limit 1`,
    );
    await expect(orphan).rejects.toThrow(/foreign key/);
  });

  it('stamps every row for sync, so that a first pull brings the tutor all of his week', async () => {
    expect(await count('public.bookings where sync_xid is null or row_version <> 1')).toBe(0);
    const client = await backend.signIn({ email: 'tutor@demo.itutor.tt', password: demoPassword });
    const start = { snap: '1:1:', xid: '0', id: '00000000-0000-0000-0000-000000000000' };
    const { data, error } = await client.rpc('sync_pull', {
      p_request: { version: 1, tables: { bookings: start, people: start }, log: null, limit: 5000 },
    });
    expect(error).toBeNull();
    const own = await count(`public.bookings where tutor_id = '${idOf('user', 'tutor@demo.itutor.tt')}'`);
    expect(own).toBeGreaterThan(100);
    expect(data).toMatchObject({ tables: { bookings: { more: null }, people: { more: null } } });
    expect(data.tables.bookings.rows).toHaveLength(own);
  });

  it.each(demoAccounts.map((account) => account.email))(
    'lets %s sign in with the demo password',
    async (email) => {
      const client = await backend.signIn({ email, password: demoPassword });
      const { data, error } = await client.rpc('console_me');
      expect(error).toBeNull();
      expect(data).toMatchObject({ email, isSuspended: false });
    },
  );

  it('offers the demo accounts on the sign-in screen, in order', async () => {
    const found = await backend.sql.query(
      'select email, role, label from private.demo_accounts order by position',
    );
    expect(found.rows).toEqual(demoAccounts.map((account) => ({ ...account })));
  });

  it('gives the demo staff their roles and nobody else any', async () => {
    const found = await backend.sql.query(
      'select p.email, s.role from public.staff_members s join public.profiles p on p.id = s.user_id order by 2, 1',
    );
    expect(found.rows).toEqual([
      { email: 'admin@demo.itutor.tt', role: 'admin' },
      { email: 'reviewer2@demo.itutor.tt', role: 'reviewer' },
      { email: 'reviewer@demo.itutor.tt', role: 'reviewer' },
      { email: 'support@demo.itutor.tt', role: 'support' },
    ]);
  });

  it('lets nobody of the crowd sign in', async () => {
    expect(
      await count("auth.users where encrypted_password is not null and email not like '%@demo.itutor.tt'"),
    ).toBe(0);
  });

  it('has a case for every planned request and degree, with attempts, ages and verdicts as planned', async () => {
    const cases = verificationCases(scope);
    const found = await backend.sql.query(
      `select id, kind, status, attempt, submitted_at, decided_at, decision_id is not null as decided, recommendation
       from public.verification_cases`,
    );
    const rows = new Map(found.rows.map((row) => [row.id, row]));
    expect(rows.size).toBe(cases.length);
    for (const planned of cases) {
      const { kind, status, submittedAt, verdict, reading } = planned;
      expect(rows.get(planned.id)).toMatchObject({
        kind,
        status: status === 'REJECTED' && planned.flaw === 'poor' ? 'RESUBMIT' : status,
        attempt: planned.flaw === 'second try' ? 2 : 1,
        submitted_at: new Date(submittedAt),
        decided_at: verdict === null ? null : new Date(verdict.at),
        decided: verdict !== null,
        recommendation: reading?.recommendation ?? null,
      });
    }
    expect(new Set(cases.map((planned) => planned.flaw)).size).toBe(flaws.length);
    expect(await count('public.verification_resubmissions where answered_case_id is not null')).toBe(4);
    expect(await count('public.verification_cases where priority = 1 and attempt = 2')).toBe(4);
    expect(await count('public.tutor_verified_subjects where source_request_id is not null')).toBeGreaterThan(
      10,
    );
    expect(await count("public.verification_findings where claimed -> 'subjects' <> '[]'")).toBeGreaterThan(
      40,
    );
  });

  it('calls the files of all cases missing until they are stored, and then what they are', async () => {
    expect(await count("public.verification_cases where file_state <> 'missing'")).toBe(0);
    expect(await lacksDocuments(backend.databaseUrl)).toBe(true);
    const shown: readonly Flaw[] = ['empty', 'heic', 'not a paper', 'old file', 'lost', 'missing'];
    const chosen = verificationCases(scope).filter((planned) => shown.includes(planned.flaw));
    const { databaseUrl, url, secretKey } = backend;
    const only = (planned: PlannedCase) =>
      shown.includes(planned.flaw) || planned.key.startsWith('planted/old file');
    const uploaded = await uploadDocuments({ databaseUrl, url, secretKey, only });
    expect(uploaded.uploaded).toBe(chosen.filter((planned) => planned.files[0]?.bytes !== null).length + 1);
    const found = await backend.sql.query('select id, file_state from public.verification_cases');
    const states = new Map(found.rows.map((row) => [row.id, row.file_state]));
    for (const planned of chosen) {
      const gone = planned.flaw === 'lost' || planned.flaw === 'missing' ? 'missing' : 'present';
      expect({ key: planned.key, state: states.get(planned.id) }).toEqual({
        key: planned.key,
        state: planned.flaw === 'empty' ? 'empty' : gone,
      });
    }
    // The file of the year before is remembered, so that the copy of it can be recognised.
    expect(
      await count("public.verification_documents where bucket = 'verification_docs' and sha256 is not null"),
    ).toBe(1);
    // Nothing is stored twice, and what is left out stays to be done.
    expect(await uploadDocuments({ databaseUrl, url, secretKey, only })).toMatchObject({ uploaded: 0 });
    expect(await lacksDocuments(backend.databaseUrl)).toBe(true);
  });

  it('lets a reviewer read the very bytes through a signed link, and a tutor not', async () => {
    const planned = verificationCases(scope).find((each) => each.flaw === 'heic');
    const [file] = planned?.files ?? [];
    const bytes = file?.bytes?.() ?? Buffer.alloc(0);
    const reviewer = await backend.signIn({ email: 'reviewer2@demo.itutor.tt', password: demoPassword });
    const signed = await reviewer.storage.from(file?.bucket ?? '').createSignedUrl(file?.path ?? '', 60);
    const response = await fetch(signed.data?.signedUrl ?? '');
    expect(response.headers.get('content-type')).toBe('image/heic');
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
    const tutor = await backend.signIn({ email: 'tutor@demo.itutor.tt', password: demoPassword });
    const refused = await tutor.storage.from(file?.bucket ?? '').createSignedUrl(file?.path ?? '', 60);
    expect(refused.error).not.toBeNull();
  });

  it('is left as it is by a second seed, which says so', async () => {
    const before = await count('public.bookings');
    const again = await seed({ databaseUrl: backend.databaseUrl, ...scope, demoPassword: 'another' });
    expect(again).toMatchObject({ outcome: 'already seeded', rows: {} });
    expect(await count('public.bookings')).toBe(before);
    await backend.signIn({ email: 'tutor@demo.itutor.tt', password: demoPassword });
  });
});

describe('the seed', () => {
  it('leaves nothing behind when it fails in the middle', async () => {
    const backend = await startBackend();
    try {
      await backend.sql.query(
        `alter table public.sessions add constraint planted check (duration_minutes < 0)`,
      );
      const attempt = seed({ databaseUrl: backend.databaseUrl, ...scope, demoPassword });
      await expect(attempt).rejects.toThrow(/planted/);
      const left = await backend.sql.query(
        'select (select count(*) from public.profiles)::int as profiles, (select count(*) from auth.users)::int as users',
      );
      expect(left.rows).toEqual([{ profiles: 0, users: 0 }]);
      await backend.sql.query('alter table public.sessions drop constraint planted');
      expect(await seed({ databaseUrl: backend.databaseUrl, ...scope, demoPassword })).toMatchObject({
        outcome: 'loaded',
      });
    } finally {
      await backend.stop();
    }
  });

  it('refuses a database that has people of its own, and with onlyIfEmpty leaves it alone', async () => {
    const backend = await startBackend();
    try {
      await backend.createUser({ role: 'tutor' });
      const options = { databaseUrl: backend.databaseUrl, ...scope, demoPassword };
      await expect(seed(options)).rejects.toThrow('The seed is for an empty database.');
      expect(await seed({ ...options, onlyIfEmpty: true })).toMatchObject({
        outcome: 'has people of its own',
      });
    } finally {
      await backend.stop();
    }
  });

  it('says what to do when the schema is missing', async () => {
    const backend = await startBackend({ migrated: false });
    try {
      const attempt = seed({ databaseUrl: backend.databaseUrl, ...scope, demoPassword });
      await expect(attempt).rejects.toThrow('npm run db:migrate');
    } finally {
      await backend.stop();
    }
  });
});
