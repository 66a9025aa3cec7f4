import type * as z from 'zod';
import type { Contract, Handlers, Procedure } from './define.ts';
import { AppError, type ErrorShape } from './errors.ts';
import { inputLimit, isPlainWithin, parseCallerFrame, type CallerFrame, type ServerFrame } from './frames.ts';
import type { Port } from './port.ts';

/** Where the server reports what it refused and what failed. `fields.error`, when present, is the thrown value. */
export type RpcLog = (event: string, fields: Readonly<Record<string, unknown>>) => void;

export type ServeOptions = {
  readonly log: RpcLog;
  /** Also parse what handlers return: in tests and development. */
  readonly checkOutput: boolean;
  /** Calls and streams one port may have open at a time. */
  readonly maxOpen?: number;
  /** Frames one port may send in a second, on average, with bursts of twice as many. */
  readonly maxPerSecond?: number;
  /** Bytes that one input may hold as binary values; none by default. */
  readonly maxInputBytes?: number;
  /** Milliseconds, monotonic enough for a rate. */
  readonly now?: () => number;
};

/**
 * Answers a contract on a port. Input is always parsed; a malformed frame is refused and logged; nothing that comes
 * in over the port can make this throw. Errors that are not AppError leave as INTERNAL with the id of their log line.
 * @returns a disposer that ends every open call and stream and closes the port.
 */
export function serve<C extends Contract>(
  contract: C,
  handlers: Handlers<C>,
  port: Port,
  options: ServeOptions,
): () => void {
  const { log } = options;
  const open = new Map<number, AbortController>();
  const allow = rateLimit(options.maxPerSecond ?? 2000, options.now ?? Date.now);
  const maxOpen = options.maxOpen ?? 256;
  const limit = { ...inputLimit, bytes: options.maxInputBytes ?? 0 };

  const stop = () => {
    for (const controller of open.values()) controller.abort();
    open.clear();
  };

  port.onFrame((value) => {
    const frame = parseCallerFrame(value);
    // A flood of bad frames must not become a flood of log lines, so the rate is taken before anything is written.
    const isAllowed = allow();
    if (frame === null) {
      if (isAllowed) log('rpc.frame.refused', { reason: 'malformed' });
      return;
    }
    if (frame.t === 'cancel') {
      open.get(frame.id)?.abort();
      open.delete(frame.id);
      return;
    }
    if (open.has(frame.id)) {
      if (isAllowed) log('rpc.frame.refused', { reason: 'id in use' });
      return;
    }
    const refusal = isAllowed && open.size < maxOpen ? undefined : tooMuch;
    if (refusal !== undefined) {
      send({ t: 'err', id: frame.id, error: refusal });
      return;
    }
    const controller = new AbortController();
    open.set(frame.id, controller);
    void answer(frame, controller.signal).finally(() => {
      if (open.get(frame.id) === controller) open.delete(frame.id);
    });
  });
  port.onClose(stop);

  return () => {
    stop();
    port.close();
  };

  async function answer(frame: CallerFrame & { t: 'call' | 'open' }, signal: AbortSignal): Promise<void> {
    try {
      const procedure = Object.hasOwn(contract, frame.name) ? contract[frame.name] : undefined;
      if (procedure === undefined || (procedure.kind === 'call') !== (frame.t === 'call')) {
        log('rpc.frame.refused', { reason: 'unknown procedure' });
        throw new AppError('BAD_INPUT', 'The console was asked for something it does not know.');
      }
      const input = parseInput(procedure, frame);
      const result: unknown = handlerOf(handlers, frame.name)(input, signal);
      if (procedure.kind === 'call') {
        const value = checked(procedure, await result);
        if (!signal.aborted) send({ t: 'ok', id: frame.id, value });
      } else {
        for await (const value of untilAborted(result as AsyncIterable<unknown>, signal)) {
          send({ t: 'event', id: frame.id, value: checked(procedure, value) });
        }
        if (!signal.aborted) send({ t: 'end', id: frame.id });
      }
    } catch (error) {
      if (!signal.aborted) send({ t: 'err', id: frame.id, error: shapeOf(error, frame.name) });
    }
  }

  function parseInput(procedure: Procedure, frame: CallerFrame & { t: 'call' | 'open' }): unknown {
    if (!isPlainWithin(frame.input, limit)) {
      log('rpc.input.refused', { name: frame.name, reason: 'size or shape' });
      throw new AppError('BAD_INPUT', 'What was sent is too large or is not plain data.');
    }
    const parsed = procedure.input.safeParse(frame.input);
    if (parsed.success) return parsed.data;
    const issues = issuesOf(parsed.error);
    log('rpc.input.refused', { name: frame.name, paths: issues.map((issue) => issue.path) });
    throw new AppError('BAD_INPUT', `This cannot be accepted: ${issues[0]?.message ?? 'invalid'}.`, {
      issues,
    });
  }

  function checked(procedure: Procedure, value: unknown): unknown {
    return options.checkOutput ? procedure.output.parse(value) : value;
  }

  function shapeOf(error: unknown, name: string): ErrorShape {
    if (error instanceof AppError) return error.toShape();
    const logId = Math.random().toString(36).slice(2, 10).padEnd(8, '0');
    log('rpc.handler.failed', { logId, name, error });
    return {
      code: 'INTERNAL',
      message: `Something went wrong inside the console. It is in the log under ${logId}.`,
      data: { logId },
    };
  }

  function send(frame: ServerFrame): void {
    try {
      port.send(frame);
    } catch (error) {
      // A value that cannot be cloned: tell the caller, who would wait for ever otherwise.
      open.get(frame.id)?.abort();
      open.delete(frame.id);
      const shape = shapeOf(error, 'rpc.send');
      try {
        port.send({ t: 'err', id: frame.id, error: shape } satisfies ServerFrame);
      } catch (second) {
        log('rpc.send.failed', { error: second });
      }
    }
  }
}

