import type { Sync } from '../state/core-state.ts';

type Kind = Sync['alarms'][number]['kind'];

/** What an alarm is called, what it means, and what to do. docs/operations.md says more. */
export const alarmWords: Readonly<Record<Kind, { title: string; meaning: string; advice: string }>> = {
  'pull-stalled': {
    title: 'Nothing new for long',
    meaning:
      'The server is in reach, but no fetch of changes has come through. The console keeps starting it anew.',
    advice:
      'What you see may be old. Try Sync now; if that does not help, copy the diagnostics and tell support.',
  },
  'push-stalled': {
    title: 'Edits are stuck',
    meaning:
      'The server is in reach, but it has not answered the edits that wait. They are safe on this machine.',
    advice:
      'Keep the console open. If it lasts, copy the diagnostics and tell support; do not enter the edits again.',
  },
  'wal-grown': {
    title: 'The local log grows',
    meaning:
      'Something reads the local data without end, so that its log cannot be folded back into the file.',
    advice: 'Close other windows and programs that have the console’s data open. Nothing is lost meanwhile.',
  },
  'disk-full': {
    title: 'The disk is full',
    meaning: 'Neither edits nor changes from the server can be stored.',
    advice: 'Free some space on this machine. The console goes on by itself.',
  },
  'disk-read-only': {
    title: 'The disk cannot be written',
    meaning:
      'The file of the local data, or its disk, is read-only. Neither edits nor changes can be stored.',
    advice: 'Make it writable again. The console goes on by itself.',
  },
};
