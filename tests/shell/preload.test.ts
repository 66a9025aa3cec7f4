import { beforeEach, describe, expect, it, vi } from 'vitest';
import { electron, ipcRenderer, resetElectron } from '#tests/fakes/electron';
import { askElectron, type ElectronBridge } from '#renderer/link/electron-port.ts';

/** A window as far as messages go: what is posted to it arrives later, with its ports, as its own. */
class FakeWindow extends EventTarget {
  readonly origin = 'app://console';
  readonly targets: string[] = [];
  postMessage(data: unknown, target: string, ports: MessagePort[]): void {
    this.targets.push(target);
    const event = Object.assign(new Event('message'), { data, ports, source: this });
    queueMicrotask(() => this.dispatchEvent(event));
  }
}

let page: FakeWindow;
let sent: string[];
beforeEach(async () => {
  vi.resetModules();
  vi.unstubAllGlobals();
  resetElectron('/nowhere');
  page = new FakeWindow();
  vi.stubGlobal('window', page);
  sent = [];
  const fake = await import('#tests/fakes/electron');
  fake.resetElectron('/nowhere');
  fake.ipcRenderer.send = (channel: string) => void sent.push(channel);
  await import('#electron/preload');
});

async function exposed(): Promise<{
  bridge: ElectronBridge;
  deliver: (port: MessagePort) => void;
  names: string[];
}> {
  const fake = await import('#tests/fakes/electron');
  return {
    // What the preload exposed is what the page is typed to find; the test below calls it.
    bridge: fake.electron.exposed.get('itutor') as ElectronBridge,
    deliver: (port) => void fake.ipcRenderer.emit('rpc:connect', { ports: [port] }),
    names: [...fake.electron.exposed.keys()],
  };
}

const ask = async (signal = new AbortController().signal) =>
  askElectron((await exposed()).bridge, page as unknown as Window, signal);

describe('the preload', () => {
  it('exposes one function, which sends one message and hands out nothing of Electron', async () => {
    const { bridge, names } = await exposed();
    expect(names).toEqual(['itutor']);
    expect(Object.keys(bridge)).toEqual(['connect']);
    expect(bridge.connect()).toBeUndefined();
    expect(sent).toEqual(['rpc:connect']);
    expect([electron.exposed.size, ipcRenderer.listenerCount('rpc:connect')]).toEqual([0, 0]);
  });

  it('brings the page the port that it asked for, posted to its own origin only', async () => {
    const { port1 } = new MessageChannel();
    const port = ask();
    await vi.waitUntil(() => sent.length === 1);
    (await exposed()).deliver(port1);
    expect(await port).toBe(port1);
    expect(page.targets).toEqual(['app://console']);
    port1.close();
  });
});

describe('asking for a port', () => {
  it('takes no port that another window posts, or under another name', async () => {
    const { port1, port2 } = new MessageChannel();
    const controller = new AbortController();
    const port = ask(controller.signal);
    await vi.waitUntil(() => sent.length === 1);
    const foreign = { data: 'rpc:connect', ports: [port1], source: {} };
    page.dispatchEvent(Object.assign(new Event('message'), foreign));
    page.postMessage('something else', '*', [port2]);
    await Promise.resolve();
    controller.abort();
    await expect(port).rejects.toThrow('cancelled');
    port1.close();
  });

  it('gives up after ten seconds, so that the page can try again', async () => {
    vi.useFakeTimers();
    try {
      const port = ask();
      port.catch(() => {});
      await vi.advanceTimersByTimeAsync(10_000);
      await expect(port).rejects.toThrow('no port came');
    } finally {
      vi.useRealTimers();
    }
  });
});
