import { describe, expect, it } from 'vitest';
import { instantAt, platformZone } from '#shared/domain/zone';
import { microsPerHour, microsPerMinute } from '#shared/domain/instant';
import { checkLabel, syncLabel } from '#renderer/app/sync-label.ts';
import { looksSecret } from '#renderer/features/connect/looks-secret.ts';
import { valueText } from '#renderer/features/outbox/value-text.ts';
import {
  agoLabel,
  cityOf,
  durationLabel,
  offsetLabel,
  rangeLabel,
  spanLabel,
  untilLabel,
} from '#renderer/ui/time-labels.ts';

const idle = {
  state: 'idle',
  pulled: 0,
  total: null,
  isFirstPull: false,
  waitingEdits: 0,
  drafts: 0,
  needsAttention: 0,
  lastSyncedAt: instantAt('2026-11-18', '14:21', 'America/Port_of_Spain'),
  lastCheck: null,
  serverOffset: 0,
  problem: null,
  isReadOnly: false,
  alarms: [],
  notice: null,
} as const;

describe('the sync pill', () => {
  it('says when the data was checked and what came of it', () => {
    const at = instantAt('2026-11-18', '14:02', platformZone);
    const equal = { at, rows: 5312, lost: 0, different: 0, ghosts: 0, sums: 0 };
    expect(checkLabel(equal, 0)).toBe('14:02, 5,312 rows, all equal');
    expect(checkLabel({ ...equal, lost: 2, ghosts: 1 }, 0)).toBe('14:02, 5,312 rows, 3 rows put right');
    expect(checkLabel({ ...equal, sums: 1 }, 0)).toBe('14:02, 5,312 rows, 1 sum put right');
  });

  it('says when it last synced', () => {
    expect(syncLabel(idle)).toMatchObject({ text: 'Synced 14:21', tone: 'calm' });
  });

  it('says offline before anything else, with the edits that wait', () => {
    const offline = { ...idle, state: 'offline', waitingEdits: 2, needsAttention: 1 } as const;
    expect(syncLabel(offline)).toMatchObject({ text: 'Offline · 2 edits waiting', tone: 'offline' });
  });

  it('puts what people have to decide before what is going on by itself', () => {
    const pulling = { ...idle, state: 'pulling', pulled: 5, needsAttention: 1 } as const;
    expect(syncLabel(pulling)).toMatchObject({ text: '1 edit needs attention', tone: 'alert' });
  });

  it('counts rows and knows how far it is when the server said how many', () => {
    const pulling = { ...idle, state: 'pulling', pulled: 1204, total: 4816, isFirstPull: true } as const;
    expect(syncLabel(pulling)).toMatchObject({ text: 'Getting 1,204 of 4,816 rows', progress: 0.25 });
  });

  it('stays calm through a pull that brings nothing', () => {
    expect(syncLabel({ ...idle, state: 'pulling' }).tone).toBe('calm');
  });
});

describe('a key on the connection screen', () => {
  const jwt = (claims: object) => `e30.${btoa(JSON.stringify(claims))}.sig`;

  it('is refused when it is a secret one, new or legacy', () => {
    expect(looksSecret('sb_secret_abc')).toBe(true);
    expect(looksSecret(jwt({ role: 'service_role' }))).toBe(true);
  });

  it('is let through when it is publishable or not recognised', () => {
    expect(looksSecret('sb_publishable_abc')).toBe(false);
    expect(looksSecret(jwt({ role: 'anon' }))).toBe(false);
    expect(looksSecret('a.b.c')).toBe(false);
  });
});

describe('times in words', () => {
  it('say a range with as much of month and year as differs', () => {
    expect(rangeLabel('2026-11-16', '2026-11-22')).toBe('16–22 Nov 2026');
    expect(rangeLabel('2026-11-30', '2026-12-06')).toBe('30 Nov – 6 Dec 2026');
    expect(rangeLabel('2026-12-28', '2027-01-03')).toBe('28 Dec 2026 – 3 Jan 2027');
  });

  it('say a span in the zone that is asked for', () => {
    const start = instantAt('2026-11-19', '12:30', 'America/Port_of_Spain');
    expect(spanLabel(start, start + microsPerHour, 'America/New_York')).toBe('Thu 19 Nov, 11:30–12:30');
  });

  it('say offsets, cities and lengths', () => {
    const noon = instantAt('2026-11-19', '12:00', 'America/Port_of_Spain');
    expect(offsetLabel(noon, 'America/Port_of_Spain')).toBe('UTC−4');
    expect(offsetLabel(noon, 'Asia/Kolkata')).toBe('UTC+5:30');
    expect(cityOf('America/Port_of_Spain')).toBe('Port of Spain');
    expect([30, 60, 90].map((minutes) => durationLabel(minutes * microsPerMinute))).toEqual([
      '30 min',
      '1 h',
      '1 h 30',
    ]);
  });

  it('say how long ago and how soon', () => {
    expect(agoLabel(0, 30 * microsPerMinute)).toBe('30 min ago');
    expect(agoLabel(0, 30 * microsPerHour)).toBe('yesterday');
    expect(untilLabel(3 * microsPerHour, 0)).toBe('in 3 h');
  });
});

describe('values of a conflict', () => {
  it('are shown by what their column is', () => {
    expect(valueText('price_cents', 123_450)).toBe('TT$1,234.50');
    expect(valueText('status', 'COUNTER_PROPOSED')).toBe('counter proposed');
    expect(valueText('confirmed_start_at', instantAt('2026-11-19', '12:30', 'America/Port_of_Spain'))).toBe(
      'Thu 19 Nov, 12:30',
    );
    expect(valueText('reason', null)).toBe('(none)');
  });
});
