import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import type { Plugin } from 'vite';
import { pdfAssets } from './scripts/lib/pdf-assets.ts';

/** Entries of the main side; each becomes out/main/NAME.js, so their names must differ. */
const mainEntries = Object.fromEntries(
  [
    'electron/main.ts',
    'electron/core/worker.ts',
    'electron/core/cache/reader-worker.ts',
    'electron/host/browser-host.ts',
  ]
    .filter((path) => existsSync(path))
    .map((path) => [basename(path, '.ts'), resolve(path)]),
);

/**
 * The sources start their workers with `new URL('./cache/reader-worker.ts', import.meta.url)`, which runs as it is
 * under Node. In the bundle all entries lie in one folder, as JavaScript.
 */
const workerUrls: Plugin = {
  name: 'worker-urls',
  transform(code) {
    const rewritten = code.replaceAll(
      /new URL\(\s*(['"])\.{1,2}\/(?:[\w/-]+\/)?([\w-]+)\.ts\1,\s*import\.meta\.url,?\s*\)/g,
      (whole, _quote, name: string) =>
        name in mainEntries ? `new URL('./${name}.js', import.meta.url)` : whole,
    );
    return rewritten === code ? null : { code: rewritten, map: null };
  },
};

export default defineConfig({
  main: {
    plugins: [workerUrls],
    build: {
      outDir: 'out/main',
      // `dependencies` stay outside (better-sqlite3 has a native part); what only the hosts need is bundled.
      rolldownOptions: {
        input: mainEntries,
        output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      externalizeDeps: false,
      // A sandboxed renderer loads CommonJS only.
      rolldownOptions: {
        input: { preload: resolve('electron/preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'renderer',
    plugins: [react(), pdfAssets()],
    worker: { format: 'es' },
    build: {
      outDir: resolve('out/renderer'),
      minify: true,
      // Every asset stays a file of its own: the policy allows no data: scripts and few data: images.
      assetsInlineLimit: 0,
      rolldownOptions: { input: resolve('renderer/index.html') },
    },
  },
});
