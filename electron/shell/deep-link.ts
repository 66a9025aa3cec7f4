import * as z from 'zod';
import { section } from '#shared/domain/roles';
import { linkScheme } from './origin.ts';

const day = z.iso.date();
const id = z.uuid();

/**
 * The route that a link of the operating system means, null when it is none of ours. Any program and any web page can
 * fire one: it can only show something, never do something, and only values of a known shape get through.
 *
 * itutor-console://schedule · itutor-console://schedule/2026-11-23 · itutor-console://schedule/booking/UUID
 * itutor-console://verification/UUID · itutor-console://payments · itutor-console://logs · itutor-console://operations
 */
export function routeOfLink(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > 256 || !URL.canParse(value)) return null;
  const url = new URL(value);
  if (url.protocol !== `${linkScheme}:` || url.username !== '' || url.password !== '' || url.port !== '')
    return null;
  const name = section.safeParse(url.hostname);
  if (!name.success || url.search !== '' || url.hash !== '') return null;
  const parts = url.pathname.split('/').filter((part) => part !== '');
  if (parts.length === 0) return `/${name.data}`;
  return name.data === 'schedule' ? scheduleRoute(parts) : itemRoute(name.data, parts);
}

/** The first link of ours among a process's arguments; it may stand anywhere among Chromium's own. */
export function routeOfArguments(argv: readonly string[]): string | null {
  const link = argv.find((argument) => argument.startsWith(`${linkScheme}://`));
  return routeOfLink(link);
}

function scheduleRoute(parts: readonly string[]): string | null {
  const [first, second] = parts;
  if (parts.length === 1 && day.safeParse(first).success) return `/schedule?on=${first}`;
  if (parts.length === 2 && first === 'booking' && id.safeParse(second).success) {
    return `/schedule?booking=${second}`;
  }
  return null;
}

function itemRoute(name: string, parts: readonly string[]): string | null {
  if (parts.length !== 1 || !id.safeParse(parts[0]).success) return null;
  return name === 'verification' ? `/verification?case=${parts[0]}` : `/${name}/${parts[0]}`;
}
