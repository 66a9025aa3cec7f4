import { Spotlight, type SpotlightActionGroupData } from '@mantine/spotlight';
import { useState } from 'react';
import { useCore } from '../state/core-state.ts';
import { Icon } from '../ui/icons.tsx';
import { isSingleKey } from './commands/keys.ts';
import { Keys } from './commands/keys-hint.tsx';
import { grouped } from './commands/registry.ts';
import { useAllCommands } from './commands/use-commands.ts';
import { useFoundBookings } from './found-bookings.ts';
import styles from './palette.module.css';

/**
 * The command palette: everything in the registry that can be done now, with its key, so that it teaches them, and bookings
 * by the name of a student or tutor.
 */
export function Palette() {
  const [typed, setTyped] = useState('');
  const found = useFoundBookings(typed);
  const commands = useAllCommands();
  const hasSingleKeys = useCore((state) => state.settings.singleKeyShortcuts);
  const offered = commands.filter((command) => command.isEnabled !== false && command.isHidden !== true);
  const actions: SpotlightActionGroupData[] = grouped(offered).map(([group, members]) => ({
    group,
    actions: members.map((command) => {
      const keys = command.keys?.find((one) => hasSingleKeys || !isSingleKey(one));
      return {
        id: command.id,
        label: command.title,
        ...(command.keywords === undefined ? {} : { keywords: command.keywords }),
        ...(keys === undefined ? {} : { rightSection: <Keys keys={keys} /> }),
        onClick: command.run,
      };
    }),
  }));
  return (
    <Spotlight
      actions={[...actions, ...found]}
      query={typed}
      onQueryChange={setTyped}
      shortcut={null}
      title="Commands"
      nothingFound="No command and no booking has these words. Try a name, “schedule” or “sync”."
      highlightQuery
      scrollable
      maxHeight={420}
      size={560}
      overlayProps={{ blur: 0, backgroundOpacity: 0.45 }}
      transitionProps={{ duration: 80 }}
      searchProps={{
        leftSection: <Icon name="search" />,
        placeholder: 'Type a command or a name…',
        'aria-label': 'Type a command or a name',
      }}
      classNames={{
        action: styles.action ?? '',
        actionsGroup: styles.group ?? '',
        content: styles.content ?? '',
        header: 'visually-hidden',
      }}
    />
  );
}
