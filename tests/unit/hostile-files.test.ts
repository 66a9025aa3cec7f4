import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInflate, inflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import * as hostile from '../support/hostile-files.ts';

const beacon = { url: 'http://127.0.0.1:9' };

it('hide programs in files that begin as documents', () => {
  const pdf = hostile.scriptedPdf(beacon).toString('latin1');
  expect(pdf.startsWith('%PDF-1.7')).toBe(true);
  for (const word of ['/OpenAction', '/JavaScript', '/Launch', '/EmbeddedFiles', 'submitForm', '127.0.0.1:9'])
    expect(pdf).toContain(word);
  expect(hostile.scriptedSvg(beacon).toString()).toContain('<script>');
  expect(hostile.polyglotPdf(beacon).subarray(0, 1024).includes('%PDF-1.7')).toBe(true);
  expect(hostile.polyglotJpeg(beacon).readUInt16BE(0)).toBe(0xffd8);
});

it('hold a thousand times their size', async () => {
  const bomb = hostile.pdfBomb(64);
  expect(bomb.length).toBeLessThan(100_000);
  const start = bomb.indexOf('stream\n', bomb.indexOf('4 0 obj')) + 7;
  expect(inflateSync(bomb.subarray(start))).toHaveLength(64 * 2 ** 20);
  const png = hostile.pngBomb(60_000, 60_000);
  expect(png.length).toBeLessThan(4_000_000);
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([60_000, 60_000]);
  expect(await inflatedSize(hostile.pngBomb(6_000, 6_000).subarray(41))).toBe(6_001 * 6_000);
  expect(hostile.pdfPictureBomb(40_000, 40_000).length).toBeLessThan(2_000_000);
});

it('are as large as asked for without being written', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'large-'));
  try {
    const file = path.join(directory, 'large.pdf');
    await hostile.writeLargeFile(file, 300);
    expect((await stat(file)).size).toBe(300 * 2 ** 20);
  } finally {
    await rm(directory, { recursive: true });
  }
});

it('carry names that no program may follow', () => {
  expect(hostile.hostileNames.some((name) => name.includes('..'))).toBe(true);
  expect(hostile.hostileNames.some((name) => name.includes('\u0000'))).toBe(true);
  expect(hostile.hostileNames.some((name) => name.length > 1024)).toBe(true);
});

function inflatedSize(zlib: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    let size = 0;
    const inflate = createInflate();
    inflate.on('data', (chunk: Buffer) => {
      size += chunk.length;
    });
    inflate.on('end', () => resolve(size));
    inflate.on('error', reject);
    inflate.end(zlib);
  });
}
