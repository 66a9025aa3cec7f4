import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';

/**
 * Puts into the build what pdf.js asks for while it reads a document: decoders of JPEG 2000 and JBIG2, character maps,
 * and the fonts that a PDF file may take for granted. The folder's name has the version, so that it can be cached.
 */
export function pdfAssets(): Plugin {
  return {
    name: 'pdf-assets',
    generateBundle() {
      const manifest = createRequire(import.meta.url).resolve('pdfjs-dist/package.json');
      const version = /"version": "([\d.]+)"/.exec(readFileSync(manifest, 'utf8'))?.[1];
      if (version === undefined) throw new Error('pdfjs-dist does not say its version');
      for (const { folder, pattern } of parts) {
        const source = join(dirname(manifest), folder);
        for (const file of readdirSync(source).filter((name) => pattern.test(name))) {
          this.emitFile({
            type: 'asset',
            fileName: `assets/pdfjs-${version}/${folder}/${file}`,
            source: readFileSync(join(source, file)),
          });
        }
      }
    },
  };
}

/** Not the scripting engine, not the colour management (which wants a network in the worker), not the plain twins. */
const parts = [
  { folder: 'wasm', pattern: /^(jbig2|openjpeg)\.wasm$|^LICENSE_.*(JBIG2|OPENJPEG)$/ },
  { folder: 'cmaps', pattern: /\.bcmap$|^LICENSE$/ },
  { folder: 'standard_fonts', pattern: /\.(pfb|ttf)$|^LICENSE/ },
] as const;
