import { join } from 'node:path';
import * as z from 'zod';
import type { connectionState } from '#shared/rpc/contract';
import { AppError } from '#shared/rpc/errors';
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
  /** What is wrong with the environment's backend, which is not used then. */
  readonly problem: AppError | null;
  /** The environment's backend, else the one that was saved, else null. */
  read(): Connection | null;
  save(url: string, key: string): Connection;
  forget(): Connection | null;
};

/**
 * Which backend this console talks to. A backend named by the environment wins and cannot be saved over; its values
 * are checked like typed ones.
 */
export function openConnections(dataDir: string, environment: Environment): ConnectionStore {
  const path = join(dataDir, 'connection.json');
  const { named, problem } = fromEnvironment(environment);
  const read = () => named ?? fromFile(path);
  return {
    problem,
    read,
    save(url, key) {
      if (named !== null) {
        throw new AppError(
          'REJECTED',
          'The environment this console was started in names its backend. Start it without that.',
          {
            rule: 'connection.environment',
          },
        );
      }
      writeJson(path, { url, key });
      return { url, key, source: 'saved', isEmbedded: false };
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

function fromEnvironment(environment: Environment): { named: Connection | null; problem: AppError | null } {
  const { supabaseUrl = '', supabaseKey = '', isEmbedded = false } = environment;
  if (supabaseUrl === '' && supabaseKey === '') return { named: null, problem: null };
  try {
    const url = parseAddress(supabaseUrl);
    return { named: { url, key: parseKey(supabaseKey), source: 'environment', isEmbedded }, problem: null };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const problem = new AppError(
      error.code,
      `CONSOLE_SUPABASE_URL or CONSOLE_SUPABASE_KEY: ${error.message}`,
      error.data,
    );
    return { named: null, problem };
  }
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
