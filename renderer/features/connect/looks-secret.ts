/** Whether a key is one that must never be in a client: `sb_secret_…`, or a legacy JWT of the service role. */
export function looksSecret(key: string): boolean {
  if (key.startsWith('sb_secret_')) return true;
  const payload = key.split('.')[1];
  if (payload === undefined) return false;
  try {
    const claims: unknown = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
    return (
      typeof claims === 'object' && claims !== null && 'role' in claims && claims.role === 'service_role'
    );
  } catch {
    return false;
  }
}
