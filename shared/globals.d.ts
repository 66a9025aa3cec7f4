/**
 * The few globals that every JavaScript host has and ECMAScript itself does not define. `shared` compiles without
 * the DOM's and Node's types, so that nothing host-specific can slip in; this is the whole exception.
 */
interface AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
  throwIfAborted(): void;
}

interface AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}

declare const AbortController: { new (): AbortController };
