import type * as z from 'zod';
import type { connectionReport } from '#shared/rpc/contract';
import { AppError } from '#shared/rpc/errors';
import type { Fetch } from '../backend/fetch.ts';
import { parseAddress, parseKey } from './address.ts';

export type ConnectionReport = z.output<typeof connectionReport>;

/** A report, and the error that says why the backend cannot be used, null when it can. */
export type Probe = { readonly report: ConnectionReport; readonly failure: AppError | null };

/**
 * Looks at a backend and changes nothing: does it answer, does it take the key, has it our schema, what else has it.
 * Never throws for anything the backend does. A key that must not be used is never sent.
 */
export async function probe(
  address: string,
  keyText: string,
  fetch: Fetch,
  signal?: AbortSignal,
): Promise<Probe> {
  const report: ConnectionReport = {
    url: address.trim(),
    isReachable: false,
    isKeyValid: false,
    hasSchema: false,
    capabilities: [],
    problem: null,
  };
  try {
    const url = parseAddress(address);
    report.url = url;
    const key = parseKey(keyText);
    const ask = asker(url, key, fetch, signal);
    const settings = await checkAuth(ask, report);
    await checkSchema(ask, report);
    report.capabilities = await findCapabilities(ask, settings, () => opensSocket(url, key));
    return { report, failure: null };
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof AppError)) throw error;
    return { report: { ...report, problem: error.message }, failure: error };
  }
}

type Answer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> | null };
type Ask = (path: string, init?: { readonly method?: string; readonly body?: string }) => Promise<Answer>;

function asker(url: string, key: string, fetch: Fetch, signal?: AbortSignal): Ask {
  return async (path, init) => {
    try {
      const answer = await fetch(`${url}${path}`, {
        ...init,
        redirect: 'manual',
        headers: { apikey: key, 'content-type': 'application/json' },
        ...(signal === undefined ? {} : { signal }),
      });
      return { status: answer.status, body: parseObject(await answer.text()) };
    } catch (error) {
      throw unreachable(url, error);
    }
  };
}

async function checkAuth(ask: Ask, report: ConnectionReport): Promise<Answer> {
  const settings = await ask('/auth/v1/settings');
  report.isReachable = true;
  if (settings.status === 401 || settings.status === 403) {
    if (settings.body === null) throw notSupabase();
    throw new AppError(
      'BACKEND_INVALID',
      'The backend does not take this key. Copy the publishable key again from the project’s API settings.',
      { reason: 'key' },
    );
  }
  if (settings.status >= 500) {
    throw new AppError(
      'BACKEND_UNREACHABLE',
      'The backend is there but in trouble (a paused project answers like this). Try again in a moment.',
      { status: settings.status },
    );
  }
  if (settings.status !== 200 || typeof settings.body?.['external'] !== 'object') throw notSupabase();
  return settings;
}

async function checkSchema(ask: Ask, report: ConnectionReport): Promise<void> {
  const who = await ask('/rest/v1/rpc/console_me', { method: 'POST', body: '{}' });
  const code = who.body?.['code'];
  // Nobody is signed in, so the function refuses; that it can refuse shows that it is there and the key was taken.
  if (who.status === 200 || code === '42501') {
    report.isKeyValid = true;
    report.hasSchema = true;
    return;
  }
  if (who.status === 404 || code === 'PGRST202') {
    report.isKeyValid = true;
    throw new AppError(
      'BACKEND_INVALID',
      'This backend has not the console’s tables yet. Apply the migrations first: npm run db:migrate -- --db-url URL (docs/deploy.md).',
      { reason: 'schema' },
    );
  }
  if (who.status === 401 || who.status === 403) {
    throw new AppError(
      'BACKEND_INVALID',
      'The backend does not take this key. Copy the publishable key again from the project’s API settings.',
      { reason: 'key' },
    );
  }
  throw new AppError(
    'BACKEND_UNREACHABLE',
    'The backend’s data interface is in trouble. Try again in a moment.',
    { status: who.status },
  );
}

async function findCapabilities(
  ask: Ask,
  settings: Answer,
  opensRealtime: () => Promise<boolean>,
): Promise<string[]> {
  const isThere = async (path: string) => {
    const status = await ask(path).then(
      (answer) => answer.status,
      () => 0,
    );
    return status !== 0 && status !== 404 && status < 500;
  };
  const [realtime, storage, functions, factors] = await Promise.all([
    opensRealtime(),
    isThere('/storage/v1/bucket'),
    // Without the cron's secret it only refuses, which shows that it is there.
    isThere('/functions/v1/deliver-notifications'),
    isThere('/auth/v1/factors'),
  ]);
  return [
    ...(realtime ? ['realtime'] : []),
    ...(storage ? ['storage'] : []),
    ...(functions ? ['functions'] : []),
    ...(settings.body?.['demo'] === undefined ? [] : ['demo-accounts']),
    ...(factors ? ['mfa'] : []),
  ];
}

/** Whether a realtime connection comes about; only a real one tells, because proxies like to lose the upgrade. */
function opensSocket(url: string, key: string): Promise<boolean> {
  return new Promise((resolve) => {
    const query = new URLSearchParams({ apikey: key, vsn: '2.0.0' });
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/realtime/v1/websocket?${query.toString()}`);
    const end = (isOpen: boolean) => {
      clearTimeout(timer);
      socket.close();
      resolve(isOpen);
    };
    const timer = setTimeout(() => end(false), socketMillis);
    socket.addEventListener('open', () => end(true));
    socket.addEventListener('error', () => end(false));
  });
}

const socketMillis = 4_000;

function notSupabase(): AppError {
  return new AppError(
    'BACKEND_INVALID',
    'Something answers at this address, but it is not a Supabase project. Check the address.',
    { reason: 'not-supabase' },
  );
}

/** Words for the ways in which nobody answers. undici hides the system's code in `cause`. */
function unreachable(url: string, error: unknown): AppError {
  const { hostname, port } = new URL(url);
  const code = codeOf(error) ?? codeOf(error instanceof Error ? error.cause : undefined);
  const words: Readonly<Record<string, string>> = {
    ENOTFOUND: `There is no machine called ${hostname}. Check the address, and that this machine is online.`,
    EAI_AGAIN: `The name ${hostname} cannot be looked up now. Check that this machine is online.`,
    ECONNREFUSED: `Nothing answers on ${hostname}${port === '' ? '' : `, port ${port}`}. Check the address, and that the backend runs.`,
  };
  const isTimeout = error instanceof Error && error.name === 'TimeoutError';
  const isCertificate = code !== undefined && /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code);
  const message = isTimeout
    ? `${hostname} does not answer in time.`
    : isCertificate
      ? `${hostname} shows a certificate that this machine does not trust.`
      : (words[code ?? ''] ??
        `${hostname} cannot be reached. Check the address, and that this machine is online.`);
  return new AppError('BACKEND_UNREACHABLE', message, undefined, { cause: error });
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}
