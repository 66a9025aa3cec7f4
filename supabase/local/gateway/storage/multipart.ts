import { BadRequest } from '../http.ts';

/** One part of a multipart/form-data body. Its body has to be read to the end before the next part is asked for. */
export type Part = {
  readonly name: string;
  readonly isFile: boolean;
  readonly contentType: string;
  readonly body: AsyncIterable<Buffer>;
};

const headerLimit = 16_384;

/** The boundary of a multipart/form-data content type, or undefined for any other. */
export function boundaryOf(contentType: string): string | undefined {
  const match = /^multipart\/form-data;.*?boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  return match?.[1] ?? match?.[2];
}

/** Reads a multipart body part by part (RFC 7578), holding no more than a chunk in memory. Throws BadRequest when malformed. */
export async function* readParts(source: AsyncIterable<Buffer>, boundary: string): AsyncGenerator<Part> {
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const reader = createReader(source);
  try {
    yield* partsOf(reader, delimiter);
  } finally {
    await reader.close();
  }
}

async function* partsOf(reader: Reader, delimiter: Buffer): AsyncGenerator<Part> {
  for await (const _preamble of reader.until(delimiter)) {
    // Nothing before the first delimiter counts.
  }
  for (;;) {
    const after = (await reader.take(2)).toString('latin1');
    if (after === '--') return;
    if (after !== '\r\n') throw new BadRequest('malformed multipart body');
    const headers = parseHeaders(await reader.line(headerLimit));
    const disposition = headers.get('content-disposition') ?? '';
    yield {
      name: parameter(disposition, 'name') ?? '',
      isFile: parameter(disposition, 'filename') !== undefined,
      contentType: headers.get('content-type') ?? 'text/plain',
      body: reader.until(delimiter),
    };
  }
}

type Reader = {
  /** What comes before `delimiter`, in pieces; the delimiter is consumed. */
  until(delimiter: Buffer): AsyncGenerator<Buffer>;
  take(length: number): Promise<Buffer>;
  /** Everything up to an empty line, which is consumed. */
  line(limit: number): Promise<string>;
  /** Lets go of the source. */
  close(): Promise<void>;
};

function createReader(source: AsyncIterable<Buffer>): Reader {
  const chunks = source[Symbol.asyncIterator]();
  // The first delimiter stands at the very start, without the line break that the others follow.
  let buffer = Buffer.from('\r\n');

  async function fill(): Promise<void> {
    const next = await chunks.next();
    if (next.done === true) throw new BadRequest('the multipart body ends too early');
    buffer = buffer.length === 0 ? Buffer.from(next.value) : Buffer.concat([buffer, next.value]);
  }

  return {
    async *until(delimiter) {
      for (;;) {
        const index = buffer.indexOf(delimiter);
        if (index >= 0) {
          if (index > 0) yield buffer.subarray(0, index);
          buffer = buffer.subarray(index + delimiter.length);
          return;
        }
        // The delimiter may be split between two chunks.
        const safe = buffer.length - delimiter.length + 1;
        if (safe > 0) {
          yield buffer.subarray(0, safe);
          buffer = buffer.subarray(safe);
        }
        await fill();
      }
    },
    async take(length) {
      while (buffer.length < length) await fill();
      const taken = buffer.subarray(0, length);
      buffer = buffer.subarray(length);
      return taken;
    },
    async line(limit) {
      for (;;) {
        const index = buffer.indexOf('\r\n\r\n');
        if (index >= 0) {
          const text = buffer.toString('utf8', 0, index);
          buffer = buffer.subarray(index + 4);
          return text;
        }
        if (buffer.length > limit) throw new BadRequest('the headers of a multipart part are too long');
        await fill();
      }
    },
    async close() {
      await chunks.return?.();
    },
  };
}

function parseHeaders(text: string): Map<string, string> {
  return new Map(
    text.split('\r\n').map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
}

function parameter(header: string, name: string): string | undefined {
  const match = new RegExp(`;\\s*${name}="((?:[^"\\\\]|\\\\.)*)"`, 'i').exec(header);
  return match?.[1];
}
