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
