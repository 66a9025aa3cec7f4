import { cursorFromFuture, cursorPurged } from '#shared/domain/sync/wire';
import { TransportError } from './transport.ts';

/** What a failed call means for who made it. */
export type Failure =
  | { readonly kind: 'retry'; readonly afterMillis: number | null; readonly isOffline: boolean }
  /** The session is not accepted: renew it, then try once more. */
  | { readonly kind: 'session' }
  /** The cursor is of no use: purge and pull everything again. */
  | { readonly kind: 'resync' }
  /** Too much at once. */
  | { readonly kind: 'too-large' }
  /** The server has no such function: it, or the console, has to be updated. */
  | { readonly kind: 'update' }
  /** Trying again will not help. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

/** Sorts an error of the transport. Whatever is not understood is tried again: nothing is given up by mistake. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof TransportError)) return { kind: 'retry', afterMillis: null, isOffline: false };
  const { status, code } = error;
  if (code === cursorFromFuture || code === cursorPurged) return { kind: 'resync' };
  if (status === 401 || code === 'PGRST301' || code === 'PGRST303') return { kind: 'session' };
  if (status === 413 || code === '54000') return { kind: 'too-large' };
  if (status === 0 || status === 408 || status === 429 || status >= 500 || isPassing(code)) {
    return { kind: 'retry', afterMillis: error.retryAfterMillis, isOffline: status === 0 };
  }
  if (code === 'PGRST202' || code === '42883') return { kind: 'update' };
  // Without a code it was not PostgREST that answered but something in between, such as the sign-in page of a network.
  if (code === '') return { kind: 'retry', afterMillis: error.retryAfterMillis, isOffline: false };
  return { kind: 'refused', code, message: error.message };
}

/**
 * Full jitter: anywhere between nothing and the bound, so that consoles that lost the server together do not come
 * back together. `attempt` counts from 0; milliseconds.
 */
export function backoffMillis(attempt: number, random: () => number): number {
  const bound = Math.min(60_000, 1000 * 2 ** Math.min(attempt, 10));
  return Math.max(100, Math.round(random() * bound));
}

/** Serialisation failure, deadlock, lock and statement timeouts, lack of resources, no writes now, lost connections. */
function isPassing(code: string): boolean {
  return (
    ['25006', '40001', '40P01', '55P03', '57014', 'PGRST000', 'PGRST001', 'PGRST002', 'PGRST003'].includes(
      code,
    ) || /^(53|08|57P)/.test(code)
  );
}
