import { createClient, type SupabaseClient } from './deps.ts';

/** A client with the project's secret key: it bypasses row level security, so it calls only guarded RPCs. */
export function serviceClient(): SupabaseClient {
  return createClient(requiredSecret('SUPABASE_URL'), requiredSecret('SUPABASE_SERVICE_ROLE_KEY'), {
    auth: { persistSession: false, autoRefreshToken: false },
  });
}

/** Throws, naming it, when a secret is not set. */
export function requiredSecret(name: string): string {
  const value = Deno.env.get(name);
  if (value === undefined || value === '') throw new Error(`${name} is not set`);
  return value;
}

export function json(status: number, body: unknown): Response {
  return Response.json(body, { status });
}
