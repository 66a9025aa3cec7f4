import { sendJson, type Exchange } from './http.ts';
import type { Keys } from './keys.ts';
import { forward } from './proxy.ts';

/** Answers everything below /rest/v1 by PostgREST. It checks tokens itself; only opaque keys are replaced here. */
export async function handleRest(keys: Keys, port: number, exchange: Exchange): Promise<void> {
  const { request, response, url } = exchange;
  if (!(await keys.hasKey(request, url))) {
    return sendJson(response, 401, {
      message: request.headers['apikey'] === undefined ? 'No API key found in request' : 'Invalid API key',
      hint: 'Send the publishable key of this project in the header `apikey`.',
    });
  }
  if (url.searchParams.has('apikey')) url.searchParams.delete('apikey');
  await forward(
    exchange,
    { port, path: `${exchange.path}${url.search}`, authorization: await keys.tokenOf(request, url) },
    { code: 'PGRST000', message: 'The database API does not answer', details: null, hint: null },
  );
}
