import { EventEmitter } from 'node:events';
import type * as Electron from 'electron';

/**
 * A stand-in for Electron's main process, typed by Electron's own declarations: what it lacks or has wrongly does not
 * compile. It records what the shell asks for; tests fire Electron's events on it. `resetElectron` begins anew.
 */

type Display = Pick<Electron.Display, 'id' | 'workArea'>;

class FakeApp
  extends EventEmitter
  implements
    Pick<
      Electron.App,
      | 'requestSingleInstanceLock'
      | 'quit'
      | 'exit'
      | 'enableSandbox'
      | 'isPackaged'
      | 'setAsDefaultProtocolClient'
      | 'whenReady'
      | 'getPath'
      | 'getVersion'
    >
{
  isPackaged = false;
  hasLock = true;
  userData = '';
  readonly calls: string[] = [];
  ready = Promise.withResolvers<void>();
  requestSingleInstanceLock() {
    this.calls.push('requestSingleInstanceLock');
    return this.hasLock;
  }
  quit() {
    this.calls.push('quit');
  }
  exit() {
    this.calls.push('exit');
  }
  enableSandbox() {
    this.calls.push('enableSandbox');
  }
  setAsDefaultProtocolClient(scheme: string) {
    this.calls.push(`setAsDefaultProtocolClient ${scheme}`);
    return true;
  }
  whenReady() {
    return this.ready.promise;
  }
  getPath(name: string) {
    return `${this.userData}/${name}`;
  }
  getVersion() {
    return '1.2.3';
  }
}

export class FakeWebContents
  extends EventEmitter
  implements Pick<Electron.WebContents, 'setWindowOpenHandler' | 'reload'>
{
  openHandler: ((details: Electron.HandlerDetails) => Electron.WindowOpenHandlerResponse) | null = null;
  reloads = 0;
  setWindowOpenHandler(handler: (details: Electron.HandlerDetails) => Electron.WindowOpenHandlerResponse) {
    this.openHandler = handler;
  }
  reload() {
    this.reloads += 1;
  }
}

class FakeBrowserWindow
  extends EventEmitter
  implements
    Pick<
      Electron.BrowserWindow,
      | 'loadURL'
      | 'maximize'
      | 'show'
      | 'focus'
      | 'restore'
      | 'isMinimized'
      | 'isMaximized'
      | 'getNormalBounds'
    >
{
  readonly webContents = new FakeWebContents();
  readonly options: Electron.BrowserWindowConstructorOptions;
  readonly urls: string[] = [];
  readonly calls: string[] = [];
  isMinimizedNow = false;
  constructor(options: Electron.BrowserWindowConstructorOptions = {}) {
    super();
    this.options = options;
    electron.windows.push(this);
    app.emit('web-contents-created', {}, this.webContents);
  }
  async loadURL(url: string) {
    this.urls.push(url);
  }
  maximize() {
    this.calls.push('maximize');
  }
  show() {
    this.calls.push('show');
  }
  focus() {
    this.calls.push('focus');
  }
  restore() {
    this.calls.push('restore');
  }
  isMinimized() {
    return this.isMinimizedNow;
  }
  isMaximized() {
    return false;
  }
  getNormalBounds() {
    return { x: 10, y: 20, width: 1200, height: 800 };
  }
}

class FakePort
  extends EventEmitter
  implements Pick<Electron.MessagePortMain, 'postMessage' | 'start' | 'close'>
{
  peer: FakePort | null = null;
  #isClosed = false;
  postMessage(data: unknown) {
    // A message arrives later and as a copy, as it would from another process.
    const copy = structuredClone(data);
    const { peer } = this;
    queueMicrotask(() => peer?.emit('message', { data: copy, ports: [] }));
  }
  start() {}
  close() {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.emit('close');
    this.peer?.close();
  }
}

class FakeMessageChannel {
  readonly port1 = new FakePort();
  readonly port2 = new FakePort();
  constructor() {
    this.port1.peer = this.port2;
    this.port2.peer = this.port1;
  }
}

type PermissionHandlers = {
  request: Parameters<Electron.Session['setPermissionRequestHandler']>[0];
  check: Parameters<Electron.Session['setPermissionCheckHandler']>[0];
  device: Parameters<Electron.Session['setDevicePermissionHandler']>[0];
};

function fresh() {
  return {
    windows: [] as FakeBrowserWindow[],
    schemes: [] as Electron.CustomScheme[],
    handlers: new Map<string, (request: Request) => Response | Promise<Response>>(),
    permissions: { request: null, check: null, device: null } as PermissionHandlers,
    menus: [] as Electron.MenuItemConstructorOptions[][],
    opened: [] as string[],
    errors: [] as string[],
    crashReports: [] as Electron.CrashReporterStartOptions[],
    displays: [{ id: 1, workArea: { x: 0, y: 0, width: 1920, height: 1040 } }] as Display[],
    /** What the keychain can do. */
    keychain: { isAvailable: true, backend: 'gnome_libsecret', shouldReEncrypt: false, key: 'k1' },
    saveTo: null as string | null,
    exposed: new Map<string, unknown>(),
    /** Whether Electron is ready: what must come before is checked against it. */
    isReady: false,
  };
}

