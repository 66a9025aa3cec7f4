import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useCore, type Session } from '../state/core-state.ts';
import { Splash } from './splash.tsx';

type Place = 'connect' | 'sign-in' | 'inside';

/** Lets nobody see a screen that the session has no right to yet, and brings them back to where they wanted to go. */
export function Gate() {
  const session = useCore((state) => state.session);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const href = useRouterState({ select: (state) => state.location.href });
  const navigate = useNavigate();
  const wanted = placeFor(session);
  const isThere = wanted === null || wanted === placeOf(path);

  useEffect(() => {
    if (isThere && wanted === 'inside') hasBeenInside = true;
    if (isThere) return;
    if (wanted === 'inside') {
      const target = wantedHref ?? '/home';
      wantedHref = null;
      void navigate({ href: target, replace: true });
      return;
    }
    // A link that was followed before signing in; where the last user was is nobody else's business.
    if (placeOf(path) === 'inside' && !hasBeenInside) wantedHref = href;
    void navigate({ to: wanted === 'connect' ? '/connect' : '/sign-in', replace: true });
  }, [isThere, wanted, path, href, navigate]);

  if (wanted === null || !isThere) return <Splash />;
  return <Outlet />;
}

let wantedHref: string | null = null;
let hasBeenInside = false;

function placeFor(session: Session): Place | null {
  switch (session.status) {
    case 'restoring':
      return null;
    case 'not-connected':
      return 'connect';
    case 'signed-out':
      return 'sign-in';
    case 'signed-in':
    case 'needs-sign-in':
      return 'inside';
  }
}

function placeOf(path: string): Place {
  if (path.startsWith('/connect')) return 'connect';
  return path.startsWith('/sign-in') ? 'sign-in' : 'inside';
}
