import { Button, Modal, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { ScheduleItem } from '#shared/rpc/contract';
import { Icon } from '#renderer/ui/icons.tsx';
import { count, spanLabel } from '#renderer/ui/time-labels.ts';
import { useNow } from '#renderer/ui/use-now.ts';
import { acceptMany, declineMany } from './booking-edits.ts';
import { judgeAcceptances } from './judge-acceptances.ts';
import { useSchedule } from './schedule-context.ts';
import styles from './bulk-bar.module.css';

type Props = {
  selected: readonly ScheduleItem[];
  /** Requests that can be selected. */
  all: readonly ScheduleItem[];
  onSelect: (ids: readonly string[]) => void;
};

/** What can be done with several requests at once; each way shows what it would do before it does it. */
export function BulkBar({ selected, all, onSelect }: Props) {
  const [asked, setAsked] = useState<'accept' | 'decline' | null>(null);
  const isAll = selected.length === all.length;
  const finish = (isDone: boolean) => {
    setAsked(null);
    if (isDone) onSelect([]);
  };
  return (
    <div className={styles.bar} role="group" aria-label="Selected requests">
      <span className={styles.count} aria-live="polite">
        {selected.length === 0
          ? `${count(all.length, 'request')} this week`
          : `${selected.length} of ${count(all.length, 'request')} selected`}
      </span>
      <Button
        variant="default"
        size="compact-sm"
        onClick={() => onSelect(isAll ? [] : all.map((item) => item.bookingId))}
      >
        {isAll ? 'Select none' : 'Select all requests'}
      </Button>
      {selected.length > 0 && (
        <>
          <Button size="compact-sm" onClick={() => setAsked('accept')}>
            Accept {selected.length}…
          </Button>
          <Button variant="default" size="compact-sm" onClick={() => setAsked('decline')}>
            Decline {selected.length}…
          </Button>
        </>
      )}
      <AcceptDialog items={selected} isOpen={asked === 'accept'} onClose={finish} />
      <DeclineDialog items={selected} isOpen={asked === 'decline'} onClose={finish} />
    </div>
  );
}

type DialogProps = {
  items: readonly ScheduleItem[];
  isOpen: boolean;
  onClose: (isDone: boolean) => void;
};

function AcceptDialog({ items, isOpen, onClose }: DialogProps) {
  const { week, actor } = useSchedule();
  const now = useNow(30_000);
  const judged = judgeAcceptances(items, week, { now, actor, rules: week.rules });
  const possible = judged.filter(({ problem }) => problem === null).map(({ item }) => item);
  const left = judged.length - possible.length;
  return (
    <Modal
      opened={isOpen}
      onClose={() => onClose(false)}
      title={`Accept ${count(possible.length, 'request')}?`}
      size={520}
    >
      <Listed rows={judged} zone={week.zone} />
      {left > 0 && (
        <p className={styles.note}>
          {left === 1
            ? '1 request cannot be accepted and stays as it is.'
            : `${left} requests cannot be accepted and stay as they are.`}
        </p>
      )}
      <div className={styles.buttons}>
        <Button variant="default" onClick={() => onClose(false)}>
          Back
        </Button>
        <Button
          data-autofocus
          disabled={possible.length === 0}
          onClick={() => void acceptMany(possible).then(onClose)}
        >
          Accept {possible.length}
        </Button>
      </div>
    </Modal>
  );
}

function DeclineDialog({ items, isOpen, onClose }: DialogProps) {
  const { week } = useSchedule();
  const [words, setWords] = useState('');
  return (
    <Modal
      opened={isOpen}
      onClose={() => onClose(false)}
      title={`Decline ${count(items.length, 'request')}?`}
      size={520}
    >
      <Listed rows={items.map((item) => ({ item, problem: null }))} zone={week.zone} />
      <Textarea
        mt={12}
        label="Message to each of them (optional)"
        maxLength={2000}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      <div className={styles.buttons}>
        <Button variant="default" onClick={() => onClose(false)}>
          Back
        </Button>
        <Button color="red" onClick={() => void declineMany(items, words.trim()).then(onClose)}>
          Decline {items.length}
        </Button>
      </div>
    </Modal>
  );
}

function Listed({ rows, zone }: { rows: ReturnType<typeof judgeAcceptances>; zone: string }) {
  return (
    <ul className={styles.list}>
      {rows.map(({ item, problem }) => (
        <li key={item.bookingId} data-is-out={problem !== null}>
          <span className={styles.icon}>
            <Icon name={problem === null ? 'check' : 'warning'} size={13} />
          </span>
          <span>
            <strong>
              {item.subject} with {item.studentName}
            </strong>
            , {spanLabel(item.startAt, item.endAt, zone)}
            {problem !== null && <span className={styles.problem}>{problem}</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}
