import type { ServerResponse } from 'node:http';
import { sqlState } from '../database.ts';
import { BadRequest, sendJson } from '../http.ts';

/** A refusal in the words and codes of Supabase Storage. Anything else that is thrown counts as our own trouble. */
export class StorageRefusal extends Error {
  /** What the body says; the response's own status is 400, as hosted. */
  readonly statusCode: number;
  readonly error: string;
  readonly code: string;
  constructor(statusCode: number, error: string, code: string, message: string) {
    super(message);
    this.statusCode = statusCode;
    this.error = error;
    this.code = code;
  }
}

export const refusals = {
  noObject: () => new StorageRefusal(404, 'not_found', 'NoSuchKey', 'Object not found'),
  noBucket: () => new StorageRefusal(404, 'Bucket not found', 'NoSuchBucket', 'Bucket not found'),
  noRoute: (route: string) =>
    new StorageRefusal(404, 'not_found', 'NotSupported', `There is no endpoint ${route}`),
  duplicate: () =>
    new StorageRefusal(409, 'Duplicate', 'ResourceAlreadyExists', 'The resource already exists'),
  denied: (message = 'new row violates row-level security policy') =>
    new StorageRefusal(403, 'Unauthorized', 'AccessDenied', message),
  badToken: (message: string) => new StorageRefusal(400, 'InvalidJWT', 'InvalidJWT', message),
  badKey: (key: string) => new StorageRefusal(400, 'InvalidKey', 'InvalidKey', `Invalid key: ${key}`),
  badRequest: (message: string) => new StorageRefusal(400, 'invalid_request', 'InvalidRequest', message),
  badType: (type: string) =>
    new StorageRefusal(415, 'invalid_mime_type', 'InvalidMimeType', `mime type ${type} is not supported`),
  tooLarge: () =>
    new StorageRefusal(
      413,
      'Payload too large',
      'EntityTooLarge',
      'The object exceeded the maximum allowed size',
    ),
} as const;

/** Our own trouble is 503 and says nothing about its cause, which is in the log. */
export function sendStorageError(response: ServerResponse, error: unknown): void {
  const refusal = asRefusal(error);
  if (refusal === undefined) {
    const message = 'The service cannot answer at the moment, please try again';
    return sendJson(response, 503, { statusCode: '503', error: 'Internal', code: 'InternalError', message });
  }
  const { statusCode, error: name, code, message } = refusal;
  sendJson(response, 400, { statusCode: String(statusCode), error: name, code, message });
}

export function asRefusal(error: unknown): StorageRefusal | undefined {
  if (error instanceof StorageRefusal) return error;
  if (error instanceof BadRequest) return refusals.badRequest(error.message);
  switch (sqlState(error)) {
    case '42501':
      return refusals.denied(error instanceof Error ? error.message : undefined);
    case '23505':
      return refusals.duplicate();
    case '23503':
      return refusals.noBucket();
    default:
      return undefined;
  }
}
