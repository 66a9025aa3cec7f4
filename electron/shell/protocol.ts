import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { protocol } from 'electron';
import { assetPath, contentTypeOf } from '#shared/security/assets';
import {
  assetSecurityPolicy,
  contentSecurityPolicy,
  securityHeaders,
  withNonce,
} from '#shared/security/content-policy';
import { contentScheme, isOwnPage } from './origin.ts';

/** Makes app:// a scheme like https. Must be called before Electron is ready. */
export function registerContentScheme(): void {
  protocol.registerSchemesAsPrivileged([
    // Never bypassCSP or corsEnabled. codeCache: compiled scripts are kept between starts.
    {
      scheme: contentScheme,
      privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
    },
  ]);
}

/** Serves the built renderer under app://console, and nothing else. */
export function serveRenderer(rendererDir: string): void {
  protocol.handle(contentScheme, (request) => answer(request, rendererDir));
}

async function answer(request: Request, rendererDir: string): Promise<Response> {
  if (!isOwnPage(request.url)) return refuse(404);
  if (request.method !== 'GET') return refuse(405);
  const path = assetPath(new URL(request.url).pathname);
  if (path === null) return refuse(404);
  try {
    const content = await readFile(join(rendererDir, path));
    return path === 'index.html' ? page(content.toString('utf8')) : asset(content, path);
  } catch {
    return refuse(404);
  }
}

function page(html: string): Response {
  const nonce = randomBytes(16).toString('base64');
  return new Response(withNonce(html, nonce), {
    headers: {
      ...securityHeaders,
      'content-type': contentTypeOf('index.html'),
      'content-security-policy': contentSecurityPolicy(nonce),
    },
  });
}

function asset(content: Buffer, path: string): Response {
  return new Response(new Uint8Array(content), {
    headers: {
      ...securityHeaders,
      'content-type': contentTypeOf(path),
      'content-security-policy': assetSecurityPolicy(path),
    },
  });
}

function refuse(status: number): Response {
  return new Response(null, { status, headers: securityHeaders });
}
