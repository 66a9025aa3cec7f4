import { describe, expect, test } from 'vitest';
import { faultOf } from '#core/sync/watchdog';
import { lagOf } from '#shared/domain/sync/lag';
import { alarmWords } from '#renderer/app/alarm-words.ts';
import { syncLabel } from '#renderer/app/sync-label.ts';
import { ageLabel, sizeLabel } from '#renderer/features/health/health-words.ts';

const second = 1_000_000;

describe('the watchdog judges', () => {
  const resting = { aliveAt: null, retryAt: null };
  test.each([
    ['a run that got on a moment ago', { aliveAt: 0, retryAt: null }, 0, 119, null],
    ['a run that has not got on', { aliveAt: 0, retryAt: null }, 0, 121, 'silent'],
    ['a run of after the clock was set back', { aliveAt: 86_400 * second, retryAt: null }, 0, 10, 'silent'],
    ['a pause that is not over', { aliveAt: null, retryAt: 600 * second }, 0, 300, null],
    ['a pause that is long over', { aliveAt: null, retryAt: 60 * second }, 0, 80, 'timer-lost'],
    ['idleness with nothing to do', resting, null, 9999, null],
    ['idleness with something to do', resting, 0, 31, 'timer-lost'],
  ] as const)('%s', (_name, loop, owedSince, seconds, fault) => {
    expect(faultOf(loop, owedSince, 30_000, seconds * second)).toBe(fault);
  });
});

test('the lag counts from the oldest transaction that was open at the cursor', () => {
  expect(lagOf('100:105:100,103', '100:120:100')).toBe(20);
  expect(lagOf(null, '100:120:100')).toBeNull();
  expect(lagOf('500:500:', '100:120:')).toBe(0);
});

test('ages and sizes are short', () => {
  expect([4, 95, 180, 7500, 260_000].map((age) => ageLabel(age * second))).toEqual([
    '4 s',
    '95 s',
    '3 min',
    '2 h 05 min',
    '3 days',
  ]);
  expect([4096, 34_120_000].map(sizeLabel)).toEqual(['4 kB', '34.1 MB']);
});

test('an alarm is what the pill says first, with what to do', () => {
  const sync = {
    state: 'offline',
    pulled: 0,
    total: null,
    isFirstPull: false,
    waitingEdits: 3,
    needsAttention: 1,
    drafts: 0,
    lastSyncedAt: 0,
    lastCheck: null,
    serverOffset: 0,
    problem: null,
    isReadOnly: false,
    alarms: [{ kind: 'disk-full', since: 0 }],
    notice: null,
  } as const;
  const label = syncLabel(sync);
  expect(label).toMatchObject({ tone: 'alert', text: alarmWords['disk-full'].title });
  expect(label.meaning).toContain(alarmWords['disk-full'].advice);
});
