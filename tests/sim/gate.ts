import type { Fault, FaultProxy } from '#tests/support/fault-proxy';
import { pick } from './random.ts';

type Answer = { readonly response: Response } | { readonly error: unknown };

/** A request that a console made and that waits, first to leave and then for its answer to be handed over. */
export type Parked = {
  readonly rpc: string;
  state: 'waiting' | 'sent' | 'answered';
  answer: Answer | null;
};

/** Stands in for the network of one console: nothing leaves and nothing arrives before a step says so. */
export type Gate = {
  readonly fetch: typeof fetch;
  readonly parked: readonly Parked[];
  /** Sends a waiting request; resolves when its answer is there, or at once when it never will be. */
  send(parked: Parked, fault: Fault): Promise<void>;
  /** Hands an answer over to the console. */
  deliver(parked: Parked): void;
  /** Sends once more what was sent before, as a network that repeats itself; nobody hears the answer. */
  echo(roll: number): Promise<void>;
  /** Grows whenever something happens here. */
  readonly activity: number;
  /** The console is dead: its requests may still leave, nobody hears the answers. Returns those that have not left. */
  orphan(): readonly (() => Promise<void>)[];
};

type Entry = Parked & { readonly leave: () => Promise<Answer>; readonly settle: (answer: Answer) => void };

export function createGate(proxy: FaultProxy): Gate {
  let entries: Entry[] = [];
  let activity = 0;
  let isDead = false;
  const sent: (() => Promise<Answer>)[] = [];

  function found(parked: Parked): Entry {
    const entry = entries.find((each) => each === parked);
    if (entry === undefined) throw new Error('this request is not parked here');
    return entry;
  }

  const gated: typeof fetch = (input, init) =>
    new Promise<Response>((resolve, reject) => {
      if (isDead) return;
      activity += 1;
      const url = input instanceof Request ? input.url : String(input);
      const { signal, ...rest } = init ?? {};
      const entry: Entry = {
        rpc: url.slice(url.lastIndexOf('/') + 1),
        state: 'waiting',
        answer: null,
        leave: () => ask(url, rest),
        settle: (answer) => ('response' in answer ? resolve(answer.response) : reject(toError(answer.error))),
      };
      entries.push(entry);
      signal?.addEventListener('abort', () => {
        entries = entries.filter((each) => each !== entry);
        reject(toError(signal.reason));
      });
    });

  return {
    fetch: gated,
    get parked() {
      return entries;
    },
    get activity() {
      return activity;
    },
    async send(parked, fault) {
      const entry = found(parked);
      const before = proxy.log.length;
      proxy.setFault(() => fault);
      entry.state = 'sent';
      sent.push(entry.leave);
      const answering = entry.leave().then((answer) => {
        entry.state = 'answered';
        entry.answer = answer;
        activity += 1;
      });
      if (fault.kind !== 'half-open') return await answering;
      while (proxy.log.length === before) await turn();
    },
    deliver(parked) {
      const entry = found(parked);
      if (entry.answer === null) return;
      entries = entries.filter((each) => each !== entry);
      activity += 1;
      entry.settle(entry.answer);
    },
    async echo(roll) {
      await pick(sent, roll)?.();
    },
    orphan() {
      isDead = true;
      const left = entries.filter((each) => each.state === 'waiting');
      entries = [];
      return left.map((each) => async () => void (await each.leave()));
    },
  };
}

/** One turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function ask(url: string, init: RequestInit): Promise<Answer> {
  try {
    const response = await fetch(url, init);
    const body = await response.arrayBuffer();
    const { status, headers } = response;
    return { response: new Response(status === 204 ? null : body, { status, headers }) };
  } catch (error) {
    return { error };
  }
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
