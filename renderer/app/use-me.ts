import type { Me } from '#shared/domain/roles';
import { useCore } from '../state/core-state.ts';

/** Who is signed in; null outside a session. */
export function useMe(): Me | null {
  return useCore(({ session }) =>
    session.status === 'signed-in' || session.status === 'needs-sign-in' ? session.me : null,
  );
}
