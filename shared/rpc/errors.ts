/** Every code that may cross a boundary. Closed: a new failure needs a line here and words in the renderer. */
export const errorCodes = [
  'BAD_INPUT', // the caller sent something the contract refuses
  'NOT_FOUND', // no such row in what this user may see
  'FORBIDDEN', // the server or a guard says no
  'CONFLICT', // somebody changed it first; data holds theirs
  'REJECTED', // a rule of the product refuses it; data.rule names it
  'OFFLINE', // cannot be done without the network, and is not kept
  'NEEDS_SIGN_IN', // the session is gone; what was waiting is kept
  'BAD_CREDENTIALS', // wrong e-mail or password
  'NOT_CONNECTED', // no backend is configured yet
  'BACKEND_UNREACHABLE', // nothing answers at the address
  'BACKEND_INVALID', // something answers, but it is not a usable backend; data.reason says why
  'SECRET_KEY_REFUSED', // a service key was offered
  'UPDATE_REQUIRED', // the server no longer accepts what this version sends
  'PENDING_EDITS', // signing out would lose edits; data.count
  'DISK_FULL',
  'STORAGE_BUSY', // something reads the cache without end, so that it cannot take more in
  'STORAGE_CORRUPT', // the cache file was set aside and rebuilt
  'READ_ONLY', // another instance holds the cache
  'NOT_AVAILABLE', // this host has no such ability
  'CANCELLED',
  'INTERNAL', // anything unexpected; data.logId finds it in the log
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** What crosses a boundary when something fails. Never a stack, SQL or a token. */
export type ErrorShape = {
  readonly code: ErrorCode;
  /** Words for people: what happened, where, and what to do. */
  readonly message: string;
  readonly data?: Readonly<Record<string, unknown>> | undefined;
};

/** The only error that procedures throw on purpose. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly data: Readonly<Record<string, unknown>> | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    data?: Readonly<Record<string, unknown>>,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'AppError';
    this.code = code;
    this.data = data;
  }

  /** The part that may cross a boundary. */
  toShape(): ErrorShape {
    return this.data === undefined
      ? { code: this.code, message: this.message }
      : { code: this.code, message: this.message, data: this.data };
  }
}
