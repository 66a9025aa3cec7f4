import { join } from 'node:path';
import * as z from 'zod';
import type { connectionState } from '#shared/rpc/contract';
import { readJson, removeFile, writeJson } from '../settings/json-file.ts';
import { parseAddress, parseKey } from './address.ts';

export type ConnectionState = z.output<typeof connectionState>;

/** What the host was told by its environment. */
export type Environment = {
  readonly supabaseUrl?: string | undefined;
  readonly supabaseKey?: string | undefined;
  /** True when the host started the embedded backend itself. */
  readonly isEmbedded?: boolean | undefined;
};

/** A backend to talk to. The key is the publishable one, no secret. */
export type Connection = {
  readonly url: string;
  readonly key: string;
  readonly source: 'environment' | 'saved';
  readonly isEmbedded: boolean;
};

export type ConnectionStore = {
  /** The environment's backend, else the one that was saved, else null. */
  read(): Connection | null;
  save(url: string, key: string): Connection;
  forget(): Connection | null;
};

/**
 * Which backend this console talks to. A backend named by the environment wins and cannot be saved over; its values
 * are checked like typed ones. Throws AppError SECRET_KEY_REFUSED or BACKEND_INVALID when the environment's are bad.
 */
export function openConnections(dataDir: string, environment: Environment): ConnectionStore {
  const path = join(dataDir, 'connection.json');
  const named = fromEnvironment(environment);
  const read = () => named ?? fromFile(path);
  return {
    read,
    save(url, key) {
      writeJson(path, { url, key });
      return read() ?? { url, key, source: 'saved', isEmbedded: false };
    },
    forget() {
      removeFile(path);
      return read();
    },
  };
}

/** The part of a connection that screens are told. */
export function stateOf(connection: Connection | null): ConnectionState {
  if (connection === null) return { url: null, source: 'none', isEmbedded: false };
  return { url: connection.url, source: connection.source, isEmbedded: connection.isEmbedded };
}

const saved = z.object({ url: z.string(), key: z.string() });

function fromEnvironment(environment: Environment): Connection | null {
  const { supabaseUrl = '', supabaseKey = '', isEmbedded = false } = environment;
  if (supabaseUrl === '' && supabaseKey === '') return null;
  return { url: parseAddress(supabaseUrl), key: parseKey(supabaseKey), source: 'environment', isEmbedded };
}

function fromFile(path: string): Connection | null {
  const found = readJson(path, saved);
  if (found === null) return null;
  try {
    return { url: parseAddress(found.url), key: parseKey(found.key), source: 'saved', isEmbedded: false };
  } catch {
    // Somebody edited the file: the connection screen comes up again.
    return null;
  }
}
