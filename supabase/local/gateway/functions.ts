import { sendJson, type Exchange } from './http.ts';
import { bearerOf, type Keys } from './keys.ts';
import { forward } from './proxy.ts';

export type FunctionsTarget = {
  readonly port: number;
  /** Whether a function wants every caller to be checked first (`verify_jwt` of supabase/config.toml). */
  isProtected(name: string): boolean;
};

/** Answers everything below /functions/v1 by the functions host. */
export async function handleFunctions(
  keys: Keys,
  target: FunctionsTarget | undefined,
  exchange: Exchange,
): Promise<void> {
  const { request, response, url } = exchange;
  const unavailable = { code: 'SERVICE_UNAVAILABLE', message: 'The functions host does not answer' };
  if (target === undefined) return sendJson(response, 503, unavailable);
  const name = exchange.path.split('/')[1] ?? '';
  const bearer = bearerOf(request);
  if (target.isProtected(name)) {
    const isAllowed = await keys.requestClaims(request, url).then(Boolean, () => false);
    if (!isAllowed) {
      const message = bearer === '' ? 'Missing authorization header' : 'Invalid JWT';
      return sendJson(response, 401, { code: 401, message });
    }
  }
  // Keys become tokens of their role; anything else, such as CRON_SECRET, reaches the function as it came.
  const authorization = await keys.tokenOf(request, url);
  await forward(
    exchange,
    { port: target.port, path: `${exchange.path}${url.search}`, authorization },
    unavailable,
  );
}
