// Entry of the watchdog: lines "+ pid signal birth" and "- pid signal birth" on stdin; acts when stdin closes.
import { setTimeout as delay } from 'node:timers/promises';
import { inspectProcess, isAlive } from './identity.ts';

type Entry = { readonly pid: number; readonly signal: NodeJS.Signals; readonly birth: string };

const entries = new Map<string, Entry>();
let rest = '';

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.stdin.setEncoding('utf8');
process.stdin.on('data', (text: string) => {
  const lines = (rest + text).split('\n');
  rest = lines.pop() ?? '';
  for (const line of lines) record(line);
});
process.stdin.on('error', () => undefined);
process.stdin.on('close', () => void endAll());

function record(line: string): void {
  const [operation, pid, signal, birth] = line.split(' ');
  if (pid === undefined || (signal !== 'SIGINT' && signal !== 'SIGTERM')) return;
  const key = `${pid} ${birth}`;
  if (operation === '-') entries.delete(key);
  else {
    entries.set(key, {
      pid: Number(pid),
      signal,
      birth: Buffer.from(birth ?? '', 'base64url').toString('utf8'),
    });
  }
}

/** Asks each process to end; one that does not within 8 s is ended by force. */
async function endAll(): Promise<void> {
  for (const entry of entries.values()) send(entry, entry.signal);
  for (let waited = 0; waited < 8_000 && [...entries.values()].some(lives); waited += 50) await delay(50);
  // SIGQUIT is PostgreSQL's immediate shutdown: its children go with it, which SIGKILL would not bring about.
  for (const entry of entries.values()) send(entry, entry.signal === 'SIGINT' ? 'SIGQUIT' : 'SIGKILL');
  process.exit(0);
}

function send(entry: Entry, signal: NodeJS.Signals): void {
  if (!lives(entry)) return;
  try {
    process.kill(entry.pid, signal);
  } catch {
    // It ended between the question and the signal.
  }
}

function lives(entry: Entry): boolean {
  if (entry.birth === '') return isAlive(entry.pid);
  return inspectProcess(entry.pid)?.birth === entry.birth;
}
