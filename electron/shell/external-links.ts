/**
 * The address to hand to the operating system for something the page asked to open, null when it must not be opened.
 * Only https, without credentials, and written anew from its parts: other schemes start programs.
 */
export function externalUrl(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > 2048 || !URL.canParse(value)) return null;
  const url = new URL(value);
  return url.protocol === 'https:' && url.username === '' && url.password === '' ? url.href : null;
}

/** Opens an address in the user's browser if it may be opened; says whether it did. */
export async function openExternal(value: unknown, open: (url: string) => Promise<void>): Promise<boolean> {
  const url = externalUrl(value);
  if (url === null) return false;
  await open(url);
  return true;
}
