import { spotlight } from '@mantine/spotlight';
import { useNavigate } from '@tanstack/react-router';
import { sectionsOf, type Me } from '#shared/domain/roles';
import { core } from '../rpc.ts';
import { useCore, writeSettings } from '../state/core-state.ts';
import { toAppError } from '../state/live.ts';
import { announce } from './announcer.tsx';
import { checkData } from './check-data.ts';
import type { Command } from './commands/registry.ts';
import { useCommandKeys, useCommands } from './commands/use-commands.ts';
import { openSections } from './sections.ts';
import { openShortcutSheet } from './shortcut-sheet.tsx';
import { openSignOut } from './sign-out-dialog.tsx';
import { showToast } from '../state/toasts.ts';
import { themes } from './theme-switch.tsx';

/** The commands that work everywhere, and the one keyboard listener. */
export function FrameCommands({ me }: { me: Me }) {
  const navigate = useNavigate();
  const theme = useCore((state) => state.settings.theme);
  const singleKeys = useCore((state) => state.settings.singleKeyShortcuts);
  const isPulling = useCore((state) => state.sync?.state === 'pulling');

  const places: Command[] = openSections(me).map(({ section, title, path, chord }, index) => ({
    id: `go.${section}`,
    title: `Go to ${title.toLowerCase()}`,
    group: 'Go to',
    keys: [chord, `mod+${index + 1}`],
    run: () => void navigate({ to: path }),
  }));

  const ofVerification: Command[] = [
    {
      id: 'go.verification-second',
      title: 'Go to second reviews',
      group: 'Go to',
      keys: ['G R'],
      keywords: 'verification blind opinion disputes agreement',
      run: () => void navigate({ to: '/verification/second' }),
    },
    {
      id: 'go.verification-statistics',
      title: 'Go to review statistics',
      group: 'Go to',
      keys: ['G T'],
      keywords: 'verification figures kappa speed reviewers plots sla',
      run: () => void navigate({ to: '/verification/statistics' }),
    },
  ];

  useCommands([
    ...places,
    ...(sectionsOf(me).includes('verification') ? ofVerification : []),
    {
      id: 'go.outbox',
      title: 'Go to outbox',
      group: 'Go to',
      keys: ['G O'],
      keywords: 'edits waiting unsent pending',
      run: () => void navigate({ to: '/outbox' }),
    },
    {
      id: 'go.health',
      title: 'Go to data health',
      group: 'Go to',
      keys: ['G H'],
      keywords: 'sync diagnostics cursor lag queue cache rebuild wal errors doorbell',
      run: () => void navigate({ to: '/health' }),
    },
    {
      id: 'go.settings',
      title: 'Go to settings',
      group: 'Go to',
      keys: ['G ,', 'mod+,'],
      keywords: 'preferences theme shortcuts connection about',
      worksInFields: true,
      run: () => void navigate({ to: '/settings' }),
    },
    {
      id: 'console.palette',
      title: 'Search or run a command',
      group: 'Console',
      keys: ['mod+K'],
      worksInFields: true,
      isHidden: true,
      run: () => spotlight.open(),
    },
    {
      id: 'console.shortcuts',
      title: 'Keyboard shortcuts',
      group: 'Console',
      keys: ['?', 'mod+/', 'F1'],
      keywords: 'help keys',
      worksInFields: true,
      run: openShortcutSheet,
    },
    {
      id: 'console.sync',
      title: 'Sync now',
      group: 'Console',
      keys: ['mod+R'],
      keywords: 'refresh reload pull push',
      worksInFields: true,
      run: () => void syncNow(),
    },
    {
      id: 'console.sync-cancel',
      title: 'Stop getting rows',
      group: 'Console',
      isEnabled: isPulling,
      keywords: 'cancel pull sync',
      run: () => void stopSync(),
    },
    {
      id: 'console.check',
      title: 'Check local data',
      group: 'Console',
      keywords: 'compare verify repair digest integrity health',
      run: () => void checkData(),
    },
    ...themes.map(({ value, label }): Command => ({
      id: `view.theme-${value}`,
      title: `Theme: ${label.toLowerCase()}`,
      group: 'View',
      isEnabled: theme !== value,
      run: () => void writeSettings({ theme: value }),
    })),
    {
      id: 'view.single-keys',
      title: singleKeys ? 'Turn single-key shortcuts off' : 'Turn single-key shortcuts on',
      group: 'View',
      run: () => void writeSettings({ singleKeyShortcuts: !singleKeys }),
    },
    {
      id: 'console.sign-out',
      title: 'Sign out…',
      group: 'Console',
      keywords: 'log out leave',
      run: openSignOut,
    },
  ]);
  useCommandKeys();
  return null;
}

async function stopSync(): Promise<void> {
  const client = await core();
  await client['sync.cancel']({});
  announce('Stopped. What has arrived is kept.');
}

async function syncNow(): Promise<void> {
  announce('Syncing');
  try {
    const client = await core();
    await client['sync.now']({});
  } catch (thrown) {
    const error = toAppError(thrown);
    announce(error.message);
    if (error.code !== 'CANCELLED') showToast({ tone: 'alert', title: 'Not synced', text: error.message });
  }
}
