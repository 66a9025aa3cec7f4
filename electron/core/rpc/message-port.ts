import type { MessagePort } from 'node:worker_threads';
import type { Port } from '#shared/rpc/port';

/**
 * A node:worker_threads MessagePort as a Port. Starts receiving when `onFrame` is called. A message that cannot be
 * deserialised is dropped, as a frame that never came.
 */
export function messagePort(port: MessagePort): Port {
  let isClosed = false;
  port.on('close', () => {
    isClosed = true;
  });
  port.on('messageerror', () => {});
  return {
    send(frame) {
      if (!isClosed) port.postMessage(frame);
    },
    onFrame(receive) {
      port.on('message', receive);
    },
    onClose(closed) {
      if (isClosed) queueMicrotask(closed);
      else port.once('close', closed);
    },
    close() {
      port.close();
    },
  };
}
