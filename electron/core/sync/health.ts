import { AppError } from '#shared/rpc/errors';
import { toAppError } from '../cache/errors.ts';
import { failureOf } from './failures.ts';

/** How the connection to the server stands. */
export type Health = {
  readonly isOffline: boolean;
  readonly needsSignIn: boolean;
  /** What is wrong, in words; null when nothing is. */
  readonly problem: string | null;
  /** Runs `work`; when the session is refused, renews it (one renewal at a time) and runs it once more. */
  withSession<T>(work: () => Promise<T>): Promise<T>;
  succeeded(): void;
  failed(error: unknown): void;
  signedIn(): void;
  /** Waits no longer for the renewal under way: the next refused session asks for one of its own. */
  dropRenewal(): void;
};

export function createHealth(refreshSession: () => Promise<boolean>): Health {
  let isOffline = false;
  let needsSignIn = false;
  let problem: string | null = null;
  let renewal: Promise<boolean> | null = null;

  async function renew(): Promise<boolean> {
    if (renewal === null) {
      const mine = refreshSession().finally(() => {
        if (renewal === mine) renewal = null;
      });
      renewal = mine;
    }
    return await renewal;
  }

  return {
    get isOffline() {
      return isOffline;
    },
    get needsSignIn() {
      return needsSignIn;
    },
    get problem() {
      return problem;
    },
    async withSession(work) {
      if (needsSignIn) throw signInError();
      try {
        return await work();
      } catch (error) {
        if (failureOf(error).kind !== 'session') throw error;
      }
      if (!(await renew())) throw signInError();
      try {
        return await work();
      } catch (error) {
        throw failureOf(error).kind === 'session' ? signInError() : error;
      }
    },
    succeeded() {
      isOffline = false;
      problem = null;
    },
    failed(error) {
      const shown = pullError(error);
      if (shown.code === 'CANCELLED') return;
      needsSignIn ||= shown.code === 'NEEDS_SIGN_IN';
      isOffline = shown.code === 'OFFLINE';
      problem = isOffline ? null : shown.message;
    },
    signedIn() {
      needsSignIn = false;
      problem = null;
    },
    dropRenewal() {
      renewal = null;
    },
  };
}

/** A failed pull or push in the codes and words of the product. */
export function pullError(error: unknown): AppError {
  const known = toAppError(error);
  if (known instanceof AppError) return known;
  if (known instanceof Error && known.name === 'AbortError') {
    return new AppError('CANCELLED', 'The synchronisation was cancelled.');
  }
  const failure = failureOf(error);
  switch (failure.kind) {
    case 'session':
      return signInError();
    case 'update':
      return new AppError('BACKEND_INVALID', 'The server lacks what this version of the console needs.');
    case 'refused':
      return new AppError('FORBIDDEN', failure.message);
    case 'retry':
      return failure.isOffline
        ? new AppError('OFFLINE', 'The server cannot be reached.')
        : new AppError('BACKEND_UNREACHABLE', 'The server has trouble answering. It is tried again.');
    default:
      return new AppError('BACKEND_UNREACHABLE', 'The server asks to start over. It is tried again.');
  }
}

function signInError(): AppError {
  return new AppError('NEEDS_SIGN_IN', 'Sign in again to go on. Waiting edits are kept.');
}
