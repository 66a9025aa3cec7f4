/** The largest document that is fetched, kept or shown, in bytes. The buckets take 10 MB; older uploads are larger. */
export const maxDocumentBytes = 50 * 1024 * 1024;

/** Pixels that one picture may have once decoded: 400 MB of memory for the moment of decoding, no more. */
const maxDecodedPixels = 100_000_000;
/** Beyond this a side is no scan of paper, and decoders begin to fail in their own ways. */
const maxSide = 30_000;
/** Pixels of one page on the screen: an A4 page at 390 dots an inch, 64 MB. */
export const maxCanvasPixels = 16_000_000;

export type PixelSize = { readonly width: number; readonly height: number };

/** What to do with a picture of this size: decode it, decode it smaller and say so, or refuse before any memory is taken. */
export function judgePicture({ width, height }: PixelSize): 'whole' | 'reduced' | 'refused' {
  if (width < 1 || height < 1 || width > maxSide || height > maxSide) return 'refused';
  if (width * height > maxDecodedPixels) return 'refused';
  return width * height > maxCanvasPixels ? 'reduced' : 'whole';
}

/** The factor, at most 1, that brings a size down to so many pixels. */
export function reductionTo(pixels: number, { width, height }: PixelSize): number {
  return Math.min(1, Math.sqrt(pixels / (width * height)));
}

/** A number of bytes for people: "812 kB", "3.4 MB". */
export function bytesText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1_000)} kB`;
  return `${(bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0)} MB`;
}
