import { describe, expect, it } from 'vitest';
import { safeFileName } from '#shared/domain/documents/file-name';
import { bytesText, judgePicture, reductionTo } from '#shared/domain/documents/limits';
import { differenceHash, hashDistance, hashedSize } from '#shared/domain/documents/perceptual-hash';
import { pictureSize } from '#shared/domain/documents/picture-size';
import { isShown, sniffDocument } from '#shared/domain/documents/sniff';

const bytes = (...parts: readonly (string | readonly number[])[]) =>
  Uint8Array.from(
    parts.flatMap((part) =>
      typeof part === 'string' ? [...part].map((letter) => letter.charCodeAt(0)) : [...part],
    ),
  );
const u32 = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
const pngStart = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const png = (width: number, height: number) =>
  bytes(pngStart, u32(13), 'IHDR', u32(width), u32(height), [8, 2, 0, 0, 0]);

describe('the type of a document', () => {
  it.each([
    ['pdf', bytes('%PDF-1.7\n')],
    ['pdf', bytes('\r\nscanned by somebody\r\n%PDF-1.4\n')],
    ['png', png(1, 1)],
    ['jpeg', bytes([0xff, 0xd8, 0xff, 0xe0])],
    ['webp', bytes('RIFF', u32(8), 'WEBPVP8 ')],
    ['heic', bytes(u32(24), 'ftypheic')],
    ['heic', bytes(u32(24), 'ftypmif1')],
    ['gif', bytes('GIF89a')],
    ['tiff', bytes('II', [0x2a, 0])],
    ['markup', bytes('<svg xmlns="http://www.w3.org/2000/svg">')],
    ['markup', bytes([0xef, 0xbb, 0xbf], '\n<?xml version="1.0"?><svg/>')],
    ['markup', bytes('<!DOCTYPE html><script>')],
    ['empty', bytes()],
    ['unknown', bytes('MZ', [0x90, 0])],
    ['unknown', bytes('%PD')],
    ['unknown', bytes('RIFF')],
  ])('is %s by its first bytes', (type, content) => {
    expect(sniffDocument(content)).toBe(type);
  });

  it('is that of the picture when a PDF hides behind its header', () => {
    expect(sniffDocument(bytes([...png(1, 1)], '%PDF-1.7'))).toBe('png');
  });

  it('finds no PDF header beyond the first kilobyte', () => {
    expect(
      sniffDocument(
        bytes(
          Array.from({ length: 1024 }, () => 32),
          '%PDF-1.7',
        ),
      ),
    ).toBe('unknown');
  });

  it('is shown for PDF, PNG, JPEG and WebP only', () => {
    const types = [
      'pdf',
      'png',
      'jpeg',
      'webp',
      'heic',
      'gif',
      'tiff',
      'markup',
      'empty',
      'unknown',
    ] as const;
    expect(types.filter(isShown)).toEqual(['pdf', 'png', 'jpeg', 'webp']);
  });
});

