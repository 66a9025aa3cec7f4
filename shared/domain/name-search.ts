/**
 * The words of a search, as the local full-text index splits and folds them: without accents and case, letters and digits
 * only. At most six; a search of one letter is none, because it would find everybody.
 */
export function searchTerms(text: string): readonly string[] {
  const terms = words(text).slice(0, 6);
  return terms.every((term) => term.length < 2) ? [] : terms;
}

/** Whether every term is the beginning of a word of the name. */
export function matchesTerms(name: string, terms: readonly string[]): boolean {
  const found = words(name);
  return terms.every((term) => found.some((word) => word.startsWith(term)));
}

function words(text: string): readonly string[] {
  const folded = text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
  return folded.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
}
