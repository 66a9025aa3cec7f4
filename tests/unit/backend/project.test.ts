import { describe, expect, it } from 'vitest';
import { projectOf, storageKeyOf } from '#core/backend/storage';

describe('what tells one backend from another', () => {
  it('is not the port of the embedded one, which may be another at each start', () => {
    const one = projectOf('http://127.0.0.1:54321', true);
    const other = projectOf('http://127.0.0.1:40001', true);
    expect(storageKeyOf(one)).toBe(storageKeyOf(other));
  });

  it('is the origin of any other', () => {
    const one = projectOf('https://one.supabase.co', false);
    expect(projectOf('https://one.supabase.co/', false)).toBe(one);
    expect(storageKeyOf(projectOf('https://two.supabase.co', false))).not.toBe(storageKeyOf(one));
    expect(storageKeyOf(projectOf('http://127.0.0.1:54321', false))).not.toBe(
      storageKeyOf(projectOf('x:', true)),
    );
  });
});
