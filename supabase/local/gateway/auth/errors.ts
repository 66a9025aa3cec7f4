import type { IncomingMessage, ServerResponse } from 'node:http';
import { header, sendJson } from '../http.ts';

/** A refusal in the words and codes of Supabase Auth. Anything else that is thrown counts as our own trouble. */
export class AuthRefusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly extra: Readonly<Record<string, unknown>>;
  constructor(status: number, code: string, message: string, extra: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.extra = extra;
  }
}

const apiVersion = '2024-01-01';

export function sendRefusal(request: IncomingMessage, response: ServerResponse, refusal: AuthRefusal): void {
  if (header(request, 'x-supabase-api-version') >= apiVersion) {
    const body = { code: refusal.code, message: refusal.message, ...refusal.extra };
    sendJson(response, refusal.status, body, { 'x-supabase-api-version': apiVersion });
  } else {
    const body = { code: refusal.status, error_code: refusal.code, msg: refusal.message, ...refusal.extra };
    sendJson(response, refusal.status, body);
  }
}

/**
 * Our own trouble is always 5xx: a client that is told 4xx while it refreshes throws its session away, and a database
 * that is down for a minute would sign everybody out.
 */
export function asRefusal(error: unknown): AuthRefusal {
  if (error instanceof AuthRefusal) return error;
  return new AuthRefusal(
    503,
    'unexpected_failure',
    'The service cannot answer at the moment, please try again',
  );
}
