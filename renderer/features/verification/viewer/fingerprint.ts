import { differenceHash, hashedSize } from '#shared/domain/documents/perceptual-hash';
import type { ViewerDocument } from './open-document.ts';
import { shelf } from './desk-shelf.ts';

/** The width at which a page is drawn before it is brought down to what is hashed. */
const drawnWidth = 288;

/**
 * How the first page looks, as `differenceHash` tells it, to find the same paper among other uploads; null for what
 * cannot be shown. Opens the document if need be, which is quick when it is in view or prepared.
 */
export async function fingerprint(document: ViewerDocument): Promise<string | null> {
  try {
    const opened = await shelf.open(document);
    const { width } = await opened.pageSize(1);
    return hashOf((await opened.draw(1, drawnWidth / width, new AbortController().signal)).canvas);
  } catch {
    return null;
  } finally {
    shelf.release(document);
  }
}

/** In halves, each of which averages four pixels: one step from hundreds of pixels to nine would only pick some. */
function hashOf(page: HTMLCanvasElement): string {
  const target = new OffscreenCanvas(hashedSize.width, hashedSize.height);
  let source: HTMLCanvasElement | OffscreenCanvas = page;
  let { width, height } = page;
  while (width > hashedSize.width * 2 || height > hashedSize.height * 2) {
    const [halfWidth, halfHeight] = [
      Math.max(hashedSize.width, Math.round(width / 2)),
      Math.max(hashedSize.height, Math.round(height / 2)),
    ];
    const half = new OffscreenCanvas(halfWidth, halfHeight);
    paint(half, source);
    [source, width, height] = [half, halfWidth, halfHeight];
  }
  return differenceHash(paint(target, source).getImageData(0, 0, hashedSize.width, hashedSize.height).data);
}

/** Draws on white: where a picture is transparent, the paper shows. */
function paint(target: OffscreenCanvas, source: HTMLCanvasElement | OffscreenCanvas) {
  const context = target.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('this browser has no canvas');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, target.width, target.height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(source, 0, 0, target.width, target.height);
  return context;
}
