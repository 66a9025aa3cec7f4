import { Menu } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type { Me } from '#shared/domain/roles';
import { Icon } from '../ui/icons.tsx';
import { initialsOf } from '../ui/initials.ts';
import { Keys } from './commands/keys-hint.tsx';
import { roleLabel } from './sections.ts';
import { openShortcutSheet } from './shortcut-sheet.tsx';
import { openSignOut } from './sign-out-dialog.tsx';
import styles from './user-menu.module.css';

export function UserMenu({ me }: { me: Me }) {
  const navigate = useNavigate();
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <button type="button" className={styles.avatar}>
          {initialsOf(me.displayName)}
          <span className="visually-hidden">, account of {me.displayName}</span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label className={styles.who ?? ''}>
          <p className={styles.name}>{me.displayName}</p>
          <p className={styles.detail}>{me.email}</p>
          <p className={styles.detail}>{roleLabel(me)}</p>
        </Menu.Label>
        <Menu.Divider />
        <Menu.Item
          leftSection={<Icon name="settings" />}
          rightSection={<Keys keys="mod+," />}
          onClick={() => void navigate({ to: '/settings' })}
        >
          Settings
        </Menu.Item>
        <Menu.Item
          leftSection={<Icon name="keyboard" />}
          rightSection={<Keys keys="?" />}
          onClick={openShortcutSheet}
        >
          Keyboard shortcuts
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<Icon name="signOut" />} onClick={openSignOut}>
          Sign out…
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
