import { describe, expect, test } from 'vitest';
import { toAppError } from '#core/backend/errors';

describe('an answer of the backend that is no success', () => {
  test.each([
    [0, {}, 'OFFLINE'],
    [401, { code: 'PGRST301', message: 'JWT expired' }, 'NEEDS_SIGN_IN'],
    [403, { code: '42501', message: 'permission denied for table payments' }, 'FORBIDDEN'],
    [404, { code: 'PGRST202', message: 'Could not find the function' }, 'BACKEND_INVALID'],
    [400, { code: 'SY030', message: 'This booking does not exist or is not yours.' }, 'NOT_FOUND'],
    [400, { code: 'SY010', message: 'unknown kind' }, 'UPDATE_REQUIRED'],
    [503, { message: 'upstream' }, 'BACKEND_UNREACHABLE'],
    [429, {}, 'BACKEND_UNREACHABLE'],
    [400, { code: '22P02', message: 'invalid input syntax for type uuid: "aaliyah@example.tt"' }, 'INTERNAL'],
  ])('%i %j becomes %s', (status, body, code) => {
    const error = toAppError(status, body);
    expect(error.code).toBe(code);
    expect(error.message).not.toContain('aaliyah');
    expect(error.message).not.toContain('payments');
  });

  test('keeps the words and figures of our own refusals, which are written for people', () => {
    const body = { code: 'P0001', message: 'This time has already passed.', details: '{"rule":"past"}' };
    expect(toAppError(400, body).toShape()).toEqual({
      code: 'REJECTED',
      message: 'This time has already passed.',
      data: { rule: 'past' },
    });
    expect(toAppError(400, { ...body, details: 'Failing row contains (1, 2)' }).data).toBeUndefined();
    expect(toAppError(400, { ...body, code: 'SY020' }).code).toBe('CONFLICT');
  });
});
