/**
 * The narrowest thing a procedure call can travel over: a MessagePort, a WebSocket and a worker's parentPort all
 * fit. Frames are plain structured-cloneable values; a WebSocket port turns them into JSON.
 */
export type Port = {
  /** Sends one frame. Must not throw when the other side has gone. */
  send(frame: unknown): void;
  /** Registers the one receiver. */
  onFrame(receive: (frame: unknown) => void): void;
  /** Registers the one close listener; called at most once. */
  onClose(closed: () => void): void;
  close(): void;
};
