/** What a move of the cursor with Shift held selects: what was selected before, and all from the anchor to the cursor. */
export function extended(
  before: readonly string[],
  idAt: (index: number) => string | undefined,
  anchor: number,
  cursor: number,
): readonly string[] {
  const step = anchor <= cursor ? 1 : -1;
  const found = new Set(before);
  for (let index = anchor; index !== cursor + step; index += step) {
    const id = idAt(index);
    if (id !== undefined) found.add(id);
  }
  return [...found];
}

/** The selection with `id` in it, or without it when it was. */
export function toggled(selected: readonly string[], id: string): readonly string[] {
  return selected.includes(id) ? selected.filter((other) => other !== id) : [...selected, id];
}
