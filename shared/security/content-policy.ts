/**
 * The content security policy of the console's page, the same in both hosts.
 * Styles need the nonce because Mantine writes `<style>` elements; there is no 'unsafe-inline' and no eval.
 * @param nonce fresh for every load of the page.
 */
export function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/**
 * The policy that goes with an asset. It counts for workers only: a worker is under the policy of its own file, not of
 * the page's, so that without one it would be under none. The worker that reads PDF files may compile WebAssembly (its
 * decoders of JPEG 2000 and JBIG2), and nothing else may; no worker has a network.
 * @param path as `assetPath` gives it.
 */
export function assetSecurityPolicy(path: string): string {
  const isPdfWorker = /^assets\/pdf-worker-[A-Za-z0-9_-]+\.js$/.test(path);
  return [
    "default-src 'none'",
    isPdfWorker ? "script-src 'self' 'wasm-unsafe-eval'" : "script-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Headers of every answer, page or asset. */
export const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
} as const;

/** Puts the nonce into the page's `<meta name="nonce">`, where the renderer finds it; adds the element when missing. */
export function withNonce(html: string, nonce: string): string {
  const meta = `<meta name="nonce" content="${nonce}">`;
  const existing = /<meta\s+name="nonce"[^>]*>/;
  return existing.test(html) ? html.replace(existing, meta) : html.replace(/<head[^>]*>/, `$&${meta}`);
}
