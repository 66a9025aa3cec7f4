import { errorCodes, type ErrorCode, type ErrorShape } from './errors.ts';

/** What travels over a port. `id` is chosen by the caller and names one call or stream until it has ended. */
export type CallerFrame =
  | { readonly t: 'call'; readonly id: number; readonly name: string; readonly input: unknown }
  | { readonly t: 'open'; readonly id: number; readonly name: string; readonly input: unknown }
  | { readonly t: 'cancel'; readonly id: number };

export type ServerFrame =
  | { readonly t: 'ok'; readonly id: number; readonly value: unknown }
  | { readonly t: 'err'; readonly id: number; readonly error: ErrorShape }
  | { readonly t: 'event'; readonly id: number; readonly value: unknown }
  | { readonly t: 'end'; readonly id: number };

export type Frame = CallerFrame | ServerFrame;

/** How much an input may hold. Generous for people, far below what would hurt the process. */
export type SizeLimit = {
  /** Characters in all strings and keys together. */
  readonly characters: number;
  /** Values, counting every array element and every property. */
  readonly values: number;
  readonly depth: number;
  /** Bytes in binary values together; none are taken when it is not said. */
  readonly bytes?: number;
};

export const inputLimit: SizeLimit = { characters: 1_000_000, values: 50_000, depth: 32 };
const longestName = 100;

/** Reads a frame that a caller sent; null when it is not one. Never throws, whatever it is given. */
export function parseCallerFrame(value: unknown): CallerFrame | null {
  const fields = readFields(value);
  if (fields === null) return null;
  const { t, id } = fields;
  if (!isId(id)) return null;
  if (t === 'cancel') return { t, id };
  if (t !== 'call' && t !== 'open') return null;
  const { name, input } = fields;
  if (typeof name !== 'string' || name.length > longestName) return null;
  return { t, id, name, input };
}

/** Reads a frame that a server sent; null when it is not one. Never throws, whatever it is given. */
export function parseServerFrame(value: unknown): ServerFrame | null {
  const fields = readFields(value);
  if (fields === null) return null;
  const { t, id } = fields;
  if (!isId(id)) return null;
  if (t === 'end') return { t, id };
  if (t === 'ok' || t === 'event') return { t, id, value: fields.value };
  if (t === 'err') return { t, id, error: parseError(fields.error) };
  return null;
}

/**
 * Whether `value` is a tree of plain data within `limit`. Refuses cycles (structured clone lets them through), own
 * `__proto__` keys (JSON lets them through) and anything that is not plain data, such as Map or ArrayBuffer.
 */
export function isPlainWithin(value: unknown, limit: SizeLimit): boolean {
  const left = { characters: limit.characters, values: limit.values, bytes: limit.bytes ?? 0 };
  return walk(value, limit.depth, left);
}

type Left = { characters: number; values: number; bytes: number };

function walk(value: unknown, depth: number, left: Left): boolean {
  left.values -= 1;
  if (left.values < 0 || depth < 0) return false;
  if (typeof value === 'string') return takeCharacters(value, left);
  if (value === null || typeof value !== 'object') return typeof value !== 'function';
  if (Array.isArray(value)) {
    if (value.length > left.values) return false;
    return value.every((element) => walk(element, depth - 1, left));
  }
  if (value instanceof Uint8Array && left.bytes > 0) {
    left.bytes -= value.byteLength;
    return left.bytes >= 0;
  }
  if (!isPlainObject(value)) return false;
  return Object.entries(value).every(
    ([key, child]) => key !== '__proto__' && takeCharacters(key, left) && walk(child, depth - 1, left),
  );
}

function takeCharacters(text: string, left: { characters: number }): boolean {
  left.characters -= text.length;
  return left.characters >= 0;
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The own properties that a frame may have, read once; null when `value` is no plain object or reading throws. */
function readFields(
  value: unknown,
): Record<'t' | 'id' | 'name' | 'input' | 'value' | 'error', unknown> | null {
  if (typeof value !== 'object' || value === null) return null;
  try {
    if (!isPlainObject(value)) return null;
    const own = (key: string): unknown =>
      Object.hasOwn(value, key) ? Object.getOwnPropertyDescriptor(value, key)?.value : undefined;
    return {
      t: own('t'),
      id: own('id'),
      name: own('name'),
      input: own('input'),
      value: own('value'),
      error: own('error'),
    };
  } catch {
    return null;
  }
}

function isId(id: unknown): id is number {
  return typeof id === 'number' && Number.isSafeInteger(id) && id > 0;
}

function parseError(value: unknown): ErrorShape {
  if (typeof value !== 'object' || value === null) return unreadable;
  const code = 'code' in value ? errorCodes.find((known) => known === value.code) : undefined;
  const message = 'message' in value && typeof value.message === 'string' ? value.message : undefined;
  if (code === undefined || message === undefined) return unreadable;
  const data = 'data' in value ? value.data : undefined;
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return { code, message };
  return { code, message, data: { ...data } };
}

const unreadable: ErrorShape = {
  code: 'INTERNAL' satisfies ErrorCode,
  message: 'The console received an answer it cannot read. Restart it; if this happens again, report it.',
};
