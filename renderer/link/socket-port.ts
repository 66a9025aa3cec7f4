import { unpackFrame } from '#shared/rpc/binary';
import type { Port } from '#shared/rpc/port';

/** The part of a WebSocket that a port needs; the browser's own fits. */
export type Socket = {
  binaryType: string;
  send(text: string): void;
  close(): void;
  addEventListener(type: 'open' | 'close' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
};

/** Waits for a socket to open and turns it into a port whose frames travel as JSON text, or as bytes where they carry some. Rejects when it closes first. */
export function openSocketPort(socket: Socket, signal: AbortSignal): Promise<Port> {
  return new Promise((resolve, reject) => {
    let isOpen = false;
    let isClosed = false;
    let receive: ((frame: unknown) => void) | null = null;
    let closed: (() => void) | null = null;
    const early: unknown[] = [];

    const end = () => {
      if (isClosed) return;
      isClosed = true;
      if (isOpen) closed?.();
      else reject(new Error('the socket closed before it opened'));
    };
    socket.binaryType = 'arraybuffer';
    signal.addEventListener('abort', () => socket.close(), { once: true });
    socket.addEventListener('error', end);
    socket.addEventListener('close', end);
    socket.addEventListener('message', (event) => {
      const frame = parseFrame(event.data);
      if (frame === undefined) return;
      if (receive === null) early.push(frame);
      else receive(frame);
    });
    socket.addEventListener('open', () => {
      isOpen = true;
      resolve({
        send(frame) {
          if (!isClosed) socket.send(JSON.stringify(frame));
        },
        onFrame(listener) {
          receive = listener;
          for (const frame of early.splice(0)) listener(frame);
        },
        onClose(listener) {
          closed = listener;
          // A port that died between opening and this call must still be reported, or its owner would wait for ever.
          if (isClosed) listener();
        },
        close: () => socket.close(),
      });
    });
  });
}

function parseFrame(data: unknown): unknown {
  if (data instanceof ArrayBuffer) return unpackFrame(new Uint8Array(data));
  if (typeof data !== 'string') return undefined;
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
