import { crc32, inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { windowAround } from '#seed/calendar';
import { made, type Medium } from '#seed/documents/media';
import { a4, text } from '#seed/documents/sheet';
import { widthOf } from '#seed/documents/type';
import type { PlannedCase } from '#seed/verification/cases';
import { flaws, type Flaw } from '#seed/verification/flaws';
import { planVerification } from '#seed/verification/plan';
import { similarity } from '#seed/verification/reading';

const window = windowAround('2026-11-18');
const hour = 3_600_000;
const { cases, applicants } = planVerification([], 240, window);
const sheet = {
  ...a4,
  marks: [text(60, 90, 'CANDIDATE (1600450123)', { face: 'mono', size: 14, turn: 3, colour: [20, 60, 140] })],
};
const media: readonly Medium[] = [
  'pdf',
  'pdf scan',
  'pdf fax',
  'pdf raw',
  'png',
  'png scan',
  'jpeg scan',
  'jpeg photo',
  'jpeg sideways',
  'webp',
];

describe('a paper made into a file', () => {
  it.each(media)('is the same bytes for the same name as %s, and well formed', (medium) => {
    const make = (name: string) => made([sheet], { name, medium, density: 36, quarters: 1 });
    const { bytes, extension } = make('one');
    expect(make('one').bytes.equals(bytes)).toBe(true);
    const isChanceless = medium === 'pdf' || medium === 'png' || medium === 'webp';
    expect(make('two').bytes.equals(bytes)).toBe(isChanceless);
    const inspect = { pdf: inspectPdf, png: inspectPng, jpg: inspectJpeg, webp: inspectWebp }[extension];
    expect(inspect?.(bytes)).toEqual([]);
  });

  it('says in the file that a picture taken sideways must be turned', () => {
    const { bytes } = made([sheet], { name: 'held', medium: 'jpeg sideways', density: 24 });
    expect(bytes.subarray(6, 12).toString('latin1')).toBe('Exif\0\0');
    expect(bytes.readUInt16BE(30)).toBe(6);
  });

  it('measures text as the standard fonts do', () => {
    // From the metrics that every PDF reader has of Helvetica and Courier.
    expect(widthOf('sans', 10, 'Wa')).toBeCloseTo(9.44 + 5.56, 1);
    expect(widthOf('mono', 10, 'abc')).toBeCloseTo(18, 1);
  });
});

describe('the planned cases', () => {
  it('are 240 with one of every flaw, and hold every flaw also where fewer were asked for', () => {
    expect(cases).toHaveLength(240);
    expect(new Set(cases.map((planned) => planned.flaw))).toEqual(new Set(flaws));
    const few = planVerification([], 1, window).cases;
    expect(new Set(few.map((planned) => planned.flaw))).toEqual(
      new Set(flaws.filter((flaw) => flaw !== 'none' || few.some((each) => each.flaw === flaw))),
    );
    expect(few.length).toBeLessThan(100);
  });

  it('are the same for the same day, ids and paths of their own, and none from the future', () => {
    const again = planVerification([], 240, window).cases;
    expect(JSON.stringify(again)).toBe(JSON.stringify(cases));
    expect(new Set(cases.map((planned) => planned.id)).size).toBe(cases.length);
    const paths = cases.flatMap((planned) => planned.files.map((file) => `${file.bucket}/${file.path}`));
    expect(new Set(paths).size).toBe(paths.length);
    expect(paths.filter((path) => !/^[\w/.() -]+$/.test(path))).toEqual([]);
    const times = cases.flatMap((planned) => [
      planned.submittedAt,
      planned.verdict?.at ?? planned.submittedAt,
    ]);
    expect(Math.max(...times)).toBeLessThan(window.now);
    expect(cases.filter((planned) => (planned.verdict?.claimedAt ?? Infinity) < planned.submittedAt)).toEqual(
      [],
    );
  });

  it('wait on both sides of every bound of the service level, in every status and by every door', () => {
    const open = cases.filter((planned) => planned.verdict === null);
    const ages = open.map((planned) => (window.now - planned.submittedAt) / hour);
    for (const [from, to] of [
      [0, 24],
      [24, 48],
      [48, 72],
      [72, 300],
    ] as const)
      expect(ages.filter((age) => age > from && age < to).length).toBeGreaterThan(12);
    const statuses = new Set(cases.map((planned) => planned.status));
    expect(statuses).toEqual(
      new Set(['SUBMITTED', 'PROCESSING', 'READY_FOR_REVIEW', 'APPROVED', 'REJECTED']),
    );
    expect(new Set(cases.map((planned) => planned.door))).toEqual(new Set(['form', 'reader', 'legacy']));
    expect(cases.filter((planned) => planned.kind === 'degree').length).toBeGreaterThan(30);
    expect(applicants.length).toBeGreaterThan(200);
  });

  it('carry what was read, rightly and wrongly, and a recommendation either way', () => {
    const readings = cases.flatMap((planned) =>
      planned.reading === null ? [] : [{ planned, ...planned.reading }],
    );
    const approved = readings.filter((reading) => reading.recommendation === 'APPROVE');
    const isMisread = readings.filter(
      ({ planned, json }) => json.candidate_name !== (planned.document.exam?.name ?? '').toUpperCase(),
    );
    expect(approved.length).toBeGreaterThan(60);
    expect(readings.length - approved.length).toBeGreaterThan(15);
    expect(isMisread.length).toBeGreaterThan(8);
    expect(approved.every((reading) => reading.confidence >= 60)).toBe(true);
    // The machine is taken in by a pasted grade; that is what the reviewer is for.
    expect(
      readings.some(
        ({ planned, recommendation }) => planned.flaw === 'edited' && recommendation === 'APPROVE',
      ),
    ).toBe(true);
  });

  it('name somebody else on the papers of the wrong person', () => {
    for (const planned of havingFlaw('wrong person')) {
      const name = planned.document.exam?.name ?? planned.document.degree?.name ?? '';
      expect(similarity(name, planned.claimant.name)).toBeLessThan(0.6);
    }
  });
});

describe('copies among the planned cases', () => {
  const pairs = (flaw: Flaw) => havingFlaw(flaw).map((copy) => ({ copy, first: byKey(`${copy.key}/first`) }));

  it('are the same bytes in the hands of another tutor', () => {
    for (const { copy, first } of [...pairs('same file'), ...pairs('old file')]) {
      // One maker for both: it is not made twice here, for a picture takes a while.
      expect(copy.files[0]?.bytes).toBe(first.files[0]?.bytes);
      expect(copy.claimant.id).not.toBe(first.claimant.id);
      expect(copy.files[0]?.path).not.toBe(first.files[0]?.path);
    }
  });

  it('are one picture in two codings, handed in by two accounts of one name', () => {
    const [pair] = pairs('same picture');
    expect(pair?.first.files[0]?.contentType).toBe('image/png');
    expect(pair?.copy.files[0]?.contentType).toBe('image/jpeg');
    expect(pair?.copy.claimant.name).toBe(pair?.first.claimant.name);
    expect(pair?.copy.claimant.id).not.toBe(pair?.first.claimant.id);
    expect(pair?.copy.document).toMatchObject({ ...pair?.first.document, making: { name: pair?.first.key } });
  });

  it('are one candidate number under two names', () => {
    for (const { copy, first } of pairs('same candidate')) {
      expect(copy.document.exam?.candidateNumber).toBe(first.document.exam?.candidateNumber);
      expect(copy.document.exam?.name).not.toBe(first.document.exam?.name);
    }
  });

  it('come after the attempt that was refused, from the same tutor', () => {
    for (const { copy, first } of pairs('second try')) {
      expect(copy.claimant).toBe(first.claimant);
      expect(first).toMatchObject({ status: 'REJECTED', flaw: 'poor' });
      expect(first.verdict?.at).toBeLessThan(copy.submittedAt);
    }
  });
});

describe('damaged files among the planned cases', () => {
  it('are empty, absent, cut off, scrambled or called what they are not', () => {
    const bytes = (flaw: Flaw) =>
      havingFlaw(flaw).flatMap((planned) => planned.files.map((file) => file.bytes?.()));
    expect(bytes('empty').map((file) => file?.length)).toEqual([0, 0]);
    expect([...bytes('missing'), ...bytes('lost')].every((file) => file === undefined)).toBe(true);
    expect(bytes('heic')[0]?.subarray(4, 12).toString('latin1')).toBe('ftypheic');
    const [misnamed] = havingFlaw('misnamed');
    expect(misnamed?.files[0]).toMatchObject({ extension: 'pdf', contentType: 'application/pdf' });
    expect(bytes('misnamed')[0]?.subarray(1, 4).toString('latin1')).toBe('PNG');
    const broken = havingFlaw('cut off').find((planned) => planned.files[0]?.extension === 'pdf');
    expect(inspectPdf(broken?.files[0]?.bytes?.() ?? Buffer.alloc(0))).not.toEqual([]);
  });
});

function havingFlaw(flaw: Flaw): PlannedCase[] {
  return cases.filter((planned) => planned.flaw === flaw);
}

function byKey(key: string): PlannedCase {
  const found = cases.find((planned) => planned.key === key);
  if (found === undefined) throw new Error(`no case ${key}`);
  return found;
}

/** Every object stands where the table says, every stream is as long as it says and can be inflated. */
function inspectPdf(bytes: Buffer): string[] {
  const faults: string[] = [];
  const all = bytes.toString('latin1');
  const start = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(all)?.[1] ?? Number.NaN);
  if (all.slice(start, start + 4) !== 'xref') return ['no table where the end says'];
  for (const [, number, offset] of all.slice(start).matchAll(/^(\d+) 1\n(\d{10}) 00000 n /gm))
    if (!all.startsWith(`${number} 0 obj\n`, Number(offset))) faults.push(`object ${number} is elsewhere`);
  for (const found of all.matchAll(/\/Filter\/(\w+)\/Length (\d+)>>\nstream\n/g)) {
    const from = found.index + found[0].length;
    const body = bytes.subarray(from, from + Number(found[2]));
    if (all.slice(from + body.length, from + body.length + 10) !== '\nendstream')
      faults.push('a stream of another length');
    if (found[1] === 'FlateDecode') inflateSync(body);
    if (found[1] === 'DCTDecode') faults.push(...inspectJpeg(body));
    if (found[1] === 'JBIG2Decode' && body.readUInt16BE(body.length - 2) !== 0xffac)
      faults.push('an open JBIG2 stream');
  }
  return faults;
}

