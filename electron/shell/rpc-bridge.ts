import type { MessagePort } from 'node:worker_threads';
import {
  ipcMain,
  MessageChannelMain,
  type IpcMainEvent,
  type MessagePortMain,
  type WebContents,
} from 'electron';
import { isOwnPage } from './origin.ts';

/** The one channel of the whole application. */
export const connectChannel = 'rpc:connect';

type Log = (event: string, fields: Readonly<Record<string, unknown>>) => void;

/**
 * Gives the console's page a port to the core when it asks for one, and to nobody else: the sender must be the top
 * frame of a page of ours. Frames are then relayed unread; the core checks them.
 * @param connect gives a port of the core, null when there is no core any more.
 */
export function bridgeRpc(connect: () => MessagePort | null, log: Log): void {
  ipcMain.on(connectChannel, (event) => {
    if (!isTrusted(event)) {
      log('shell.rpc.refused', { isFrame: event.senderFrame !== null });
      return;
    }
    const core = connect();
    if (core === null) {
      log('shell.rpc.refused', { reason: 'the core has stopped' });
      return;
    }
    const { port1, port2 } = new MessageChannelMain();
    relay(port1, core);
    closeWithPage(event.sender, port1);
    event.senderFrame?.postMessage(connectChannel, null, [port2]);
  });
}

function isTrusted({ senderFrame }: IpcMainEvent): boolean {
  return senderFrame !== null && senderFrame.parent === null && isOwnPage(senderFrame.url);
}

function relay(page: MessagePortMain, core: MessagePort): void {
  page.on('message', ({ data }) => core.postMessage(data));
  page.on('close', () => core.close());
  core.on('message', (frame: unknown) => page.postMessage(frame));
  core.on('close', () => page.close());
  page.start();
}

/** A page that has gone does not always close its ports; its calls and streams must end all the same. */
function closeWithPage(contents: WebContents, port: MessagePortMain): void {
  const close = () => {
    contents.off('did-start-navigation', onNavigation);
    contents.off('render-process-gone', close);
    contents.off('destroyed', close);
    port.close();
  };
  const onNavigation = (details: { isMainFrame: boolean; isSameDocument: boolean }) => {
    if (details.isMainFrame && !details.isSameDocument) close();
  };
  contents.on('did-start-navigation', onNavigation);
  contents.on('render-process-gone', close);
  contents.on('destroyed', close);
  port.on('close', close);
}
