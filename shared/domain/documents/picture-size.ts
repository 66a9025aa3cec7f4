import type { PixelSize } from './limits.ts';
import type { ShownType } from './sniff.ts';

/**
 * The size that a picture declares in its header, read without decoding it; null when the header is damaged. A decoder
 * would first take the memory that this says it needs.
 */
export function pictureSize(bytes: Uint8Array, type: Exclude<ShownType, 'pdf'>): PixelSize | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    if (type === 'png') return pngSize(view);
    return type === 'jpeg' ? jpegSize(view) : webpSize(view);
  } catch (error) {
    // The file ends within its header.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function pngSize(view: DataView): PixelSize | null {
  const isHeader = view.getUint32(12) === 0x49484452; // "IHDR"
  return isHeader ? { width: view.getUint32(16), height: view.getUint32(20) } : null;
}

/** Walks the markers to the frame header. */
function jpegSize(view: DataView): PixelSize | null {
  let at = 2;
  while (at < view.byteLength) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) at += 1;
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) at += 2;
    else if (isFrameHeader(marker)) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    // Pixels begin, or the picture ends, and no size was said.
    else if (marker === 0xda || marker === 0xd9) return null;
    else at += 2 + Math.max(2, view.getUint16(at + 2));
  }
  return null;
}

/** SOF0 to SOF15 without the three markers of that range that mean something else. */
function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function webpSize(view: DataView): PixelSize | null {
  const fourth = view.getUint8(15);
  if (view.getUint32(12) >>> 8 !== 0x565038) return null; // "VP8"
  if (fourth === 0x58) return { width: 1 + triple(view, 24), height: 1 + triple(view, 27) }; // "VP8X"
  if (fourth === 0x20) {
    return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  }
  if (fourth !== 0x4c) return null; // "VP8L"
  const bits = view.getUint32(21, true);
  return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
}

function triple(view: DataView, at: number): number {
  return view.getUint8(at) | (view.getUint8(at + 1) << 8) | (view.getUint8(at + 2) << 16);
}
