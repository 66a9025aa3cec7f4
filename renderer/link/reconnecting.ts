import type { Client, Contract, InputOf, OutputOf, Stream } from '#shared/rpc/define';
import type { Port } from '#shared/rpc/port';

export type LinkState = 'connecting' | 'open' | 'lost';

type StreamName<C extends Contract> = { [K in keyof C]: C[K] extends Stream ? K : never }[keyof C];

/** A client that outlives its port: it opens a new one after each loss, and its watches go on over the new one. */
export type ReconnectingLink<C extends Contract> = {
  /** The client of the present port; waits while there is none. */
  client(signal?: AbortSignal): Promise<Client<C>>;
  /** Receives a stream's values for as long as wanted, across reconnects. Returns the disposer. */
  watch<K extends StreamName<C>>(
    name: K,
    input: InputOf<C[K]>,
    receive: (value: OutputOf<C[K]>) => void,
  ): () => void;
  state(): LinkState;
  onState(listener: (state: LinkState) => void): () => void;
  /** Tries again now instead of after the back-off, for instance when the window is shown again. */
  hurry(): void;
  close(): void;
};

export type LinkEffects<C extends Contract> = {
  /** Opens one port, or rejects. */
  open(signal: AbortSignal): Promise<Port>;
  createClient(port: Port, closed: () => void): Client<C>;
  /** Waits; in tests at once. Milliseconds. */
  wait(millis: number, signal: AbortSignal): Promise<void>;
};

const firstDelay = 200;
const longestDelay = 5_000;

/** Starts opening at once and never gives up until `close`. */
export function createReconnectingLink<C extends Contract>(effects: LinkEffects<C>): ReconnectingLink<C> {
  const ending = new AbortController();
  const listeners = new Set<(state: LinkState) => void>();
  let state: LinkState = 'connecting';
  let current = Promise.withResolvers<Client<C>>();
  let port: Port | null = null;
  let pause = new AbortController();
  // Nobody may be waiting when the link is closed; that is not an unhandled failure.
  current.promise.catch(() => undefined);

  const setState = (next: LinkState) => {
    if (state === next) return;
    state = next;
    for (const listener of listeners) listener(next);
  };

  const keepOpen = async () => {
    let failures = 0;
    while (!ending.signal.aborted) {
      try {
        port = await effects.open(ending.signal);
      } catch {
        setState('lost');
        failures += 1;
        pause = new AbortController();
        await effects.wait(Math.min(firstDelay * 2 ** (failures - 1), longestDelay), pause.signal);
        continue;
      }
      failures = 0;
      const lost = Promise.withResolvers<void>();
      current.resolve(effects.createClient(port, lost.resolve));
      setState('open');
      await lost.promise;
      port = null;
      current = Promise.withResolvers();
      current.promise.catch(() => undefined);
      if (!ending.signal.aborted) setState('lost');
    }
    current.reject(new DOMException('the link is closed', 'AbortError'));
  };
  void keepOpen();

  const link: ReconnectingLink<C> = {
    client: (signal) => untilAborted(current.promise, signal),
    watch(name, input, receive) {
      const stop = new AbortController();
      void (async () => {
        while (!stop.signal.aborted && !ending.signal.aborted) {
          try {
            const client = await untilAborted(current.promise, stop.signal);
            const values = openStream(client, name, input, stop.signal);
            for await (const value of values) {
              if (stop.signal.aborted) return;
              receive(value);
            }
          } catch {
            // The port went away or the core refused: both are answered by asking again, after a moment.
          }
          if (!stop.signal.aborted) await effects.wait(firstDelay, stop.signal);
        }
      })();
      return () => stop.abort();
    },
    state: () => state,
    onState(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    hurry: () => pause.abort(),
    close() {
      ending.abort();
      pause.abort();
      port?.close();
    },
  };
  return link;
}

/** Waits with a timer; returns early, without failing, when told to. */
export function waitWithTimer(millis: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, millis);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}

function openStream<C extends Contract, K extends StreamName<C>>(
  client: Client<C>,
  name: K,
  input: InputOf<C[K]>,
  signal: AbortSignal,
): AsyncIterable<OutputOf<C[K]>> {
  // The conditional type of Client cannot be resolved for a generic K; StreamName guarantees this shape.
  const open = client[name] as unknown as (
    input: InputOf<C[K]>,
    signal: AbortSignal,
  ) => AsyncIterable<OutputOf<C[K]>>;
  return open(input, signal);
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(new DOMException('no longer wanted', 'AbortError'));
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
