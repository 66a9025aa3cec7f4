import { createHash, randomUUID, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream, type ReadStream } from 'node:fs';
import { copyFile, mkdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { refusals } from './errors.ts';

/** What was received and is now on disk under a version of its own. */
export type StoredFile = { readonly version: string; readonly size: number; readonly eTag: string };

/**
 * The bytes of stored objects. A file is named by its version, which is random: no name that a client chooses ever
 * becomes a path, and replacing an object never touches the bytes that somebody is reading.
 */
export type Files = {
  /** Streams to disk. Rejects with a refusal, leaving nothing, above `limit` bytes. */
  receive(source: AsyncIterable<Buffer>, limit: number): Promise<StoredFile>;
  read(version: string, range?: { readonly start: number; readonly end: number }): ReadStream;
  exists(version: string): Promise<boolean>;
  copy(version: string): Promise<string>;
  remove(versions: readonly (string | null)[]): Promise<void>;
};

export function openFiles(directory: string): Files {
  const pathOf = (version: string) => {
    // Versions come from our database; a row that somebody wrote there by hand must not lead out of the directory.
    if (!/^[0-9a-f-]{36}$/.test(version)) throw refusals.noObject();
    return path.join(directory, version.slice(0, 2), version);
  };

  async function prepare(): Promise<{ version: string; file: string }> {
    const version = randomUUID();
    const file = pathOf(version);
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    return { version, file };
  }

  return {
    async receive(source, limit) {
      const { version, file } = await prepare();
      const hash = createHash('md5');
      const meter = measure(limit, hash);
      try {
        await pipeline(source, meter.stream, createWriteStream(file, { mode: 0o600 }));
      } catch (error) {
        await rm(file, { force: true });
        throw error;
      }
      return { version, size: meter.size(), eTag: `"${hash.digest('hex')}"` };
    },
    read: (version, range) => createReadStream(pathOf(version), range),
    exists: (version) =>
      stat(pathOf(version)).then(
        () => true,
        () => false,
      ),
    async copy(version) {
      const target = await prepare();
      await copyFile(pathOf(version), target.file);
      return target.version;
    },
    async remove(versions) {
      for (const version of versions) {
        // An object that was put into the table by hand has no bytes.
        if (version !== null && /^[0-9a-f-]{36}$/.test(version)) await rm(pathOf(version), { force: true });
      }
    },
  };
}

function measure(limit: number, hash: Hash): { stream: Transform; size: () => number } {
  let size = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size > limit) return done(refusals.tooLarge());
      hash.update(chunk);
      done(null, chunk);
    },
  });
  return { stream, size: () => size };
}
