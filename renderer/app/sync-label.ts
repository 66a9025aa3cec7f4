import { platformZone } from '#shared/domain/zone';
import type { Sync } from '../state/core-state.ts';
import type { IconName } from '../ui/icons.tsx';
import { clockLabel, count } from '../ui/time-labels.ts';
import { alarmWords } from './alarm-words.ts';

export type SyncLabel = {
  tone: 'calm' | 'busy' | 'offline' | 'alert';
  icon: IconName;
  /** What the pill says. */
  text: string;
  /** One sentence for the popover: what it means. */
  meaning: string;
  /** 0 to 1 while rows come in and their number is known. */
  progress: number | null;
};

/** What the sync pill says. What needs people comes first, then what is in the way, then what is going on. */
export function syncLabel(sync: Sync | null): SyncLabel {
  if (sync === null) return { ...calm, text: 'Starting…', meaning: 'The local data is being opened.' };
  const [alarm] = sync.alarms;
  if (alarm !== undefined) {
    const { title, meaning, advice } = alarmWords[alarm.kind];
    return { tone: 'alert', icon: 'warning', text: title, meaning: `${meaning} ${advice}`, progress: null };
  }
  const drafts = sync.drafts > 0 ? ` · ${count(sync.drafts, 'draft')}` : '';
  const waiting = (sync.waitingEdits > 0 ? ` · ${count(sync.waitingEdits, 'edit')} waiting` : '') + drafts;
  if (sync.state === 'offline') {
    return {
      tone: 'offline',
      icon: 'offline',
      text: `Offline${waiting}`,
      meaning:
        'You can go on working. Edits are kept on this machine and are sent when the connection is back.',
      progress: null,
    };
  }
  if (sync.needsAttention > 0) {
    return {
      tone: 'alert',
      icon: 'warning',
      text: `${count(sync.needsAttention, 'edit needs', 'edits need')} attention`,
      meaning: 'The server did not take an edit. The outbox says why and what you can do.',
      progress: null,
    };
  }
  if (sync.state === 'error') {
    return {
      tone: 'alert',
      icon: 'warning',
      text: `Sync trouble${waiting}`,
      meaning: sync.problem ?? 'The server answered with an error. It is tried again.',
      progress: null,
    };
  }
  if (sync.state === 'pulling' && (sync.isFirstPull || sync.pulled > 0)) {
    const of = sync.total === null ? '' : ` of ${sync.total.toLocaleString('en-US')}`;
    return {
      tone: 'busy',
      icon: 'sync',
      text: `Getting ${sync.pulled.toLocaleString('en-US')}${of} rows`,
      meaning: sync.isFirstPull
        ? 'The first time, everything you may see is brought to this machine. After that only changes are.'
        : 'Changes from the server are coming in.',
      progress: sync.total === null || sync.total === 0 ? null : Math.min(1, sync.pulled / sync.total),
    };
  }
  if (sync.state === 'pushing' || sync.waitingEdits > 0) {
    return {
      tone: 'busy',
      icon: 'sync',
      text:
        sync.state === 'pushing'
          ? `Sending ${count(sync.waitingEdits, 'edit')}`
          : `${count(sync.waitingEdits, 'edit')} waiting`,
      meaning: 'An edit waits a few seconds before it is sent, so that it can be undone.',
      progress: null,
    };
  }
  if (sync.state === 'stopped') {
    return {
      ...calm,
      tone: 'offline',
      icon: 'offline',
      text: 'Sync paused',
      meaning: 'Nothing is sent or fetched until you sync.',
    };
  }
  return {
    ...calm,
    text:
      (sync.lastSyncedAt === null
        ? 'Not synced yet'
        : `Synced ${clockLabel(sync.lastSyncedAt, platformZone)}`) + drafts,
    meaning:
      sync.drafts === 0
        ? 'What you see is what the server has.'
        : 'What you see is what the server has. A draft is sent when you confirm it in the outbox.',
  };
}

/**
 * "14:02, 5,312 rows, all equal", or how many were put right.
 * @param serverOffset server clock minus this machine's, microseconds: screens show the server's time
 */
export function checkLabel(check: NonNullable<Sync['lastCheck']>, serverOffset: number): string {
  const wrong = check.lost + check.different + check.ghosts;
  const parts = [
    clockLabel(check.at + serverOffset, platformZone),
    count(check.rows, 'row'),
    ...(wrong > 0 ? [`${count(wrong, 'row')} put right`] : []),
    ...(check.sums > 0 ? [`${count(check.sums, 'sum')} put right`] : []),
  ];
  return `${parts.join(', ')}${wrong + check.sums === 0 ? ', all equal' : ''}`;
}

const calm = { tone: 'calm', icon: 'check', progress: null } as const;