/** Every chunk has its sum, and the pixels are as many as the header says. */
function inspectPng(bytes: Buffer): string[] {
  const faults: string[] = [];
  const data: Buffer[] = [];
  for (let at = 8; at < bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const end = at + 8 + length;
    if (crc32(bytes.subarray(at + 4, end)) !== bytes.readUInt32BE(end)) faults.push('a wrong sum');
    if (bytes.toString('latin1', at + 4, at + 8) === 'IDAT') data.push(bytes.subarray(at + 8, end));
    at = end + 4;
  }
  const channels = bytes.readUInt8(25) === 2 ? 3 : 1;
  const expected = (bytes.readUInt32BE(16) * channels + 1) * bytes.readUInt32BE(20);
  if (inflateSync(Buffer.concat(data)).length !== expected) faults.push('another number of pixels');
  return faults;
}

/** Segments follow one another to the scan, in which every 0xff is stuffed, and that ends the file. */
function inspectJpeg(bytes: Buffer): string[] {
  let at = 2;
  while (bytes.readUInt16BE(at) !== 0xffda) {
    if (bytes.readUInt8(at) !== 0xff) return ['a segment that begins with nothing'];
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  const scan = bytes.subarray(at + 2 + bytes.readUInt16BE(at + 2), -2);
  const isStuffed = scan.every((byte, index) => byte !== 0xff || scan[index + 1] === 0);
  return [
    ...(isStuffed ? [] : ['a marker in the scan']),
    ...(bytes.readUInt16BE(bytes.length - 2) === 0xffd9 ? [] : ['no end']),
  ];
}

function inspectWebp(bytes: Buffer): string[] {
  const isWhole =
    bytes.readUInt32LE(4) === bytes.length - 8 && bytes.toString('latin1', 8, 16) === 'WEBPVP8L';
  return isWhole && bytes.readUInt8(20) === 0x2f ? [] : ['not a whole file'];
}
