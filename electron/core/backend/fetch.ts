export type Fetch = typeof fetch;

/** Fetch that gives up after `millis` without an answer, besides the caller's own signal. */
export function fetchWithin(millis: number, inner: Fetch = fetch): Fetch {
  return async (input, init) => {
    const timeout = AbortSignal.timeout(millis);
    const signal =
      init?.signal === undefined || init.signal === null ? timeout : AbortSignal.any([init.signal, timeout]);
    return inner(input, { ...init, signal });
  };
}

/** Fetch whose requests end when `stop` fires, so that closing the console never waits for a server. */
export function fetchUntil(stop: AbortSignal, inner: Fetch = fetch): Fetch {
  return async (input, init) => {
    const signal =
      init?.signal === undefined || init.signal === null ? stop : AbortSignal.any([init.signal, stop]);
    return inner(input, { ...init, signal });
  };
}
