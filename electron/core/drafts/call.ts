import type { AppError } from '#shared/rpc/errors';
import { toAppError } from '../backend/errors.ts';
import { failureOf } from '../sync/failures.ts';
import { TransportError, type RemoteCall } from '../sync/transport.ts';

/** What came of a call: the server's answer, its refusal, or nobody knows. */
export type Answer =
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'refused'; readonly error: AppError }
  | { readonly kind: 'doubt'; readonly error: AppError };

export type AskOptions = {
  readonly call: RemoteCall;
  /** Renews the session; false: a password is needed. */
  readonly refreshSession: () => Promise<boolean>;
};

/** Calls a function once, and once more when the session had to be renewed: a refused token has done nothing. */
export async function ask(
  { call, refreshSession }: AskOptions,
  rpc: string,
  params: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    return { kind: 'done', result: await call(rpc, params, signal) };
  } catch (error) {
    if (failureOf(error).kind !== 'session') return sort(error);
  }
  try {
    if (await refreshSession()) return { kind: 'done', result: await call(rpc, params, signal) };
  } catch (error) {
    return sort(error);
  }
  return { kind: 'refused', error: toAppError(401, {}) };
}

function sort(error: unknown): Answer {
  if (!(error instanceof TransportError)) return { kind: 'doubt', error: toAppError(0, {}) };
  const { status, code, message, detail } = error;
  const known = toAppError(status, { code, message, details: detail });
  return { kind: isDecided(status, code) ? 'refused' : 'doubt', error: known };
}

/**
 * Whether the call is known to have done nothing. An error that the database itself reported rolled the transaction back;
 * a lost connection, a server that is going down, or an answer of something in between says nothing about it.
 */
function isDecided(status: number, code: string): boolean {
  if (status === 401) return true;
  if (status === 0 || code === '') return false;
  return !/^(08|57P|PGRST00)/.test(code);
}
