import { create } from 'zustand';
import type * as z from 'zod';
import type { connectionState, sessionState, settings, syncStatus } from '#shared/rpc/contract';
import { fromMillis, type Micros } from '#shared/domain/instant';
import type { LinkState } from '../link/reconnecting.ts';
import { core, link } from '../rpc.ts';
import { followChanges, forgetAnswers } from './live.ts';

export type Session = z.infer<typeof sessionState>;
export type Sync = z.infer<typeof syncStatus>;
export type Settings = z.infer<typeof settings>;
export type Connection = z.infer<typeof connectionState>;

type CoreState = {
  link: LinkState;
  session: Session;
  sync: Sync | null;
  settings: Settings;
  connection: Connection | null;
};

/** What the core says about itself, kept current by streams. Screens read it; nothing else writes it. */
export const useCore = create<CoreState>(() => ({
  link: link.state(),
  session: { status: 'restoring' },
  sync: null,
  settings: { theme: 'system', singleKeyShortcuts: true },
  connection: null,
}));

/** Starts following the core. Call once; returns the disposer. */
export function followCore(): () => void {
  const stops = [
    link.onState((state) => {
      useCore.setState({ link: state });
      if (state === 'open') readOnce().catch(ignore);
    }),
    link.watch('session.watch', {}, (session) => {
      const before = userOf(useCore.getState().session);
      useCore.setState({ session });
      if (before !== null && before !== userOf(session)) forgetAnswers();
      readConnection().catch(ignore);
    }),
    link.watch('sync.watch', {}, (sync) => useCore.setState({ sync })),
    followChanges(),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Changes settings; the screen follows at once, the core keeps them. */
export async function writeSettings(change: Partial<Settings>): Promise<void> {
  useCore.setState((state) => ({ settings: { ...state.settings, ...change } }));
  const client = await core();
  useCore.setState({ settings: await client['settings.write'](change) });
}

/** The server's time as far as this console knows it. */
export function serverNow(): Micros {
  return fromMillis(Date.now()) + (useCore.getState().sync?.serverOffset ?? 0);
}

export async function readConnection(): Promise<void> {
  const client = await core();
  useCore.setState({ connection: await client['connection.read']({}) });
}

async function readOnce(): Promise<void> {
  const client = await core();
  useCore.setState({ settings: await client['settings.read']({}) });
  await readConnection();
}

/** The link went away while asking; when it is back, all of this is asked again. */
function ignore(): void {}

function userOf(session: Session): string | null {
  return session.status === 'signed-in' || session.status === 'needs-sign-in' ? session.me.userId : null;
}
