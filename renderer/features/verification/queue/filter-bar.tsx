import { ActionIcon, Button, Checkbox, NativeSelect, Popover, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { caseStatus } from '#shared/domain/verification/status';
import type { QueueCounts, QueueFilter } from '#shared/rpc/verification-contract';
import { Icon } from '#renderer/ui/icons.tsx';
import { kindWords, statusWords } from '../desk/labels.ts';
import { SavedFilters } from './saved-filters.tsx';
import { everything, narrow, setQueueFilter, useQueueFilter } from './queue-store.ts';
import { bandLabels, conditionsOf, holderWords, priorityWords, recommendationWords } from './queue-words.ts';
import styles from './filter-bar.module.css';

/** What narrows the queue: a search, quick filters with their numbers, and the rest behind a button. */
export function FilterBar({ counts }: { counts: QueueCounts | undefined }) {
  const { filter } = useQueueFilter();
  const conditions = conditionsOf(filter).filter(({ field }) => field !== 'search');
  return (
    <div className={styles.bar} role="search" aria-label="Filter the queue">
      <div className={styles.top}>
        <SearchField />
        <MoreFilters filter={filter} amount={conditions.length} />
        <SavedFilters />
      </div>
      <div className={styles.quick} role="group" aria-label="Quick filters">
        {quickFilters.map(({ label, count, change, isOn }) => {
          const isPressed = isOn(filter);
          return (
            <button
              key={label}
              type="button"
              className={styles.chip}
              aria-pressed={isPressed}
              onClick={() => (isPressed ? narrow(takenAway(change)) : narrow(change))}
            >
              {label} <span className={styles.number}>{counts === undefined ? '…' : counts[count]}</span>
            </button>
          );
        })}
      </div>
      {conditions.length > 0 && (
        <ul className={styles.conditions} aria-label="Conditions">
          {conditions.map(({ field, text }) => (
            <li key={field} className={styles.condition}>
              {text}
              <ActionIcon
                size={24}
                aria-label={`Take away: ${text}`}
                onClick={() => narrow({ [field]: undefined })}
              >
                <Icon name="cross" size={11} />
              </ActionIcon>
            </li>
          ))}
          <li>
            <Button
              size="compact-xs"
              variant="subtle"
              onClick={() => setQueueFilter({ ...everything, search: filter.search })}
            >
              Clear
            </Button>
          </li>
        </ul>
      )}
    </div>
  );
}

/** Typing asks at rest, so that a name is one question. */
function SearchField() {
  const { filter } = useQueueFilter();
  const [text, setText] = useState(filter.search);
  const [applied, setApplied] = useState(filter.search);
  if (applied !== filter.search) {
    setApplied(filter.search);
    setText(filter.search);
  }
  useEffect(() => {
    if (text === filter.search) return;
    const timer = setTimeout(() => narrow({ search: text }), 150);
    return () => clearTimeout(timer);
  }, [text, filter.search]);
  return (
    <TextInput
      className={styles.search}
      size="xs"
      type="search"
      aria-label="Search the queue"
      placeholder="Search"
      title="By name, file or candidate number"
      leftSection={<Icon name="search" size={13} />}
      maxLength={100}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
    />
  );
}

function MoreFilters({ filter, amount }: { filter: QueueFilter; amount: number }) {
  return (
    <Popover position="bottom-end" width={260} trapFocus>
      <Popover.Target>
        <Button variant="default" size="xs">
          Filter{amount > 0 ? ` (${amount})` : ''}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Filters">
        <div className={styles.fields}>
          {selects.map(({ label, field, options }) => (
            <NativeSelect
              key={field}
              size="xs"
              label={label}
              value={valueOf(filter, field)}
              onChange={(event) => narrow(changeOf(field, event.currentTarget.value))}
              data={[{ value: '', label: field === 'status' ? 'Waiting for a verdict' : 'Any' }, ...options]}
            />
          ))}
          {switches.map(({ label, field }) => (
            <Checkbox
              key={field}
              size="xs"
              label={label}
              checked={filter[field] === true}
              onChange={(event) => narrow({ [field]: event.currentTarget.checked ? true : undefined })}
            />
          ))}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

type SelectField = 'status' | 'kind' | 'recommendation' | 'band' | 'holder' | 'priority';
type Option = { readonly value: string; readonly label: string };

const optionsOf = (words: Readonly<Record<string, string>>): Option[] =>
  Object.entries(words).map(([value, label]) => ({ value, label }));

const selects: readonly { label: string; field: SelectField; options: readonly Option[] }[] = [
  { label: 'Status', field: 'status', options: optionsOf(statusWords) },
  { label: 'Type', field: 'kind', options: optionsOf(kindWords) },
  { label: 'Waiting', field: 'band', options: optionsOf(bandLabels) },
  { label: 'System recommends', field: 'recommendation', options: optionsOf(recommendationWords) },
  { label: 'Holder', field: 'holder', options: optionsOf(holderWords) },
  {
    label: 'Priority',
    field: 'priority',
    options: priorityWords.map((label, value) => ({ value: String(value), label })),
  },
];

const switches = [
  { label: 'Without a file', field: 'isWithoutFile' },
  { label: 'Escalated', field: 'isEscalated' },
  { label: 'Disputed', field: 'isDisputed' },
] as const;

type Change = Partial<QueueFilter>;
const quickFilters: readonly {
  label: string;
  count: Exclude<keyof QueueCounts, 'changesAt'>;
  change: Change;
  isOn: (filter: QueueFilter) => boolean;
}[] = [
  { label: 'Under 24 h', count: 'fresh', change: { band: 'fresh' }, isOn: (now) => now.band === 'fresh' },
  { label: '24 h', count: 'due', change: { band: 'due' }, isOn: (now) => now.band === 'due' },
  { label: '48 h', count: 'late', change: { band: 'late' }, isOn: (now) => now.band === 'late' },
  { label: '72 h', count: 'breach', change: { band: 'breach' }, isOn: (now) => now.band === 'breach' },
  { label: 'Mine', count: 'mine', change: { holder: 'mine' }, isOn: (now) => now.holder === 'mine' },
  {
    label: 'Escalated',
    count: 'escalated',
    change: { isEscalated: true },
    isOn: (now) => now.isEscalated === true,
  },
  {
    label: 'No file',
    count: 'withoutFile',
    change: { isWithoutFile: true },
    isOn: (now) => now.isWithoutFile === true,
  },
];

function takenAway(change: Change): Readonly<Record<string, undefined>> {
  return Object.fromEntries(Object.keys(change).map((field) => [field, undefined]));
}

function valueOf(filter: QueueFilter, field: SelectField): string {
  const value = filter[field];
  if (value === undefined || value === 'open') return '';
  return typeof value === 'object' ? (value[0] ?? '') : String(value);
}

function changeOf(field: SelectField, value: string): { [field: string]: unknown } {
  if (value === '') return { [field]: field === 'status' ? 'open' : undefined };
  if (field === 'status') return { status: [caseStatus.parse(value)] };
  return { [field]: field === 'priority' ? Number(value) : value };
}
