import { join } from 'node:path';
import * as z from 'zod';
import { root } from './command.ts';
import { startService, type Service } from './service.ts';

const readyLine = z.object({
  url: z.string(),
  publishableKey: z.string(),
  databaseUrl: z.string(),
  databasePort: z.number(),
  gatewayPort: z.number(),
});

export type EmbeddedStack = z.infer<typeof readyLine> & { readonly service: Service };

/** Starts the embedded stack in its own process and waits until it answers. Rejects with its own words. */
export async function startEmbeddedStack(options: {
  dataDir: string;
  scale: number;
  onNote: (line: string) => void;
  onStarted?: (service: Service) => void;
}): Promise<EmbeddedStack> {
  const service = startService(
    [join(root, 'supabase/local/main.ts'), '--data', options.dataDir, '--seed-scale', String(options.scale)],
    { onNote: options.onNote },
  );
  options.onStarted?.(service);
  return { ...readyLine.parse(await service.ready), service };
}

const settings = z.object({
  demo: z.object({ accounts: z.array(z.object({ email: z.string(), label: z.string() })) }).optional(),
});

/** The demo accounts that an embedded stack offers. */
export async function demoAccounts(
  stack: Pick<EmbeddedStack, 'url' | 'publishableKey'>,
): Promise<readonly { email: string; label: string }[]> {
  const response = await fetch(`${stack.url}/auth/v1/settings`, {
    headers: { apikey: stack.publishableKey },
  });
  return settings.parse(await response.json()).demo?.accounts ?? [];
}