type AnyHandler = (input: unknown, signal: AbortSignal) => unknown;

/** The mapped type of handlers cannot be indexed by a run-time name; the contract check above makes this sound. */
function handlerOf<C extends Contract>(handlers: Handlers<C>, name: string): AnyHandler {
  return (handlers as Readonly<Record<string, AnyHandler>>)[name] ?? missing;
}

function missing(): never {
  throw new Error('the contract has a procedure that nothing handles');
}

/** Ends at once when `signal` fires, even while the source waits, and finalises the source in every case. */
async function* untilAborted(source: AsyncIterable<unknown>, signal: AbortSignal): AsyncGenerator<unknown> {
  const iterator = source[Symbol.asyncIterator]();
  // One listener for the whole stream and one promise a step: a race against a promise that lives as long as the
  // stream would keep every step alive.
  let interrupt: () => void = () => {};
  const onAbort = () => interrupt();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    while (!signal.aborted) {
      const step = await new Promise<IteratorResult<unknown> | null>((resolve, reject) => {
        interrupt = () => resolve(null);
        iterator.next().then(resolve, reject);
      });
      if (step === null || step.done === true) break;
      yield step.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Not awaited: a generator that is suspended in a wait finalises when that wait ends.
    iterator.return?.().catch(() => {});
  }
}

function issuesOf(error: z.ZodError): { path: string; message: string }[] {
  return error.issues.slice(0, 10).map((issue) => ({
    path: issue.path.map(String).join('.'),
    message: issue.message,
  }));
}

/** A token bucket. */
function rateLimit(perSecond: number, now: () => number): () => boolean {
  let tokens = perSecond * 2;
  let last = now();
  return () => {
    const time = now();
    tokens = Math.min(perSecond * 2, tokens + ((time - last) / 1000) * perSecond);
    last = time;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}

const tooMuch: ErrorShape = {
  code: 'REJECTED',
  message: 'The console is asked for too much at once. Wait a moment and try again.',
  data: { rule: 'rpc.rate' },
};
