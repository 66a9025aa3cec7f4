import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { build } from 'vite';
import { servePages } from '#host/serve';
import { root } from '#scripts/lib/command';
import { pdfAssets } from '#scripts/lib/pdf-assets';

export type ServedViewer = {
  /** Opens the page, once. */
  link(): string;
  readonly origin: string;
  close(): Promise<void>;
};

/** Builds the viewer's own test page and serves it, with documents, as the browser host serves the console. */
export async function serveViewer(documents: Readonly<Record<string, Uint8Array>>): Promise<ServedViewer> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'itutor-viewer-'));
  await build({
    configFile: false,
    logLevel: 'error',
    root: fileURLToPath(new URL('../viewer-page', import.meta.url)),
    base: './',
    plugins: [react(), pdfAssets()],
    worker: { format: 'es' },
    build: { outDir: directory, emptyOutDir: true, assetsInlineLimit: 0 },
  });
  const files = path.join(directory, 'files');
  await mkdir(files);
  await cp(path.join(root, 'tests/fixtures/documents'), files, { recursive: true });
  for (const [name, bytes] of Object.entries(documents)) await writeFile(path.join(files, name), bytes);
  const server = await servePages({
    port: 0,
    rendererDir: directory,
    connect: () => null,
    log: () => undefined,
  });
  return {
    link: server.createLink,
    origin: server.origin,
    async close() {
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
