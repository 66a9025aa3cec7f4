/**
 * The file that a request for the renderer means, relative to its folder, with forward slashes; null when the path
 * is not one that the build could have made. `/` is the page itself.
 * @param pathname as in the request, still percent-encoded.
 */
export function assetPath(pathname: string): string | null {
  if (pathname === '/') return 'index.html';
  // The build only makes plain names, so that anything encoded, hidden or climbing can be refused outright.
  return /^(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/.test(pathname) && !pathname.includes('..')
    ? pathname.slice(1)
    : null;
}

/** The content type of a file that the build makes. */
export function contentTypeOf(path: string): string {
  return contentTypes[path.slice(path.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
}

const contentTypes: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  ico: 'image/x-icon',
  woff2: 'font/woff2',
  wasm: 'application/wasm',
  txt: 'text/plain; charset=utf-8',
};
