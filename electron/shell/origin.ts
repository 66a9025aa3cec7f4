/** The console's own scheme, host and origin inside Electron. */
export const contentScheme = 'app';
export const contentOrigin = 'app://console';

/** The scheme under which the operating system hands links to the console. */
export const linkScheme = 'itutor-console';

/** Whether a URL is a page of the console itself. Compares parsed parts: prefixes of strings can be made to lie. */
export function isOwnPage(url: unknown): boolean {
  if (typeof url !== 'string' || !URL.canParse(url)) return false;
  const { protocol, host, username, password } = new URL(url);
  return `${protocol}//${host}` === contentOrigin && username === '' && password === '';
}
