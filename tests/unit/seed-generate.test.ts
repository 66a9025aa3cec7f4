import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { chunksOf } from '#seed/copy';
import { generate, type SeedScope } from '#seed/generate';
import { idOf } from '#seed/random';
import { seedTables, type SeedBatch, type SeedRow, type SeedTableName } from '#seed/tables';

const anchor = '2026-11-18';
const small = { scale: 0.05, anchor };
const demoTutor = idOf('user', 'tutor@demo.itutor.tt');
/** The first instant of the anchor day in Trinidad and Tobago. */
const now = Date.parse(`${anchor}T04:00:00Z`);
/** Scale 1 takes a while, and several tests look at it. */
const generated = new Map<string, readonly SeedBatch[]>();
const hour = 3_600_000;
const day = 24 * hour;

describe('the generated rows', () => {
  it('are the same bytes for the same anchor and scale, and other bytes for another anchor', () => {
    expect(digestOf(small)).toBe(digestOf(small));
    expect(digestOf({ ...small, anchor: '2026-11-19' })).not.toBe(digestOf(small));
  });

  it('refer only to rows that come before them', () => {
    const known = new Set<string>();
    const wrong: string[] = [];
    for (const batch of generate(small)) {
      let table: SeedTableName;
      for (table in seedTables) {
        for (const row of batch[table] ?? []) {
          for (const [column, value] of Object.entries(row)) {
            if (column.endsWith('_id') && column !== 'provider_id' && column !== 'meeting_external_id') {
              if (typeof value === 'string' && !known.has(value)) wrong.push(`${table}.${column}`);
            }
          }
          if ('id' in row) known.add(row.id);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it('give every row an id of its own and every profile a name and address of its own', () => {
    let table: SeedTableName;
    for (table in seedTables) {
      const ids = rowsOf(table, small).flatMap((row) => ('id' in row ? [row.id] : []));
      expect({ table, distinct: new Set(ids).size }).toEqual({ table, distinct: ids.length });
    }
    const profiles = rowsOf('profiles', { scale: 1, anchor });
    expect(new Set(profiles.map((profile) => profile.username)).size).toBe(profiles.length);
    expect(new Set(profiles.map((profile) => profile.email)).size).toBe(profiles.length);
    expect(profiles.filter((profile) => !/^[a-zA-Z0-9_-]{6,30}$/.test(profile.username))).toEqual([]);
  });

  it('number 5,000 bookings of some 60 tutors and 400 students at scale 1', () => {
    const scope = { scale: 1, anchor };
    const profiles = rowsOf('profiles', scope);
    expect(rowsOf('bookings', scope)).toHaveLength(5000);
    // One more has just joined; the other profiles of tutors are of people who have applied.
    const teaching = new Set(rowsOf('tutor_availability_rules', scope).map((rule) => rule.tutor_id));
    expect(teaching.size).toBe(59);
    expect(profiles.filter((profile) => profile.role === 'tutor').length).toBeGreaterThan(150);
    expect(profiles.filter((profile) => profile.role === 'student').length).toBeGreaterThanOrEqual(400);
    expect(rowsOf('subjects', scope)).toHaveLength(64);
  });

  it('hold every kind of booking, most of them lessons, after school and on Saturdays', () => {
    const bookings = rowsOf('bookings', { scale: 1, anchor });
    const share = (status: string) =>
      bookings.filter((booking) => booking.status === status).length / bookings.length;
    expect(share('CONFIRMED')).toBeGreaterThan(0.6);
    expect(share('PENDING')).toBeGreaterThan(0.03);
    for (const status of [
      'COUNTER_PROPOSED',
      'DECLINED',
      'CANCELLED',
      'NO_SHOW',
      'PARENT_APPROVED',
      'PARENT_REJECTED',
      'PENDING_PARENT_APPROVAL',
    ]) {
      expect(share(status)).toBeGreaterThan(0.001);
    }
    const local = bookings.map((booking) => new Date(booking.requested_start_at - 4 * hour));
    const afterSchool = local.filter(
      (at) => at.getUTCDay() === 6 || (at.getUTCHours() >= 15 && at.getUTCHours() < 20),
    );
    expect(afterSchool.length / bookings.length).toBeGreaterThan(0.7);
  });

  it('call nothing done that has not begun, and nothing decided that lies ahead of its time', () => {
    const wrongSessions = rowsOf('sessions', small).filter(
      (session) =>
        session.scheduled_end_at > now && session.status !== 'SCHEDULED' && session.status !== 'CANCELLED',
    );
    expect(wrongSessions).toEqual([]);
    const wrongBookings = rowsOf('bookings', small).filter(
      (booking) => booking.created_at > booking.updated_at || booking.updated_at > now,
    );
    expect(wrongBookings).toEqual([]);
  });
});

describe('confirmed lessons', () => {
  it.each(['2026-11-18', '2026-02-17', '2027-03-14', '2026-07-05'])(
    'of one tutor never overlap around %s',
    (date) => {
      const overlaps = overlapping(rowsOf('bookings', { scale: 0.3, anchor: date }));
      expect(overlaps).toEqual([]);
    },
  );

  it('never lie on a holiday', () => {
    const carnival = { scale: 0.1, anchor: '2026-02-18' };
    const monday = Date.parse('2026-02-16T04:00:00Z');
    const held = rowsOf('bookings', carnival).filter(
      (booking) =>
        booking.status === 'CONFIRMED' &&
        (booking.confirmed_start_at ?? 0) >= monday &&
        (booking.confirmed_start_at ?? 0) < monday + 2 * day,
    );
    expect(held).toEqual([]);
    const blocks = rowsOf('tutor_unavailability_blocks', carnival).map((block) => block.reason_private);
    expect(blocks).toContain('Carnival Monday');
  });

  it.each(['2026-11-18', '2026-07-05', '2026-03-20', '2027-01-10'])(
    'of the students abroad stay at one time of their own day across a change of clocks, around %s',
    (date) => {
      const scope = { scale: 0.05, anchor: date };
      const zones = new Map(rowsOf('profiles', scope).map((profile) => [profile.id, profile.timezone]));
      const moved = new Set<string>();
      for (const zone of ['America/New_York', 'Europe/London', 'America/Toronto']) {
        const starts = rowsOf('bookings', scope).flatMap((booking) =>
          booking.tutor_id === demoTutor &&
          booking.status === 'CONFIRMED' &&
          zones.get(booking.student_id) === zone
            ? [booking.confirmed_start_at ?? 0]
            : [],
        );
        const there = new Intl.DateTimeFormat('en-GB', {
          timeZone: zone,
          hour: '2-digit',
          minute: '2-digit',
        });
        expect(new Set(starts.map((start) => there.format(start))).size).toBe(1);
        const here = new Set(starts.map((start) => new Date(start).toISOString().slice(11, 16)));
        if (here.size === 2) moved.add(zone);
      }
      expect([...moved].toSorted()).toEqual(['America/New_York', 'America/Toronto', 'Europe/London']);
    },
  );
});

describe('the demo tutor', () => {
  it.each(['2026-11-16', '2026-11-18', '2026-11-22', '2026-02-14', '2026-12-24', '2027-03-31'])(
    'has lessons, requests that wait, a counter-offer, a conflict and a block in the two weeks from %s',
    (date) => {
      const scope = { scale: 0.05, anchor: date };
      const today = Date.parse(`${date}T04:00:00Z`);
      const bookings = rowsOf('bookings', scope).filter((booking) => booking.tutor_id === demoTutor);
      const ahead = bookings.filter(
        (booking) =>
          booking.requested_start_at > today + day / 2 && booking.requested_start_at < today + 14 * day,
      );
      const pending = ahead.filter((booking) => booking.status === 'PENDING');
      const lessons = ahead.filter((booking) => booking.status === 'CONFIRMED');
      expect(pending.length).toBeGreaterThanOrEqual(4);
      expect(lessons.length).toBeGreaterThanOrEqual(10);
      expect(ahead.filter((booking) => booking.status === 'COUNTER_PROPOSED')).toHaveLength(1);
      const conflicts = pending.filter((request) =>
        lessons.some(
          (lesson) =>
            lesson.requested_start_at < request.requested_end_at &&
            request.requested_start_at < lesson.requested_end_at,
        ),
      );
      expect(conflicts.length).toBeGreaterThanOrEqual(1);
      const blocks = rowsOf('tutor_unavailability_blocks', scope).filter(
        (block) => block.tutor_id === demoTutor,
      );
      expect(blocks.filter((block) => block.is_recurring).length).toBeGreaterThanOrEqual(2);
      expect(blocks.filter((block) => !block.is_recurring).length).toBeGreaterThanOrEqual(2);
    },
  );

  it('has asked to move the next lesson, to a later time that is free', () => {
    const sessions = rowsOf('sessions', small).filter((session) => session.tutor_id === demoTutor);
    const ahead = sessions.filter((session) => session.status === 'SCHEDULED');
    const next = ahead.toSorted((left, right) => left.scheduled_start_at - right.scheduled_start_at)[0];
    const proposedStart = next?.reschedule_proposed_start ?? 0;
    const proposedEnd = next?.reschedule_proposed_end ?? 0;
    expect(proposedStart).toBeGreaterThan(next?.scheduled_end_at ?? 0);
    const clashes = ahead.filter(
      (session) => session.scheduled_start_at < proposedEnd && proposedStart < session.scheduled_end_at,
    );
    expect(clashes).toEqual([]);
  });

  it('has a counter-offer whose message proposes the time', () => {
    const countered = rowsOf('bookings', small).find(
      (booking) => booking.tutor_id === demoTutor && booking.status === 'COUNTER_PROPOSED',
    );
    const proposal = rowsOf('booking_messages', small).find(
      (message) => message.booking_id === countered?.id && message.message_type === 'time_proposal',
    );
    expect(proposal?.proposed_start_at).toBeGreaterThan(now);
  });
});

it('refuses an anchor that is no date and a scale that makes no sense', () => {
  expect(() => [...generate({ scale: 1, anchor: '2026-02-30' })]).toThrow(/an anchor is a date/);
  expect(() => [...generate({ scale: 0, anchor })]).toThrow(/a scale lies/);
});

function rowsOf<T extends SeedTableName>(table: T, scope: SeedScope): readonly SeedRow<T>[] {
  const name = JSON.stringify(scope);
  const batches = generated.get(name) ?? [...generate(scope)];
  generated.set(name, batches);
  return batches.flatMap((batch) => batch[table] ?? []);
}

function digestOf(scope: SeedScope): string {
  const hash = createHash('sha256');
  for (const batch of generate(scope)) {
    let table: SeedTableName;
    for (table in seedTables) for (const chunk of chunksOf(table, batch[table] ?? [])) hash.update(chunk);
  }
  return hash.digest('hex');
}

function overlapping(bookings: readonly SeedRow<'bookings'>[]): string[] {
  const lastEnd = new Map<string, number>();
  const confirmed = bookings.filter((booking) => booking.status === 'CONFIRMED');
  const inOrder = confirmed.toSorted(
    (left, right) => (left.confirmed_start_at ?? 0) - (right.confirmed_start_at ?? 0),
  );
  return inOrder.flatMap((booking) => {
    const clashes = (lastEnd.get(booking.tutor_id) ?? 0) > (booking.confirmed_start_at ?? 0);
    lastEnd.set(booking.tutor_id, booking.confirmed_end_at ?? 0);
    return clashes ? [booking.id] : [];
  });
}
