import type { Port } from '#shared/rpc/port';

/** Wraps the MessagePort that Electron's preload hands over. */
export function fromMessagePort(channel: MessagePort): Port {
  return {
    send: (frame) => channel.postMessage(frame),
    onFrame(receive) {
      channel.addEventListener('message', (event: MessageEvent<unknown>) => receive(event.data));
      channel.start();
    },
    onClose: (closed) => channel.addEventListener('close', closed, { once: true }),
    close: () => channel.close(),
  };
}
