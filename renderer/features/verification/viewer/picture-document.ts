import { judgePicture, maxCanvasPixels, reductionTo } from '#shared/domain/documents/limits';
import { pictureSize } from '#shared/domain/documents/picture-size';
import type { ShownType } from '#shared/domain/documents/sniff';
import type { DocumentNotice, OpenDocument } from './open-document.ts';
import { DocumentProblem, problemOf } from './problem.ts';
import { withinTime } from './time-limit.ts';

const decodeMillis = 20_000;

/** Opens a picture: its header is judged first, then it is decoded once, smaller when it is very large. */
export async function openPicture(
  bytes: Uint8Array,
  type: Exclude<ShownType, 'pdf'>,
  signal: AbortSignal,
): Promise<OpenDocument> {
  const declared = pictureSize(bytes, type);
  if (declared === null) throw new DocumentProblem('damaged');
  const verdict = judgePicture(declared);
  if (verdict === 'refused') throw new DocumentProblem('too-many-pixels');
  const bitmap = await decode(bytes, type, verdict === 'reduced', signal);
  const notices = new Set<DocumentNotice>(verdict === 'reduced' ? ['picture-reduced'] : []);
  // A camera's own note on which way is up has been applied, and may have swapped the sides.
  const isTurned = bitmap.width > bitmap.height !== declared.width > declared.height;
  const size = isTurned ? { width: declared.height, height: declared.width } : declared;

  return {
    type,
    pageCount: 1,
    pageSize: async () => size,
    draw: async (_page, scale) => {
      // More pixels than the picture has would only take memory; the screen enlarges as well.
      const native = bitmap.width / size.width;
      const used = Math.min(scale, native);
      const canvas = document.createElement('canvas');
      canvas.width = Math.max(1, Math.round(size.width * used));
      canvas.height = Math.max(1, Math.round(size.height * used));
      const context = canvas.getContext('2d');
      if (context === null) throw new DocumentProblem('damaged');
      context.imageSmoothingQuality = 'high';
      context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
      return { canvas, isReduced: scale > native && verdict === 'reduced' };
    },
    text: async () => '',
    notices: () => notices,
    // All there is to say is known from the header.
    onNotice: () => () => undefined,
    close: () => bitmap.close(),
  };
}

async function decode(
  bytes: Uint8Array,
  type: string,
  isReduced: boolean,
  signal: AbortSignal,
): Promise<ImageBitmap> {
  const blob = new Blob([bytes.slice()], { type: `image/${type}` });
  const decoding = createImageBitmap(blob).then((bitmap) => (isReduced ? shrink(bitmap) : bitmap));
  let isLate = false;
  // Decoding cannot be stopped; what comes too late is given back at once.
  decoding.then(
    (bitmap) => isLate && bitmap.close(),
    () => undefined,
  );
  try {
    return await withinTime(decoding, decodeMillis, signal, () => {
      isLate = true;
    });
  } catch (error) {
    throw problemOf(error);
  }
}

/** After decoding, because only then is it known which way is up. */
async function shrink(bitmap: ImageBitmap): Promise<ImageBitmap> {
  const factor = reductionTo(maxCanvasPixels, bitmap);
  try {
    return await createImageBitmap(bitmap, {
      resizeWidth: Math.max(1, Math.floor(bitmap.width * factor)),
      resizeHeight: Math.max(1, Math.floor(bitmap.height * factor)),
      resizeQuality: 'high',
    });
  } finally {
    bitmap.close();
  }
}
