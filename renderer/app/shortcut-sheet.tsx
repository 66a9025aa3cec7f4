import { Modal } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { create } from 'zustand';
import { useCore } from '../state/core-state.ts';
import { isSingleKey } from './commands/keys.ts';
import { Keys } from './commands/keys-hint.tsx';
import { grouped } from './commands/registry.ts';
import { useAllCommands } from './commands/use-commands.ts';
import styles from './shortcut-sheet.module.css';

const useIsOpen = create<{ isOpen: boolean }>(() => ({ isOpen: false }));

export function openShortcutSheet(): void {
  useIsOpen.setState({ isOpen: true });
}

/** Every shortcut of the screen one is on, from the registry. */
export function ShortcutSheet() {
  const { isOpen } = useIsOpen();
  const commands = useAllCommands().filter((command) => (command.keys ?? []).length > 0);
  const hasSingleKeys = useCore((state) => state.settings.singleKeyShortcuts);
  const close = () => useIsOpen.setState({ isOpen: false });
  return (
    <Modal opened={isOpen} onClose={close} title="Keyboard shortcuts" size={680}>
      {!hasSingleKeys && (
        <p className={styles.note}>
          Shortcuts without a modifier are off.{' '}
          <Link to="/settings" onClick={close}>
            Turn them on in settings
          </Link>
        </p>
      )}
      <div className={styles.columns}>
        {grouped(commands).map(([group, members]) => (
          <section key={group} className={styles.group}>
            <h3 className={styles.heading}>{group}</h3>
            <dl className={styles.list}>
              {members.map((command) => (
                <div key={command.id} className={styles.row}>
                  <dt>{command.title}</dt>
                  <dd className={styles.keys}>
                    {(command.keys ?? [])
                      .filter((keys) => hasSingleKeys || !isSingleKey(keys))
                      .map((keys) => (
                        <span key={keys}>
                          <Keys keys={keys} />
                          <span className="visually-hidden">{keys.replaceAll('+', ' ')}</span>
                        </span>
                      ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}
