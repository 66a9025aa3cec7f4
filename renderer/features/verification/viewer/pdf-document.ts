import {
  AnnotationMode,
  getDocument,
  PDFWorker,
  version,
  VerbosityLevel,
  type PDFDocumentProxy,
} from 'pdfjs-dist';
import { maxCanvasPixels, reductionTo } from '#shared/domain/documents/limits';
import type { DocumentNotice, OpenDocument } from './open-document.ts';
import { DocumentProblem, problemOf } from './problem.ts';
import { withinTime } from './time-limit.ts';

/** Milliseconds until reading, or drawing one page, is given up. */
const openMillis = 20_000;
const drawMillis = 20_000;
/** Points of the paper to CSS pixels. */
const cssScale = 96 / 72;
/** The largest picture inside a page: A4 at 600 dots an inch. */
const maxImagePixels = 40_000_000;
const longestText = 20_000;

/** Opens a PDF file in a worker of its own, so that one that misbehaves is ended without harm to any other. */
export async function openPdf(bytes: Uint8Array, signal: AbortSignal): Promise<OpenDocument> {
  const { worker, release } = takeWorker();
  const notices = new Set<DocumentNotice>();
  const listeners = new Set<() => void>();
  let fatal: DocumentProblem | null = null;
  let isClosed = false;
  const close = () => {
    if (isClosed) return;
    isClosed = true;
    // No answer to wait for: the worker is gone.
    void task.destroy().catch(() => undefined);
    release();
  };
  worker.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    const told = guardMessage(data);
    if (told === 'too-much-inside') {
      fatal = new DocumentProblem('too-much-inside');
      broken.reject(fatal);
    }
    if (told !== null && told !== 'too-much-inside' && !notices.has(told)) {
      notices.add(told);
      for (const listener of listeners) listener();
    }
  });
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => undefined);
  worker.addEventListener('error', () => broken.reject(new DocumentProblem('damaged')), { once: true });

  const task = getDocument({
    // pdf.js hands the bytes to its worker for good; the caller keeps his.
    data: bytes.slice(),
    worker: PDFWorker.create({ port: worker, verbosity: VerbosityLevel.WARNINGS }),
    verbosity: VerbosityLevel.WARNINGS,
    enableXfa: false,
    // The page fetches what the worker needs, because the worker has no network.
    useWorkerFetch: false,
    wasmUrl: assetFolder('wasm'),
    cMapUrl: assetFolder('cmaps'),
    standardFontDataUrl: assetFolder('standard_fonts'),
    maxImageSize: maxImagePixels,
    canvasMaxAreaInBytes: maxCanvasPixels * 4,
    disableWorkerRendering: true,
  });
  // A password is never asked for: whoever uploaded the file has to send one without.
  task.onPassword = () => {
    broken.reject(new DocumentProblem('encrypted'));
  };
  task.promise.catch(() => undefined);

  const guarded = async <T>(work: Promise<T>, millis: number, abort: AbortSignal, stop: () => void) => {
    try {
      const value = await withinTime(Promise.race([work, broken.promise]), millis, abort, stop);
      if (fatal !== null) throw fatal;
      return value;
    } catch (error) {
      throw fatal ?? pdfProblem(error);
    }
  };

  try {
    const pdf = await guarded(task.promise, openMillis, signal, close);
    if (pdf.numPages < 1) throw new DocumentProblem('no-pages');
    return readerOf(pdf);
  } catch (error) {
    close();
    throw error;
  }

  function readerOf(pdf: PDFDocumentProxy): OpenDocument {
    const never = new AbortController().signal;
    const pageOf = (page: number) => guarded(pdf.getPage(page), openMillis, never, () => undefined);
    return {
      type: 'pdf',
      pageCount: pdf.numPages,
      async pageSize(page) {
        const { width, height } = (await pageOf(page)).getViewport({ scale: cssScale });
        return { width, height };
      },
      async draw(page, scale, abort) {
        const source = await pageOf(page);
        const wanted = source.getViewport({ scale: cssScale * scale });
        const reduction = reductionTo(maxCanvasPixels, wanted);
        const viewport = source.getViewport({ scale: cssScale * scale * reduction });
        const canvas = document.createElement('canvas');
        canvas.width = Math.max(1, Math.floor(viewport.width));
        canvas.height = Math.max(1, Math.floor(viewport.height));
        // Stamps and filled fields are drawn, as on paper; nothing of them can be pressed.
        const rendering = source.render({ canvas, viewport, annotationMode: AnnotationMode.ENABLE });
        try {
          await guarded(rendering.promise, drawMillis, abort, () => rendering.cancel());
        } catch (error) {
          canvas.width = 0;
          if (error instanceof DocumentProblem && error.kind === 'too-slow') close();
          throw error;
        }
        return { canvas, isReduced: reduction < 1 };
      },
      async text(page) {
        const source = await pageOf(page);
        const content = await guarded(source.getTextContent(), openMillis, never, () => undefined);
        const words = content.items.map((item) =>
          'str' in item ? item.str + (item.hasEOL ? '\n' : ' ') : '',
        );
        return words
          .join('')
          .replaceAll(/[ \t]+/g, ' ')
          .trim()
          .slice(0, longestText);
      },
      notices: () => notices,
      onNotice(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      close,
    };
  }
}

/** Starts the worker of the next document ahead, because starting one takes a tenth of a second. */
export function warmUp(): void {
  spare ??= startWorker();
}

let spare: Worker | null = null;

function takeWorker(): { worker: Worker; release: () => void } {
  const worker = spare ?? startWorker();
  spare = null;
  return {
    worker,
    release: () => worker.terminate(),
  };
}

function startWorker(): Worker {
  return new Worker(new URL('./pdf-worker.ts', import.meta.url), { type: 'module', name: 'pdf' });
}

function assetFolder(name: string): string {
  return new URL(`./assets/pdfjs-${version}/${name}/`, document.baseURI).href;
}

function guardMessage(data: unknown): 'too-much-inside' | 'image-left-out' | 'image-damaged' | null {
  if (typeof data !== 'object' || data === null || !('viewer' in data)) return null;
  const { viewer } = data;
  return viewer === 'too-much-inside' || viewer === 'image-left-out' || viewer === 'image-damaged'
    ? viewer
    : null;
}

function pdfProblem(error: unknown): Error {
  const name = error instanceof Error ? error.name : '';
  if (name === 'PasswordException') return new DocumentProblem('encrypted');
  if (name === 'RenderingCancelledException') return new DOMException('no longer wanted', 'AbortError');
  if (error instanceof DOMException && error.name === 'AbortError') return error;
  return problemOf(error);
}
