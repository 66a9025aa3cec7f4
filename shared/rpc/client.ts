import type { Client, Contract } from './define.ts';
import { AppError } from './errors.ts';
import { parseServerFrame, type CallerFrame, type ServerFrame } from './frames.ts';
import type { Port } from './port.ts';

/**
 * Makes the caller's side of a contract.
 *
 * A call rejects with AppError: the server's own, CANCELLED when `signal` fires, NOT_AVAILABLE when the port is or
 * gets closed. A stream ends quietly when its `signal` fires or when the port closes (nothing more will come), and
 * throws AppError when the server failed. Leaving the loop tells the server to stop.
 * @param onClose called once when the other side has gone, to offer a reconnect.
 */
export function createClient<C extends Contract>(contract: C, port: Port, onClose?: () => void): Client<C> {
  const receivers = new Map<number, Receiver>();
  let lastId = 0;
  let isClosed = false;

  port.onFrame((value) => {
    const frame = parseServerFrame(value);
    if (frame !== null) receivers.get(frame.id)?.receive(frame);
  });
  port.onClose(() => {
    isClosed = true;
    for (const receiver of receivers.values()) receiver.closed();
    receivers.clear();
    onClose?.();
  });

  const channel: Channel = {
    start(t, name, input, receiver) {
      lastId += 1;
      if (isClosed) {
        receiver.closed();
        return lastId;
      }
      receivers.set(lastId, receiver);
      port.send({ t, id: lastId, name, input } satisfies CallerFrame);
      return lastId;
    },
    forget(id, tellServer) {
      if (receivers.delete(id) && tellServer && !isClosed)
        port.send({ t: 'cancel', id } satisfies CallerFrame);
    },
  };

  const procedures = Object.entries(contract).map(([name, procedure]) => [
    name,
    procedure.kind === 'call'
      ? (input: unknown, signal?: AbortSignal) => callOnce(channel, name, input, signal)
      : (input: unknown, signal?: AbortSignal) => openStream(channel, name, input, signal),
  ]);
  // Object.fromEntries cannot know that the keys are the contract's and each function is of its procedure's kind.
  return Object.fromEntries(procedures) as Client<C>;
}

type Receiver = { receive(frame: ServerFrame): void; closed(): void };

type Channel = {
  start(t: 'call' | 'open', name: string, input: unknown, receiver: Receiver): number;
  /** Ends the exchange `id`; with `tellServer`, asks the server to end it too. */
  forget(id: number, tellServer: boolean): void;
};

function callOnce(channel: Channel, name: string, input: unknown, signal?: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(cancelled(name));
      return;
    }
    const abort = () => {
      channel.forget(id, true);
      reject(cancelled(name));
    };
    // Ends by the frame's id: a port inside one process may answer before `start` has returned.
    const settle = (frame: ServerFrame, finish: () => void) => {
      signal?.removeEventListener('abort', abort);
      channel.forget(frame.id, false);
      finish();
    };
    const id = channel.start('call', name, input, {
      receive(frame) {
        if (frame.t === 'ok') settle(frame, () => resolve(frame.value));
        if (frame.t === 'err') settle(frame, () => reject(toError(frame)));
      },
      closed: () => {
        signal?.removeEventListener('abort', abort);
        reject(new AppError('NOT_AVAILABLE', 'The connection to the console’s core was closed.'));
      },
    });
    signal?.addEventListener('abort', abort, { once: true });
  });
}

function openStream(
  channel: Channel,
  name: string,
  input: unknown,
  signal?: AbortSignal,
): AsyncIterable<unknown> {
  return { [Symbol.asyncIterator]: () => iterate(channel, name, input, signal) };
}

/** One subscription: values wait in a queue until they are asked for. */
async function* iterate(channel: Channel, name: string, input: unknown, signal?: AbortSignal) {
  const isAborted = () => signal?.aborted === true;
  if (isAborted()) return;
  const queue: unknown[] = [];
  let failure: AppError | undefined;
  let isDone = false;
  let wake: () => void = () => {};

  const finish = () => {
    isDone = true;
    wake();
  };
  const id = channel.start('open', name, input, {
    receive(frame) {
      if (frame.t === 'event') queue.push(frame.value);
      if (frame.t === 'err') failure = toError(frame);
      if (frame.t === 'event') wake();
      else {
        channel.forget(frame.id, false);
        finish();
      }
    },
    closed: finish,
  });
  signal?.addEventListener('abort', finish, { once: true });

  try {
    while (!isAborted()) {
      if (queue.length > 0) yield queue.shift();
      else if (isDone) break;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
    if (failure !== undefined && !isAborted()) throw failure;
  } finally {
    signal?.removeEventListener('abort', finish);
    channel.forget(id, true);
  }
}

function toError(frame: ServerFrame & { t: 'err' }): AppError {
  return new AppError(frame.error.code, frame.error.message, frame.error.data);
}

function cancelled(name: string): AppError {
  return new AppError('CANCELLED', `${name} was cancelled.`);
}
