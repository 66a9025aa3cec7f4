import type { Report } from './use-health.ts';

const microsPerSecond = 1_000_000;

/** "4 s", "3 min", "2 h 05 min", "3 days". */
export function ageLabel(micros: number): string {
  const seconds = Math.max(0, Math.round(micros / microsPerSecond));
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`;
  return `${Math.floor(hours / 24)} days`;
}

/** "512 kB", "34.1 MB". */
export function sizeLabel(bytes: number): string {
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000).toLocaleString('en-US')} kB`;
  return `${(bytes / 1_000_000).toLocaleString('en-US', { maximumFractionDigits: 1 })} MB`;
}

/** "booking messages" for booking_messages. */
export function tableLabel(name: string): string {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export const doorbellWords: Readonly<Record<Report['doorbell'], { text: string; hint: string }>> = {
  broadcast: { text: 'Private channel', hint: 'The server rings when something changes for you.' },
  changes: { text: 'Table changes', hint: 'The private channel is refused or missing; it is tried again.' },
  connecting: { text: 'Connecting', hint: 'Until it stands, changes come with the polls, within a minute.' },
  none: { text: 'None', hint: 'This server offers none. Changes come with the polls, within a minute.' },
};

/** While offline, whatever was in use before. */
export const outOfReach = { text: 'Out of reach', hint: 'It is taken up again with the connection.' };

export const placeWords = {
  here: 'in this database',
  elsewhere: 'in another database of the server',
  prepared: 'prepared and left open',
} as const;

export const sourceWords: Readonly<Record<Report['faults'][number]['source'], string>> = {
  pull: 'Fetching changes',
  push: 'Sending edits',
  check: 'Self-check',
  edit: 'Storing an edit',
  read: 'Reading',
};

export function faultWords(code: Report['faults'][number]['code']): string {
  switch (code) {
    case 'OFFLINE':
      return 'The server could not be reached';
    case 'BACKEND_UNREACHABLE':
      return 'The server had trouble answering';
    case 'NEEDS_SIGN_IN':
      return 'The session had ended';
    case 'FORBIDDEN':
      return 'The server refused it';
    case 'BACKEND_INVALID':
      return 'The server lacks what this version needs';
    case 'DISK_FULL':
      return 'The disk was full';
    case 'READ_ONLY':
      return 'The local file could not be written';
    case 'STORAGE_BUSY':
      return 'The local log was full';
    case 'STORAGE_CORRUPT':
      return 'The local data was damaged';
    default:
      return 'Something unexpected happened';
  }
}
