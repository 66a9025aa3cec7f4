import { AppError } from '#shared/rpc/errors';

/** What PostgREST and the gateway say in an error's body; any part may be missing. */
export type ErrorBody = { readonly code?: unknown; readonly message?: unknown; readonly details?: unknown };

/** An answer of the backend that is no success, in the console's terms. `status` 0 means that none came. */
export function toAppError(status: number, body: ErrorBody): AppError {
  const code = typeof body.code === 'string' ? body.code : '';
  const words = typeof body.message === 'string' ? body.message : '';
  if (status === 0) return offline();
  if (status === 401) return needsSignIn();
  if (status >= 500 || status === 408 || status === 429) {
    return new AppError(
      'BACKEND_UNREACHABLE',
      'The backend is in trouble. Nothing was changed; try again in a moment.',
      { status },
    );
  }
  // The messages of our own refusals are written for people; any other could hold what must not cross.
  const data = detailsOf(body.details);
  if (code === 'P0001') return new AppError('REJECTED', words, data);
  if (code === 'SY020') return new AppError('CONFLICT', words, data);
  if (code === 'SY030' || code === 'PGRST116')
    return new AppError('NOT_FOUND', 'That is not there any more, or is not yours to see.');
  if (code === 'SY010')
    return new AppError(
      'UPDATE_REQUIRED',
      'The backend does not know this. Update the console or the backend.',
    );
  if (code === 'PGRST202' || code === '42883') {
    return new AppError(
      'BACKEND_INVALID',
      'The backend lacks a part that this console needs. Apply its migrations.',
      { reason: 'schema' },
    );
  }
  if (status === 403 || code === '42501') return new AppError('FORBIDDEN', 'Your account may not do that.');
  return new AppError('INTERNAL', 'The backend refused this in a way the console does not know.', {
    status,
    ...(/^[0-9A-Z]{5,8}$/.test(code) ? { sqlState: code } : {}),
  });
}

export function offline(cause?: unknown): AppError {
  return new AppError('OFFLINE', 'The backend cannot be reached.', undefined, { cause });
}

export function needsSignIn(): AppError {
  return new AppError('NEEDS_SIGN_IN', 'Your session has ended. Sign in again; what was waiting is kept.');
}

/** DETAIL of our own refusals is JSON: the rule's name and figures. */
function detailsOf(details: unknown): Record<string, unknown> | undefined {
  if (typeof details !== 'string') return undefined;
  try {
    const parsed: unknown = JSON.parse(details);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? { ...parsed }
      : undefined;
  } catch {
    return undefined;
  }
}
