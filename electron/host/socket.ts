import type { MessagePort } from 'node:worker_threads';
import type { RawData, WebSocket } from 'ws';
import { packFrame } from '#shared/rpc/binary';

/** The largest frame a page may send, in bytes; what it may hold is limited again in the core. */
export const maxFrameBytes = 4 * 1024 * 1024;

/** What may wait for a page that does not read, in bytes, before it is dropped. */
const maxWaitingBytes = 64 * 1024 * 1024;

/** A page that sends this many frames that are no JSON is not ours. */
const maxMalformed = 100;

export type SocketLog = (event: string, fields: Readonly<Record<string, unknown>>) => void;

/**
 * Joins a page's WebSocket with a port of the core, in both directions, until either closes. It carries frames and
 * looks into none of them; only text that is not JSON ends here. A frame with bytes goes to the page as a binary message.
 */
export function relay(socket: WebSocket, port: MessagePort, log: SocketLog): void {
  let malformed = 0;

  socket.on('message', (data: RawData, isBinary: boolean) => {
    const frame = isBinary ? undefined : parseJson(data);
    if (frame !== undefined) {
      port.postMessage(frame);
      return;
    }
    malformed += 1;
    if (malformed === 1) log('host.frame.refused', { reason: isBinary ? 'binary' : 'not JSON' });
    if (malformed >= maxMalformed) socket.close(1008, 'Too many malformed frames.');
  });
  socket.on('error', (error) => log('host.socket.failed', { error }));
  socket.on('close', () => port.close());

  port.on('message', (frame: unknown) => {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > maxWaitingBytes) {
      log('host.socket.dropped', { bufferedAmount: socket.bufferedAmount });
      socket.terminate();
      return;
    }
    socket.send(packFrame(frame) ?? JSON.stringify(frame));
  });
  port.on('messageerror', () => log('host.frame.refused', { reason: 'not cloneable' }));
  // 1012: the page connects again, and finds the core that was started in place of this one.
  port.on('close', () => socket.close(1012, 'The core has stopped.'));
}

function parseJson(data: RawData): unknown {
  const buffer = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as ArrayBuffer);
  try {
    return JSON.parse(buffer.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
