import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Time-based one-time passwords (RFC 6238): SHA-1, six digits, 30 seconds, as every authenticator app has them. */
const stepSeconds = 30;
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** 160 random bits in base32. */
export function newSecret(): string {
  return encodeBase32(randomBytes(20));
}

/** The code of a time step. */
export function codeAt(secret: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac('sha1', decodeBase32(secret)).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 0x0f;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** @param millis Date.now() */
export function stepOf(millis: number): number {
  return Math.floor(millis / 1000 / stepSeconds);
}

/**
 * The step whose code this is: the present one or a neighbour, for clocks that differ a little; never one at or before
 * `lastUsedStep`, because a code is good once.
 */
export function matchingStep(
  secret: string,
  code: string,
  millis: number,
  lastUsedStep: number | undefined,
): number | undefined {
  const now = stepOf(millis);
  return [now, now - 1, now + 1].find((step) => {
    if (lastUsedStep !== undefined && step <= lastUsedStep) return false;
    const [expected, given] = [Buffer.from(codeAt(secret, step)), Buffer.from(code)];
    return expected.length === given.length && timingSafeEqual(expected, given);
  });
}

/** What an authenticator app scans. */
export function otpAuthUri(issuer: string, account: string, secret: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`;
  const query = new URLSearchParams({
    algorithm: 'SHA1',
    digits: '6',
    issuer,
    period: String(stepSeconds),
    secret,
  });
  return `otpauth://totp/${label}?${query.toString()}`;
}

function encodeBase32(bytes: Buffer): string {
  let bits = '';
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0');
  return (bits.match(/.{5}/g) ?? []).map((group) => alphabet.charAt(Number.parseInt(group, 2))).join('');
}

function decodeBase32(value: string): Buffer {
  const bits = [...value].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
