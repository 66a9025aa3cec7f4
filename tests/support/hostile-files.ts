import { truncate, writeFile } from 'node:fs/promises';
import { constants, deflateRawSync, deflateSync } from 'node:zlib';
import { made } from '#seed/documents/media';
import { firstFreeObject, literal, streamOf, writePdf } from '#seed/documents/pdf';
import { pngChunk, pngHeader, pngOf } from '#seed/documents/png';
import { a4, text, type Sheet } from '#seed/documents/sheet';

/** What the scripts of these files would call if any of them ever ran; a listener on it must hear nothing. */
export type Beacon = { readonly url: string };

/** A page that can be read, behind which everything stands that PDF lets run: scripts, programs, forms that send themselves. */
export function scriptedPdf({ url }: Beacon): Buffer {
  const script = literal(
    `app.alert('ran'); this.submitForm('${url}/script'); app.launchURL('${url}/launch');`,
  );
  const [open, named, launch, field, attachment, file] = [0, 1, 2, 3, 4, 5].map((at) => firstFreeObject + at);
  return writePdf({
    pages: [{ sheet: page('A page with scripts behind it') }],
    catalogue:
      `/OpenAction ${open} 0 R/AA<</WC ${open} 0 R/WS ${open} 0 R>>` +
      `/Names<</JavaScript<</Names[(first) ${named} 0 R]>>/EmbeddedFiles<</Names[(run.exe) ${attachment} 0 R]>>>>` +
      `/AcroForm<</Fields[${field} 0 R]/XFA null>>`,
    objects: [
      { number: open ?? 0, body: `<</S/JavaScript/JS${script}/Next ${launch} 0 R>>` },
      { number: named ?? 0, body: `<</S/JavaScript/JS${script}>>` },
      {
        number: launch ?? 0,
        body: `<</S/Launch/F(/bin/sh)/Win<</F(cmd.exe)/P(/c calc.exe)>>/Next<</S/URI/URI${literal(`${url}/uri`)}>>>>`,
      },
      {
        number: field ?? 0,
        body: `<</FT/Tx/T(name)/V(x)/AA<</K ${named} 0 R/C ${named} 0 R>>/Rect[0 0 100 20]/Subtype/Widget/Type/Annot>>`,
      },
      { number: attachment ?? 0, body: `<</Type/Filespec/F(..\\\\run.exe)/EF<</F ${file} 0 R>>>>` },
      { number: file ?? 0, body: streamOf('/Type/EmbeddedFile', zeros(10)) },
    ],
  });
}

/** A picture that is a program: SVG with scripts, to be stored under the name and type of a PNG or PDF. */
export function scriptedSvg({ url }: Beacon): Buffer {
  return Buffer.from(
    `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="200" height="80" onload="fetch('${url}/onload')">` +
      `<script>fetch('${url}/script')</script><image xlink:href="${url}/image" width="1" height="1"/>` +
      `<foreignObject width="200" height="80"><iframe xmlns="http://www.w3.org/1999/xhtml" src="${url}/frame"></iframe></foreignObject>` +
      `<text y="40">not a picture</text></svg>`,
  );
}

/** A page of the web, which a browser that guesses types would run. */
export function scriptedHtml({ url }: Beacon): Buffer {
  return Buffer.from(
    `<!doctype html><title>x</title><script>fetch('${url}/html')</script><img src="${url}/img">`,
  );
}

/** A PDF after a web page, with a ZIP's end behind it: each reader takes it for its own. */
export function polyglotPdf(beacon: Beacon): Buffer {
  const head = Buffer.concat([scriptedHtml(beacon), Buffer.from('<!--\n')]);
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 0, 'latin1');
  return Buffer.concat([head, writePdf({ pages: [{ sheet: page('A page behind a page') }] }), end]);
}

