/** One statement of an SQL file. */
export type Statement = {
  readonly text: string;
  /** Line of its first character that is not blank or comment, counted from 1. */
  readonly line: number;
};

/**
 * Splits an SQL file at its semicolons, knowing strings, quoted names, dollar quotes, comments and BEGIN ATOMIC bodies.
 * Comments stay with the statement that follows them; a trailing comment alone is no statement.
 */
export function splitStatements(sql: string): Statement[] {
  const statements: Statement[] = [];
  let start = 0;
  let firstCode = -1;
  let atomicDepth = 0;
  let position = 0;
  const finish = (end: number) => {
    if (firstCode >= 0) statements.push({ text: sql.slice(start, end).trim(), line: lineAt(sql, firstCode) });
    start = end + 1;
    firstCode = -1;
    atomicDepth = 0;
  };
  while (position < sql.length) {
    const comment = commentEnd(sql, position);
    if (comment !== undefined) {
      position = comment;
      continue;
    }
    const character = sql.charAt(position);
    if (character === ';' && atomicDepth === 0) {
      finish(position);
      position += 1;
      continue;
    }
    if (firstCode < 0 && !/\s/.test(character) && character !== ';') firstCode = position;
    const quote = quoteEnd(sql, position);
    if (quote !== undefined) {
      position = quote;
      continue;
    }
    const word = /^[A-Za-z_][A-Za-z0-9_$]*/.exec(sql.slice(position, position + 64))?.[0];
    if (word === undefined) {
      position += 1;
      continue;
    }
    atomicDepth = depthAfter(word, sql, position, atomicDepth);
    position += word.length;
  }
  finish(sql.length);
  return statements;
}

/** The line of an offset, counted from 1. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let index = text.indexOf('\n'); index >= 0 && index < offset; index = text.indexOf('\n', index + 1))
    line += 1;
  return line;
}

function commentEnd(sql: string, position: number): number | undefined {
  if (sql.startsWith('--', position)) {
    const end = sql.indexOf('\n', position);
    return end < 0 ? sql.length : end;
  }
  if (!sql.startsWith('/*', position)) return undefined;
  let depth = 0;
  for (let index = position; index < sql.length; index += 1) {
    if (sql.startsWith('/*', index)) {
      depth += 1;
      index += 1;
    } else if (sql.startsWith('*/', index)) {
      depth -= 1;
      index += 1;
      if (depth === 0) return index + 1;
    }
  }
  return sql.length;
}

function quoteEnd(sql: string, position: number): number | undefined {
  const character = sql.charAt(position);
  if (character === '"') return closing(sql, position + 1, '"', false);
  if (character === "'") {
    const hasEscapes =
      /[eE]/.test(sql.charAt(position - 1)) && !/[A-Za-z0-9_$]/.test(sql.charAt(position - 2));
    return closing(sql, position + 1, "'", hasEscapes);
  }
  if (character !== '$' || /[A-Za-z0-9_]/.test(sql.charAt(position - 1))) return undefined;
  const tag = /^\$([A-Za-z_][A-Za-z0-9_]*)?\$/.exec(sql.slice(position, position + 70))?.[0];
  if (tag === undefined) return undefined;
  const end = sql.indexOf(tag, position + tag.length);
  return end < 0 ? sql.length : end + tag.length;
}

function closing(sql: string, from: number, quote: string, hasEscapes: boolean): number {
  for (let index = from; index < sql.length; index += 1) {
    const character = sql.charAt(index);
    if (hasEscapes && character === '\\') index += 1;
    else if (character === quote) {
      if (sql.charAt(index + 1) !== quote) return index + 1;
      index += 1;
    }
  }
  return sql.length;
}

/** Inside `begin atomic ... end` semicolons separate statements of the body; `case ... end` nests in it. */
function depthAfter(word: string, sql: string, position: number, depth: number): number {
  const lower = word.toLowerCase();
  if (lower === 'begin' && /^begin\s+atomic\b/i.test(sql.slice(position, position + 40))) return depth + 1;
  if (depth === 0) return 0;
  if (lower === 'case') return depth + 1;
  return lower === 'end' ? depth - 1 : depth;
}
