import { contextBridge, ipcRenderer } from 'electron';

const channel = 'rpc:connect';

ipcRenderer.on(channel, (event) => {
  // A port cannot cross the context bridge; a message to this very window is how it reaches the page.
  window.postMessage(channel, window.origin, event.ports);
});

/** All that the page gets of Electron: it may ask for a port to the core, which arrives as a message. */
contextBridge.exposeInMainWorld('itutor', {
  connect: () => ipcRenderer.send(channel),
});
