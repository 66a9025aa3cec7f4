import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';

/** Everything secret of one data directory. Made once, kept in `secrets.json`, readable by the owner alone. */
export type Secrets = {
  /** Private ES256 key that signs every token; its `kid` is its thumbprint. */
  readonly signingKey: JWK;
  readonly publishableKey: string;
  readonly secretKey: string;
  readonly databasePassword: string;
  readonly demoPassword: string;
  readonly cronSecret: string;
};

/** Reads the secrets of a data directory, making them at its first use. */
export async function loadSecrets(dataDir: string): Promise<Secrets> {
  const file = path.join(dataDir, 'secrets.json');
  if (fs.existsSync(file)) return parseSecrets(fs.readFileSync(file, 'utf8'), file);
  fs.mkdirSync(dataDir, { recursive: true });
  const secrets = await createSecrets();
  const partial = `${file}.${process.pid}`;
  fs.writeFileSync(partial, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  fs.renameSync(partial, file);
  return secrets;
}

/** New secrets, kept nowhere. */
export async function createSecrets(): Promise<Secrets> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(privateKey);
  return {
    signingKey: { ...jwk, alg: 'ES256', use: 'sig', kid: await calculateJwkThumbprint(jwk) },
    publishableKey: apiKey('sb_publishable'),
    secretKey: apiKey('sb_secret'),
    databasePassword: randomBytes(18).toString('base64url'),
    demoPassword: `demo-${randomBytes(6).toString('hex')}`,
    cronSecret: randomBytes(24).toString('base64url'),
  };
}

/** Same shape as a hosted project's keys: prefix, 22 random characters, 8 characters that let a typing error show. */
function apiKey(prefix: string): string {
  const random = randomBytes(16).toString('base64url').replaceAll('_', 'a').replaceAll('-', 'b').slice(0, 22);
  return `${prefix}_${random}_${createHash('sha256')
    .update(prefix + random)
    .digest('base64url')
    .replaceAll('_', 'a')
    .replaceAll('-', 'b')
    .slice(0, 8)}`;
}

function parseSecrets(text: string, file: string): Secrets {
  const value: unknown = JSON.parse(text);
  if (!isSecrets(value)) throw new Error(`${file} is damaged. Remove the data directory to start afresh.`);
  return value;
}

function isSecrets(value: unknown): value is Secrets {
  if (typeof value !== 'object' || value === null) return false;
  const texts = ['publishableKey', 'secretKey', 'databasePassword', 'demoPassword', 'cronSecret'];
  const fields = new Map(Object.entries(value));
  return (
    texts.every((name) => typeof fields.get(name) === 'string') &&
    typeof fields.get('signingKey') === 'object'
  );
}
