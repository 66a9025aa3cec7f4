import { expect, inject, test } from 'vitest';
import { startListener } from '#stack/gateway/realtime/listener';

test('a listener that is stopped while it still connects lets go of its connection', async () => {
  const { port, secrets } = inject('cluster');
  const password = encodeURIComponent(secrets.databasePassword);
  const listener = startListener({
    databaseUrl: `postgresql://supabase_admin:${password}@127.0.0.1:${port}/postgres`,
    channels: { some_channel: () => undefined },
    onResumed: () => undefined,
  });
  await expect(listener.stop()).resolves.toBeUndefined();
});
