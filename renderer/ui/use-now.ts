import { useEffect, useState } from 'react';
import type { Micros } from '#shared/domain/instant';
import { serverNow, useCore } from '../state/core-state.ts';

/** The server's time, renewed every `millis`; and at once when the known offset changes or the window is shown again. */
export function useNow(millis: number): Micros {
  const offset = useCore((state) => state.sync?.serverOffset ?? 0);
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const renew = () => setNow(serverNow());
    renew();
    const timer = setInterval(renew, millis);
    document.addEventListener('visibilitychange', renew);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', renew);
    };
  }, [millis, offset]);
  return now;
}
