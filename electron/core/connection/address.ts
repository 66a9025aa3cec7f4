import { AppError } from '#shared/rpc/errors';

/**
 * The base URL of a backend from what a person typed. Throws AppError BACKEND_INVALID in words that say what to do.
 * Plain http is taken only on this machine: passwords must not cross a network in the clear.
 */
export function parseAddress(text: string): string {
  const trimmed = text.trim();
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`;
  const url = URL.canParse(withScheme) ? new URL(withScheme) : null;
  if (trimmed === '' || url === null || url.hostname === '') {
    throw invalid('address', 'That is no address. It looks like https://abcdefghij.supabase.co.');
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw invalid('address', 'The address has to begin with https://.');
  }
  if (url.username !== '' || url.password !== '') {
    throw invalid('address', 'The address must not hold a user name or a password.');
  }
  const project = /^\/dashboard\/project\/([a-z0-9]+)/.exec(url.pathname)?.[1];
  if (url.hostname.endsWith('supabase.com')) {
    const hint = project === undefined ? 'https://<project>.supabase.co' : `https://${project}.supabase.co`;
    throw invalid('address', `That is the address of Supabase's dashboard. The project's own is ${hint}.`);
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw invalid(
      'address',
      'A backend on another machine needs https://, or passwords would travel in the clear.',
    );
  }
  return url.origin;
}

/**
 * The publishable key from what a person typed. Throws AppError SECRET_KEY_REFUSED for a key that may do anything,
 * BACKEND_INVALID for what is no key. Nothing has left this machine then.
 */
export function parseKey(text: string): string {
  const key = text.trim();
  if (key.startsWith('sb_secret_')) throw secretRefused();
  if (/^sb_publishable_[\w-]{8,}$/.test(key)) return key;
  const role = roleOf(key);
  if (role === null) {
    throw invalid(
      'key',
      'That is no key. Take the publishable key (sb_publishable_…) from the project’s API settings.',
    );
  }
  if (role !== 'anon') throw secretRefused();
  return key;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** The role a legacy key stands for, null when it is no JWT. Unsigned reading: only to warn its owner. */
function roleOf(key: string): string | null {
  const payload = /^[\w-]+\.([\w-]+)\.[\w-]+$/.exec(key)?.[1];
  if (payload === undefined) return null;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    if (typeof claims !== 'object' || claims === null || !('role' in claims)) return null;
    return typeof claims.role === 'string' ? claims.role : null;
  } catch {
    return null;
  }
}

function secretRefused(): AppError {
  return new AppError(
    'SECRET_KEY_REFUSED',
    'This is a secret key: whoever holds it can read and change everything, past every rule. The console never needs it and did ' +
      'not keep it. Use the publishable key (sb_publishable_…), and make a new secret key if this one was shown to others.',
  );
}

function invalid(reason: 'address' | 'key', message: string): AppError {
  return new AppError('BACKEND_INVALID', message, { reason });
}