/** A JPEG that can be looked at, with a PDF with scripts glued to its end. */
export function polyglotJpeg(beacon: Beacon): Buffer {
  const picture = made([page('A picture with a tail')], {
    name: 'polyglot',
    medium: 'jpeg scan',
    density: 40,
  });
  return Buffer.concat([picture.bytes, scriptedPdf(beacon)]);
}

/** One page whose drawing is so many MiB of blanks, in a thousandth of that. */
export function pdfBomb(mebibytes: number): Buffer {
  return writePdf({
    pages: [{ sheet: page('Light') }],
    objects: [{ number: 4, body: streamOf('', zeros(mebibytes * 2 ** 20)) }, ...bombPage()],
  });
}

/** One page with a picture of width times height, all of it there, in a thousandth of its size. */
export function pdfPictureBomb(width: number, height: number): Buffer {
  const picture = streamOf(
    `/Type/XObject/Subtype/Image/Width ${width}/Height ${height}/BitsPerComponent 8/ColorSpace/DeviceGray`,
    zeros(width * height),
  );
  return writePdf({
    pages: [],
    objects: [
      { number: 4, body: picture },
      ...bombPage('/XObject<</Scan 4 0 R>>', 6),
      { number: 6, body: streamOf('', deflateSync(Buffer.from('q 595 0 0 842 0 0 cm /Scan Do Q'))) },
    ],
  });
}

/** A PNG whose pixels need width times height bytes, and which says so. */
export function pngBomb(width: number, height: number): Buffer {
  return pngOf([
    pngChunk('IHDR', pngHeader(width, height, 0)),
    pngChunk('IDAT', zeros((width + 1) * height)),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A file that begins as a PDF and goes on with nothing; it takes no room on a disk that knows holes. */
export async function writeLargeFile(path: string, mebibytes: number): Promise<void> {
  await writeFile(path, writePdf({ pages: [{ sheet: page('The beginning') }] }));
  await truncate(path, mebibytes * 2 ** 20);
}

/** Names that a careless program would follow, cut, print or run. */
export const hostileNames: readonly string[] = [
  '../../../etc/passwd',
  String.raw`..\..\Windows\win.ini`,
  '/etc/shadow',
  String.raw`C:\boot.ini`,
  'slip.pdf\u0000.exe',
  'results\u202Efdp.exe',
  'line\r\nSet-Cookie: a=b.pdf',
  '<img src=x onerror=alert(1)>.png',
  '"; rm -rf ~; ".pdf',
  '$(touch pwned).pdf',
  'CON',
  'NUL.pdf',
  'aux.png',
  'slip.pdf.',
  ' slip .pdf ',
  '.htaccess',
  '~root',
  '%2e%2e%2fslip.pdf',
  `${'long'.repeat(300)}.pdf`,
  '',
  '👩‍🏫 certificate.pdf',
];

function page(words: string): Sheet {
  return { ...a4, marks: [text(60, 90, words, { size: 16 })] };
}

function bombPage(resources = '', content = 4) {
  return [
    { number: 2, body: '<</Type/Pages/Count 1/Kids[8000 0 R]>>' },
    {
      number: 8000,
      body: `<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<${resources}>>/Contents ${content} 0 R>>`,
    },
  ];
}

/** A zlib stream of so many zeros, written down at once: a MiB deflated to a whole number of bytes, again and again. */
function zeros(count: number): Buffer {
  const unit = 2 ** 20;
  const flushed = { finishFlush: constants.Z_FULL_FLUSH };
  const block = deflateRawSync(Buffer.alloc(unit), flushed);
  const rest = deflateRawSync(Buffer.alloc(count % unit), flushed);
  const sum = Buffer.alloc(4);
  // Adler-32 of zeros: the first half stays 1, the second counts.
  sum.writeUInt32BE(((count % 65_521) * 65_536 + 1) >>> 0);
  const blocks = Array.from({ length: Math.floor(count / unit) }, () => block);
  return Buffer.concat([Buffer.from([0x78, 0x9c]), ...blocks, rest, Buffer.from([3, 0]), sum]);
}
