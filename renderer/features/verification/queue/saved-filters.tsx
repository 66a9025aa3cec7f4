import { ActionIcon, Button, Popover, TextInput } from '@mantine/core';
import { useState } from 'react';
import { announce } from '#renderer/app/announcer.tsx';
import { core } from '#renderer/rpc.ts';
import { sayTrouble } from '#renderer/state/edits.ts';
import { toAppError, useLive } from '#renderer/state/live.ts';
import { Icon } from '#renderer/ui/icons.tsx';
import { setQueueFilter, useQueueFilter } from './queue-store.ts';
import { conditionsOf } from './queue-words.ts';
import styles from './filter-bar.module.css';

/** Ways to look at the queue that were given a name: to choose, to keep the present one, to delete. */
export function SavedFilters() {
  const { filter } = useQueueFilter();
  const { data, retry } = useLive('verification.filters', {});
  const [name, setName] = useState('');
  const [isOpen, setIsOpen] = useState(false);
  const filters = data?.filters ?? [];
  const canSave = conditionsOf(filter).length > 0;

  async function change(work: (client: Awaited<ReturnType<typeof core>>) => Promise<unknown>, done: string) {
    try {
      await work(await core());
      retry();
      announce(done);
    } catch (thrown) {
      sayTrouble('Not kept', toAppError(thrown).message);
    }
  }

  return (
    <Popover position="bottom-end" width={260} trapFocus opened={isOpen} onChange={setIsOpen}>
      <Popover.Target>
        <Button variant="default" size="xs" onClick={() => setIsOpen(!isOpen)}>
          Saved{filters.length > 0 ? ` (${filters.length})` : ''}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Saved filters">
        <div className={styles.fields}>
          {filters.length === 0 && <p className={styles.hint}>No filter is saved yet.</p>}
          <ul>
            {filters.map((saved) => (
              <li key={saved.name} className={styles.saved}>
                <Button
                  variant="subtle"
                  size="compact-sm"
                  onClick={() => {
                    setQueueFilter(saved.filter);
                    setIsOpen(false);
                  }}
                >
                  {saved.name}
                </Button>
                <ActionIcon
                  size={24}
                  aria-label={`Delete: ${saved.name}`}
                  onClick={() =>
                    void change(
                      (client) => client['verification.dropFilter']({ name: saved.name }),
                      'Deleted',
                    )
                  }
                >
                  <Icon name="trash" size={12} />
                </ActionIcon>
              </li>
            ))}
          </ul>
          <form
            className={styles.saved}
            onSubmit={(event) => {
              event.preventDefault();
              if (!canSave || name.trim() === '') return;
              void change(
                (client) => client['verification.saveFilter']({ name: name.trim(), filter }),
                'Filter saved',
              );
              setName('');
            }}
          >
            <TextInput
              size="xs"
              aria-label="Name of the present filter"
              placeholder={canSave ? 'Name the present filter' : 'Narrow the queue first'}
              maxLength={60}
              disabled={!canSave}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <Button type="submit" size="xs" disabled={!canSave || name.trim() === ''}>
              Save
            </Button>
          </form>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