/** Everything that the shell has asked for. */
export let electron = fresh();
export let app = new FakeApp();
export let ipcMain = new EventEmitter();
export let ipcRenderer = Object.assign(new EventEmitter(), { send: (_channel: string) => {} });

/** Begins anew; the directory is where the fake keeps user data. */
export function resetElectron(userData: string): void {
  electron = fresh();
  app = new FakeApp();
  app.userData = userData;
  ipcMain = new EventEmitter();
  ipcRenderer = Object.assign(new EventEmitter(), { send: (_channel: string) => {} });
}

/** Lets Electron become ready, and the shell do what it does then. */
export async function becomeReady(): Promise<void> {
  electron.isReady = true;
  app.ready.resolve();
  await new Promise((resolve) => setImmediate(resolve));
}

export { FakeBrowserWindow as BrowserWindow, FakeMessageChannel as MessageChannelMain };

export const protocol = {
  registerSchemesAsPrivileged(schemes) {
    if (electron.isReady) throw new Error('registerSchemesAsPrivileged must come before ready');
    electron.schemes.push(...schemes);
  },
  handle(scheme, handler) {
    electron.handlers.set(scheme, handler);
  },
} satisfies Pick<Electron.Protocol, 'registerSchemesAsPrivileged' | 'handle'>;

export const session = {
  defaultSession: {
    setPermissionRequestHandler(handler) {
      electron.permissions.request = handler;
    },
    setPermissionCheckHandler(handler) {
      electron.permissions.check = handler;
    },
    setDevicePermissionHandler(handler) {
      electron.permissions.device = handler;
    },
  } satisfies Pick<
    Electron.Session,
    'setPermissionRequestHandler' | 'setPermissionCheckHandler' | 'setDevicePermissionHandler'
  >,
};

export const shell = {
  openExternal: async (url: string) => {
    electron.opened.push(url);
  },
  openPath: async (path: string) => {
    electron.opened.push(path);
    return '';
  },
  showItemInFolder: (path: string) => void electron.opened.push(`folder of ${path}`),
} satisfies Pick<Electron.Shell, 'openExternal' | 'openPath' | 'showItemInFolder'>;

export const safeStorage = {
  isAsyncEncryptionAvailable: async () => electron.keychain.isAvailable,
  getSelectedStorageBackend: () =>
    electron.keychain.backend as ReturnType<Electron.SafeStorage['getSelectedStorageBackend']>,
  encryptStringAsync: async (text: string) =>
    Buffer.from(`${electron.keychain.key}:${[...text].toReversed().join('')}`),
  decryptStringAsync: async (encrypted: Buffer) => {
    const [key, text = ''] = encrypted.toString().split(':', 2);
    if (key !== electron.keychain.key) throw new Error('cannot decrypt');
    return { result: [...text].toReversed().join(''), shouldReEncrypt: electron.keychain.shouldReEncrypt };
  },
} satisfies Pick<
  Electron.SafeStorage,
  'isAsyncEncryptionAvailable' | 'getSelectedStorageBackend' | 'encryptStringAsync' | 'decryptStringAsync'
>;

export const powerMonitor = new EventEmitter();
export const dialog = {
  showErrorBox: (title: string) => void electron.errors.push(title),
  showMessageBox: async () => ({ response: 0, checkboxChecked: false }),
  showSaveDialog: async () => ({ canceled: electron.saveTo === null, filePath: electron.saveTo ?? '' }),
} satisfies Pick<Electron.Dialog, 'showErrorBox' | 'showMessageBox' | 'showSaveDialog'>;

export const Menu = {
  buildFromTemplate: (template: Electron.MenuItemConstructorOptions[]) => template,
  setApplicationMenu: (menu: Electron.MenuItemConstructorOptions[]) => void electron.menus.push(menu),
};

export const crashReporter = {
  start: (options: Electron.CrashReporterStartOptions) => void electron.crashReports.push(options),
} satisfies Pick<Electron.CrashReporter, 'start'>;

export const nativeTheme = { shouldUseDarkColors: true } satisfies Pick<
  Electron.NativeTheme,
  'shouldUseDarkColors'
>;

export const screen = {
  getPrimaryDisplay: () => electron.displays[0],
  getAllDisplays: () => electron.displays,
};

export const contextBridge = {
  exposeInMainWorld: (name: string, api: unknown) => void electron.exposed.set(name, api),
} satisfies Pick<Electron.ContextBridge, 'exposeInMainWorld'>;
