/** For the core's thread: what a first pull leaves behind dies young; left to itself the heap keeps 50 MB more for it. */
export const coreLimits = { maxYoungGenerationSizeMb: 16 } as const;

/** What both hosts need of the thread that runs the core; node:worker_threads' Worker fits. */
export type CoreThread<P> = {
  postMessage(message: unknown, transfer: readonly P[]): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
  terminate(): Promise<unknown>;
};

export type SupervisorEffects<P> = {
  /** Starts the thread. */
  start(): CoreThread<P>;
  /** Makes a pair of connected ports. */
  channel(): { readonly port1: P; readonly port2: P };
  /** Answers hostContract on this port, for one life of the thread. */
  serveHost(port: P): void;
  /** Monotonic milliseconds. */
  now(): number;
  wait(milliseconds: number): Promise<void>;
  log(event: string, fields: Readonly<Record<string, unknown>>): void;
};

export type SupervisedCore<P> = {
  /** A port on which the core answers its contract; null once the core has been given up. The port closes with the core. */
  connect(): P | null;
  /** Tells the core that the machine woke. */
  wake(): void;
  /** Resolves once the core is ready for the first time; rejects when it dies before that too often. */
  readonly ready: Promise<void>;
  /** Asks the core to finish and waits for it at most `patience` milliseconds. Idempotent. */
  stop(patience?: number): Promise<void>;
};

const crashLimit = { count: 3, milliseconds: 60_000 };

/**
 * Keeps one core running: starts it, hands out ports, and starts it again when it dies, at most three times a minute
 * (a core that cannot run must not spin). Ports of a dead core close by themselves; their holders connect again.
 */
export function superviseCore<P>(effects: SupervisorEffects<P>): SupervisedCore<P> {
  const crashes: number[] = [];
  let isStopping = false;
  let thread: CoreThread<P> | null = null;
  let whenGone = Promise.resolve();
  let resolveReady: () => void = () => {};
  let rejectReady: (error: Error) => void = () => {};
  const ready = new Promise<void>((resolve, reject) => {
    resolveReady = resolve;
    rejectReady = reject;
  });
  // Whoever does not ask whether the core became ready must not crash on it.
  ready.catch(() => {});
  launch();

  return {
    ready,
    connect() {
      if (thread === null) return null;
      const { port1, port2 } = effects.channel();
      thread.postMessage({ type: 'client', port: port2 }, [port2]);
      return port1;
    },
    wake: () => thread?.postMessage({ type: 'wake' }, []),
    async stop(patience = 700) {
      isStopping = true;
      const stopping = thread;
      if (stopping === null) return;
      stopping.postMessage({ type: 'shutdown' }, []);
      await Promise.race([whenGone, effects.wait(patience)]);
      await stopping.terminate();
    },
  };

  function launch(): void {
    const started = effects.start();
    thread = started;
    whenGone = new Promise((resolve) => {
      started.on('message', (message) => {
        if (isType(message, 'ready')) resolveReady();
        if (isType(message, 'stopped')) resolve();
      });
      started.on('error', (error) => effects.log('core.failed', { error }));
      started.on('exit', (code) => {
        resolve();
        if (!isStopping) recover(code);
      });
    });
    const { port1, port2 } = effects.channel();
    effects.serveHost(port1);
    started.postMessage({ type: 'host', port: port2 }, [port2]);
  }

  function recover(code: number): void {
    const now = effects.now();
    crashes.push(now);
    const recent = crashes.filter((time) => now - time < crashLimit.milliseconds).length;
    const isGivenUp = recent > crashLimit.count;
    effects.log('core.exited', { code, recent, isGivenUp });
    thread = null;
    if (!isGivenUp) {
      launch();
      return;
    }
    rejectReady(new Error(`The console's core stopped ${recent} times within a minute (exit code ${code}).`));
  }
}

function isType(message: unknown, type: string): boolean {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === type;
}
