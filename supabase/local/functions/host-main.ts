// Runs under Deno: every function of the project in one process. Each module's Deno.serve is captured instead of
// listening, and requests to /<name>/... are handed to it. A function that cannot be loaded answers BOOT_ERROR; the
// others live on.

type Handler = (request: Request, info: unknown) => Response | Promise<Response>;
type ServeOptions = { port?: number; hostname?: string; handler?: Handler; onListen?: () => void };

/** The little of Deno's interface that is used here; this file is checked together with Node code. */
declare const Deno: {
  env: { get(name: string): string | undefined };
  serve(...args: readonly (ServeOptions | Handler)[]): unknown;
};

const bootTimeout = 10_000;
const directory = Deno.env.get('FUNCTIONS_DIR') ?? '';
const names = (Deno.env.get('FUNCTIONS') ?? '').split(',').filter((name) => name !== '');
const handlers = new Map<string, Handler>();
const failures = new Map<string, string>();
const listen = Deno.serve;
let loading = '';

Deno.serve = (...args) => {
  const handler = args
    .map((arg) => (typeof arg === 'function' ? arg : arg.handler))
    .find((candidate) => candidate !== undefined);
  if (handler !== undefined) handlers.set(loading, handler);
  const never = new Promise<never>(() => undefined);
  return { finished: never, shutdown: () => Promise.resolve(), ref: () => undefined, unref: () => undefined };
};

for (const name of names) await load(name);
listen(
  {
    hostname: '127.0.0.1',
    port: Number(Deno.env.get('FUNCTIONS_PORT')),
    onListen: () => console.log('LISTENING'),
  },
  handle,
);

/** One after another: `loading` says whose Deno.serve is called. */
async function load(name: string): Promise<void> {
  loading = name;
  try {
    const url = new URL(`file://${directory}/${name}/index.ts`).href;
    const loaded: unknown = await Promise.race([import(url), timeout(name)]);
    const handler = fetchOf(loaded);
    if (!handlers.has(name) && handler !== undefined) handlers.set(name, handler);
    if (!handlers.has(name)) failures.set(name, 'it neither calls Deno.serve nor exports default { fetch }');
  } catch (error) {
    handlers.delete(name);
    failures.set(name, error instanceof Error ? error.message : String(error));
  }
  const failure = failures.get(name);
  if (failure !== undefined) console.error(`function ${name} cannot be loaded: ${failure}`);
}

async function handle(request: Request, info: unknown): Promise<Response> {
  const name = new URL(request.url).pathname.split('/')[1] ?? '';
  const handler = handlers.get(name);
  if (handler === undefined) {
    return failures.has(name)
      ? answer(503, 'BOOT_ERROR', 'Function failed to start (please check logs)')
      : answer(404, 'NOT_FOUND', 'Requested function was not found');
  }
  try {
    return await handler(request, info);
  } catch (error) {
    console.error(`function ${name}:`, error);
    return answer(500, 'WORKER_ERROR', 'Function exited due to an error (please check logs)');
  }
}

function answer(status: number, code: string, message: string): Response {
  const headers = { 'content-type': 'application/json' };
  return new Response(JSON.stringify({ code, message }), { status, headers });
}

function fetchOf(loaded: unknown): Handler | undefined {
  if (typeof loaded !== 'object' || loaded === null || !('default' in loaded)) return undefined;
  const exported = loaded.default;
  if (typeof exported !== 'object' || exported === null || !('fetch' in exported)) return undefined;
  return isHandler(exported.fetch) ? exported.fetch : undefined;
}

function isHandler(value: unknown): value is Handler {
  return typeof value === 'function';
}

function timeout(name: string): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`${name} did not load within ${bootTimeout / 1000} s`)), bootTimeout);
  });
}

// With "moduleDetection: auto" a file without imports would be a script; this makes it a module.
export {};
