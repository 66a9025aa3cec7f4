import fs from 'node:fs';
import path from 'node:path';

/** The account that PostgreSQL runs under; it refuses to run as root. */
export type Account = { readonly uid: number; readonly gid: number };

/**
 * The account to switch to: none for an ordinary user; for root the existing account `postgres`, or else `nobody`.
 * Nothing is added to the system.
 */
export function serviceAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = fs
    .readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const entry =
    accounts.find(([name]) => name === 'postgres') ?? accounts.find(([name]) => name === 'nobody');
  if (entry === undefined)
    throw new Error('PostgreSQL refuses to run as root and neither postgres nor nobody exists.');
  return { uid: Number(entry[2]), gid: Number(entry[3]) };
}

/** Whether `account` may enter `directory` and every directory above it. */
export function canEnter(account: Account | undefined, directory: string): boolean {
  if (account === undefined) return true;
  for (let current = path.resolve(directory); ; current = path.dirname(current)) {
    if (!mayTraverse(account, current)) return false;
    if (path.dirname(current) === current) return true;
  }
}

function mayTraverse(account: Account, directory: string): boolean {
  const { mode, uid, gid } = fs.statSync(directory);
  if (uid === account.uid) return (mode & 0o100) !== 0;
  if (gid === account.gid) return (mode & 0o010) !== 0;
  return (mode & 0o001) !== 0;
}
