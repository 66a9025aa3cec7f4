import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Why a request is refused, with the words for whoever sees the answer. */
export type Refusal = { readonly status: number; readonly reason: string };

/**
 * Who may talk to the browser host. It listens on 127.0.0.1 only, but every page in every browser of this machine can
 * reach that: the Host header is pinned (DNS rebinding), a page must have been opened by the one-time link (cookie),
 * and a socket must come from the console's own origin. Cookies ignore ports, so a page on another port of 127.0.0.1
 * does send ours: the Origin check is the one that counts there.
 */
export class Guards {
  readonly #authority: string;
  readonly #cookieName: string;
  readonly #cookieValue = secret();
  readonly #links = new Set<string>();

  constructor(port: number) {
    this.#authority = `127.0.0.1:${port}`;
    // Two consoles on two ports share one cookie jar.
    this.#cookieName = `itutor_console_${port}`;
  }

  get origin(): string {
    return `http://${this.#authority}`;
  }

  /** Makes a link that opens the console once. */
  createLink(): string {
    const token = secret();
    this.#links.add(digest(token));
    return `${this.origin}/open?t=${token}`;
  }

  /** Uses up a link's token; the cookie to set, or null when the token is not valid (any more). */
  redeem(token: string): string | null {
    if (!this.#links.delete(digest(token))) return null;
    return `${this.#cookieName}=${this.#cookieValue}; HttpOnly; SameSite=Strict; Path=/`;
  }

  /** Checks that apply to every request. */
  refuseAddress(request: IncomingMessage): Refusal | null {
    return request.headers.host === this.#authority
      ? null
      : { status: 421, reason: `This server answers at ${this.origin} only.` };
  }

  /** Checks for a page or an asset. */
  refusePage(request: IncomingMessage): Refusal | null {
    return this.#hasCookie(request)
      ? null
      : {
          status: 403,
          reason: 'Open the console with the link that the terminal shows. Each link works once.',
        };
  }

  /** Checks for the socket, on which everything is said. */
  refuseSocket(request: IncomingMessage): Refusal | null {
    if (request.headers.origin !== this.origin) return { status: 403, reason: 'Another origin.' };
    return this.refusePage(request);
  }

  #hasCookie(request: IncomingMessage): boolean {
    const prefix = `${this.#cookieName}=`;
    const pair = (request.headers.cookie ?? '').split(/;\s*/).find((part) => part.startsWith(prefix));
    return pair !== undefined && isEqual(pair.slice(prefix.length), this.#cookieValue);
  }
}

function secret(): string {
  return randomBytes(32).toString('base64url');
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function isEqual(given: string, expected: string): boolean {
  return timingSafeEqual(Buffer.from(digest(given)), Buffer.from(digest(expected)));
}
