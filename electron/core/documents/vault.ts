import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

const facts = z.object({
  bucket: z.string(),
  path: z.string(),
  type: z.enum(['pdf', 'png', 'jpeg', 'webp', 'heic', 'gif', 'tiff', 'markup', 'empty', 'unknown']),
  sha256: z.string(),
});

export type KeptDocument = z.output<typeof facts> & { readonly bytes: Uint8Array<ArrayBuffer> };

/** Documents on this machine's disk, readable with the key only. */
export type Vault = {
  has(id: string): boolean;
  /** Null when it is not kept; what cannot be read, because it was damaged or tampered with, is removed and is null. */
  read(id: string): Promise<KeptDocument | null>;
  /** Keeps a document and throws out the ones that were read longest ago. One that is larger than all room is not kept. */
  write(id: string, document: KeptDocument): Promise<void>;
  /** Bytes on disk. */
  size(): number;
};

const magic = Buffer.from('ITCD1');
const [nonceBytes, tagBytes] = [12, 16];
const ending = '.doc';

/**
 * Opens the folder of one user's documents.
 * @param key 32 bytes. Each file has a nonce of its own and is bound to its id, so that files cannot be swapped.
 * @param maxBytes room on disk for all of them.
 */
export function openVault(folder: string, key: Buffer, maxBytes: number): Vault {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const files = new Map<string, number>();
  for (const name of byLastUse(folder)) files.set(name, statSync(join(folder, name)).size);
  let last: Promise<unknown> = Promise.resolve();

  // The id of a request would say who was looked at.
  const nameOf = (id: string) =>
    `${createHmac('sha256', key).update(id).digest('hex').slice(0, 40)}${ending}`;
  const size = () => [...files.values()].reduce((sum, bytes) => sum + bytes, 0);
  const remove = async (name: string) => {
    files.delete(name);
    await rm(join(folder, name), { force: true });
  };

  return {
    has: (id) => files.has(nameOf(id)),
    size,
    async read(id) {
      const name = nameOf(id);
      const bytes = files.get(name);
      if (bytes === undefined) return null;
      const sealed = await readFile(join(folder, name)).catch(() => null);
      const opened = sealed === null ? null : unseal(key, id, sealed);
      if (opened === null) {
        await remove(name);
        return null;
      }
      // The map's order is the order of use, and the file's time carries it over to the next run.
      if (files.delete(name)) files.set(name, bytes);
      const now = new Date();
      await utimes(join(folder, name), now, now).catch(() => undefined);
      return opened;
    },
    write(id, document) {
      const turn = async () => {
        const name = nameOf(id);
        const sealed = seal(key, id, document);
        if (sealed.length > maxBytes) return;
        await remove(name);
        for (const [oldest, bytes] of files) {
          if (size() + sealed.length <= maxBytes) break;
          if (bytes >= 0) await remove(oldest);
        }
        const path = join(folder, name);
        await writeFile(`${path}.new`, sealed, { mode: 0o600 });
        await rename(`${path}.new`, path);
        files.set(name, sealed.length);
      };
      const mine = last.then(turn, turn);
      last = mine.catch(() => undefined);
      return mine;
    },
  };
}

/** Removes every document of a folder, whoever can read them. */
export function removeVault(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** Files that were being written when the last run ended are removed on the way. */
function byLastUse(folder: string): readonly string[] {
  const names = readdirSync(folder);
  for (const name of names) if (!name.endsWith(ending)) rmSync(join(folder, name), { force: true });
  const used = new Map(
    names.filter((name) => name.endsWith(ending)).map((name) => [name, statSync(join(folder, name)).mtimeMs]),
  );
  return [...used].toSorted(([, one], [, other]) => one - other).map(([name]) => name);
}

function seal(key: Buffer, id: string, { bytes, ...rest }: KeptDocument): Buffer {
  const header = Buffer.from(JSON.stringify(facts.parse(rest)));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(header.length);
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(id));
  const body = [cipher.update(length), cipher.update(header), cipher.update(bytes), cipher.final()];
  return Buffer.concat([magic, nonce, cipher.getAuthTag(), ...body]);
}

/** Null for anything that was not sealed with this key for this id. */
function unseal(key: Buffer, id: string, sealed: Buffer): KeptDocument | null {
  try {
    if (!sealed.subarray(0, magic.length).equals(magic)) return null;
    const nonce = sealed.subarray(magic.length, magic.length + nonceBytes);
    const tag = sealed.subarray(magic.length + nonceBytes, magic.length + nonceBytes + tagBytes);
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
    decipher.setAAD(Buffer.from(id));
    decipher.setAuthTag(tag);
    const opened = decipher.update(sealed.subarray(magic.length + nonceBytes + tagBytes));
    decipher.final();
    const end = 4 + opened.readUInt32BE(0);
    const parsed = facts.parse(JSON.parse(opened.subarray(4, end).toString('utf8')));
    // A copy of its own: what is sent on would carry the whole buffer along.
    return { ...parsed, bytes: Uint8Array.from(opened.subarray(end)) };
  } catch {
    return null;
  }
}
