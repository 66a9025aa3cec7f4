import { useEffect, useState } from 'react';

/** True once `value` has been true for `millis`; false at once. Keeps short waits from flashing on the screen. */
export function useDelayed(value: boolean, millis: number): boolean {
  const [hasLasted, setHasLasted] = useState(false);
  useEffect(() => {
    if (!value) return;
    const timer = setTimeout(() => setHasLasted(true), millis);
    return () => {
      clearTimeout(timer);
      setHasLasted(false);
    };
  }, [value, millis]);
  return value && hasLasted;
}
