import { errorCodes } from '#shared/rpc/errors';

export type LogValue = string | number | boolean | null;

/**
 * What may be written of a log line's fields: only the keys listed here, and of their text only what has the form
 * that the key stands for. Everything else becomes '[redacted]', so that a new field is harmless until someone lists
 * it. An error is written as its class, its code and where it was thrown: its message may hold anything.
 */
export function redact(fields: Readonly<Record<string, unknown>>): Record<string, LogValue> {
  const written: Record<string, LogValue> = {};
  for (const [key, value] of Object.entries(fields)) {
    if (key === 'error') Object.assign(written, describeError(value));
    else if (Object.hasOwn(forms, key)) written[key] = redactValue(key, value);
    else written[unlisted] = redacted;
  }
  return written;
}

/** An event's name, such as 'sync.pull.finished'; anything else is not one. */
export function redactEvent(event: string): string {
  return isWord(event) ? event : 'log.event.unnamed';
}

const redacted = '[redacted]';
const unlisted = 'unlisted';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const logId = /^[0-9a-z]{8}$/;

type Form = (text: string) => boolean;
/** Words of the code itself: procedures, tables, states, reasons. No digits in a row, nothing long, no '@'. */
const isWord: Form = (text) =>
  /^[A-Za-z][A-Za-z0-9 _.-]{0,59}$/.test(text) &&
  // A key or token may happen to have no digits and underscores in the right places.
  !/^(sb_|eyJ)/.test(text) &&
  !/\d{3}/.test(text) &&
  (text.match(/\d/g) ?? []).length < 5 &&
  text.split(/[ _.-]/).every((part) => part.length <= 20);
const isUuid: Form = (text) => uuid.test(text);
const isSqlState: Form = (text) => /^[0-9A-Z]{5}$/.test(text) && !/^\d+$/.test(text);
const isCode: Form = (text) =>
  codes.has(text) || isSqlState(text) || /^(?:SQLITE|E|ERR|UND_ERR|PGRST)[A-Z_]*\d{0,3}$/.test(text);
const codes: ReadonlySet<string> = new Set(errorCodes);

/** The keys that may be written, each with the form its text must have. Numbers and booleans pass. */
const forms: Readonly<Record<string, Form>> = {
  name: isWord,
  table: isWord,
  tables: isWord,
  kind: isWord,
  state: isWord,
  status: isWord,
  reason: isWord,
  rule: isWord,
  outcome: isWord,
  phase: isWord,
  source: isWord,
  host: isWord,
  level: isWord,
  mode: isWord,
  paths: isWord,
  code: isCode,
  sqlState: isSqlState,
  logId: (text) => logId.test(text),
  id: isUuid,
  mutationId: isUuid,
  clientId: isUuid,
  count: isNothing,
  rows: isNothing,
  pages: isNothing,
  edits: isNothing,
  savedEdits: isNothing,
  lost: isNothing,
  different: isNothing,
  ghosts: isNothing,
  sums: isNothing,
  attempts: isNothing,
  ms: isNothing,
  bytes: isNothing,
  revision: isNothing,
  version: (text) => /^\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(text),
};

function isNothing(): boolean {
  return false;
}

function redactValue(key: string, value: unknown): LogValue {
  if (value === null || typeof value === 'boolean') return value;
  // A phone number is a number too: only counts and durations may be large.
  if (typeof value === 'number') return Math.abs(value) < 1_000_000 ? value : redacted;
  const fits = forms[key] ?? isNothing;
  if (typeof value === 'string') return fits(value) ? value : redacted;
  if (Array.isArray(value)) {
    return value.every((one) => typeof one === 'string' && fits(one))
      ? value.join(',').slice(0, 200)
      : redacted;
  }
  return redacted;
}

function describeError(error: unknown): Record<string, LogValue> {
  if (!(error instanceof Error)) return { error: typeof error };
  const code: unknown = 'code' in error ? error.code : undefined;
  const described: Record<string, LogValue> = { error: isWord(error.name) ? error.name : 'Error' };
  if (typeof code === 'string') described['code'] = isCode(code) ? code : redacted;
  const frames = framesOf(error);
  if (frames !== '') described['where'] = frames;
  if (error.cause instanceof Error)
    described['cause'] = isWord(error.cause.name) ? error.cause.name : 'Error';
  return described;
}

/** The innermost places of the stack as `file.ts:line`: folders may hold a user's name, messages anything. */
function framesOf(error: Error): string {
  const [, ...lines] = (error.stack ?? '').replace(error.message, '').split('\n');
  const places = lines.flatMap((line) => {
    const match = /^\s+at .*?([\w.-]{1,60}\.m?[jt]s):(\d{1,5}):\d+\)?$/.exec(line);
    return match === null ? [] : [`${match[1]}:${match[2]}`];
  });
  return places.slice(0, 6).join(' < ');
}