describe('the size that a picture declares', () => {
  const segment = (marker: number, ...body: readonly number[]) => [
    0xff,
    marker,
    (body.length + 2) >> 8,
    (body.length + 2) & 255,
    ...body,
  ];
  const frame = (height: number, width: number) => [8, height >> 8, height & 255, width >> 8, width & 255, 3];

  it('is read from a PNG', () => {
    expect(pictureSize(png(60_000, 60_001), 'png')).toEqual({ width: 60_000, height: 60_001 });
  });

  it('is read from a JPEG behind tables, padding and thumbnails', () => {
    const start = [0xff, 0xd8];
    const thumbnail = segment(0xe1, 0xff, 0xd8, ...segment(0xc0, ...frame(10, 20)));
    const file = bytes(start, thumbnail, [0xff], segment(0xc4, 1, 2, 3), segment(0xc2, ...frame(3508, 2480)));
    expect(pictureSize(file, 'jpeg')).toEqual({ width: 2480, height: 3508 });
  });

  it.each([
    ['lossy', bytes('RIFF', u32(0), 'WEBPVP8 ', u32(0), [0, 0, 0, 0x9d, 1, 0x2a, 0x40, 1, 0xf0, 0])],
    ['lossless', bytes('RIFF', u32(0), 'WEBPVP8L', u32(0), [0x2f, 0x3f, 0xc1, 0x3b, 0])],
    ['extended', bytes('RIFF', u32(0), 'WEBPVP8X', u32(0), [0, 0, 0, 0, 0x3f, 1, 0, 0xef, 0, 0])],
  ])('is read from a %s WebP', (_kind, file) => {
    expect(pictureSize(file, 'webp')).toEqual({ width: 320, height: 240 });
  });

  it.each([
    ['png', png(1, 1).slice(0, 20)],
    ['png', bytes(pngStart, u32(13), 'IDAT', u32(1), u32(1))],
    ['jpeg', bytes([0xff, 0xd8, 0xff])],
    ['jpeg', bytes([0xff, 0xd8, 0xff, 0xda, 0, 2])],
    ['jpeg', bytes([0xff, 0xd8, 0xff, 0xe0, 0, 0, 0, 0])],
    ['webp', bytes('RIFF', u32(0), 'WEBPVP9 ', u32(0), u32(0), u32(0))],
  ] as const)('is unknown for a damaged %s, and reading it ends', (type, file) => {
    expect(pictureSize(file, type)).toBeNull();
  });

  it('decides before any memory is taken', () => {
    expect(judgePicture({ width: 2480, height: 3508 })).toBe('whole');
    expect(judgePicture({ width: 6000, height: 8000 })).toBe('reduced');
    expect(judgePicture({ width: 60_000, height: 60_000 })).toBe('refused');
    expect(judgePicture({ width: 40_000, height: 10 })).toBe('refused');
    expect(judgePicture({ width: 0, height: 10 })).toBe('refused');
  });

  it('is brought down to a number of pixels and never up', () => {
    expect(reductionTo(100, { width: 20, height: 20 })).toBe(0.5);
    expect(reductionTo(1_000, { width: 20, height: 20 })).toBe(1);
  });
});

describe('the hash of how a page looks', () => {
  const drawn = (brightness: (x: number, y: number) => number) =>
    Array.from({ length: hashedSize.width * hashedSize.height }, (_, index) => {
      const value = brightness(index % hashedSize.width, Math.floor(index / hashedSize.width));
      return [value, value, value, 255];
    }).flat();

  it('has one bit for each fall in brightness', () => {
    expect(differenceHash(drawn((x) => 255 - x))).toBe('ffffffffffffffff');
    expect(differenceHash(drawn((x) => x))).toBe('0000000000000000');
    expect(differenceHash(drawn((x, y) => (y === 0 && x === 0 ? 1 : 0)))).toBe('8000000000000000');
  });

  it('stays the same when the whole page is lighter', () => {
    const page = (x: number, y: number) => (x * 37 + y * 91) % 120;
    expect(differenceHash(drawn((x, y) => page(x, y) + 100))).toBe(differenceHash(drawn(page)));
  });

  it('measures how far two pages are apart', () => {
    expect(hashDistance('ffffffffffffffff', '0000000000000000')).toBe(64);
    expect(hashDistance('8000000000000001', '0000000000000001')).toBe(1);
    expect(hashDistance('0123456789abcdef', '0123456789abcdef')).toBe(0);
  });

  it('refuses a page of another size instead of hashing rubbish', () => {
    expect(() => differenceHash([1, 2, 3])).toThrow(RangeError);
  });
});

describe('the name under which a document leaves the console', () => {
  it.each([
    ['Results slip.pdf', 'pdf', 'Results slip.pdf'],
    ['certificate.pdf', 'png', 'certificate.png'],
    ['../../etc/passwd', 'pdf', 'passwd.pdf'],
    ['C:\\Windows\\run.exe', 'unknown', 'run.bin'],
    ['photo.svg', 'markup', 'photo.txt'],
    ['invoice\u202efdp.exe', 'pdf', 'invoice fdp.pdf'],
    ['CON.pdf', 'pdf', 'document.pdf'],
    ['...', 'jpeg', 'document.jpg'],
    ['a\u0000b.png', 'png', 'a b.png'],
    ['Diplôme José.webp', 'webp', 'Diplôme José.webp'],
    [`${'long '.repeat(40)}.pdf`, 'pdf', `${'long '.repeat(12).trim()}.pdf`],
  ] as const)('of %j as %s is %j', (given, type, expected) => {
    expect(safeFileName(given, type)).toBe(expected);
  });

  it('comes with a size that people can read', () => {
    expect([12, 812_400, 3_400_000, 300_000_000].map(bytesText)).toEqual([
      '12 bytes',
      '812 kB',
      '3.4 MB',
      '300 MB',
    ]);
  });
});
