import { Checkbox } from '@mantine/core';
import { useMemo, useState } from 'react';
import { formatMoney } from '#shared/domain/money';
import { wallClockAt } from '#shared/domain/zone';
import type { ScheduleItem } from '#shared/rpc/contract';
import { Icon } from '#renderer/ui/icons.tsx';
import { Notice } from '#renderer/ui/notice.tsx';
import { clockLabel, dayLabel } from '#renderer/ui/time-labels.ts';
import { BulkBar } from './bulk-bar.tsx';
import { lookOf, pendingLook } from './look.ts';
import { useSchedule } from './schedule-context.ts';
import styles from './list-view.module.css';

/** The week as a list, for reading, for narrow windows, and for deciding on several requests at once. */
export function ListView() {
  const { week, days, canAct } = useSchedule();
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const requests = week.items.filter((item) => item.status === 'PENDING');
  const canChoose = canAct && requests.length > 0;
  // What was decided meanwhile, by whomever, is not selected any more.
  const selected = requests.filter((item) => chosen.includes(item.bookingId));
  const toggle = (id: string) =>
    setChosen(chosen.includes(id) ? chosen.filter((other) => other !== id) : [...chosen, id]);
  const byDay = useMemo(() => {
    const sorted = week.items.toSorted((a, b) => a.startAt - b.startAt);
    return days.map((day) => ({
      date: day.date,
      items: sorted.filter((item) => wallClockAt(item.startAt, week.zone).date === day.date),
    }));
  }, [week, days]);

  if (week.items.length === 0) {
    return (
      <Notice icon="calendar" title="Nothing this week">
        <p>No lesson and no request falls into these days.</p>
      </Notice>
    );
  }
  return (
    <div
      className={styles.scroller}
      tabIndex={0}
      role="region"
      aria-label="Bookings of the week"
      data-can-choose={canChoose}
    >
      {canChoose && <BulkBar selected={selected} all={requests} onSelect={setChosen} />}
      {byDay
        .filter(({ items }) => items.length > 0)
        .map(({ date, items }) => (
          <section key={date} aria-label={dayLabel(date, 'long')}>
            <h2 className={styles.day}>{dayLabel(date, 'long')}</h2>
            <ul>
              {items.map((item) => (
                <Row
                  key={item.bookingId}
                  item={item}
                  isChosen={selected.includes(item)}
                  onToggle={canChoose && item.status === 'PENDING' ? toggle : null}
                />
              ))}
            </ul>
          </section>
        ))}
    </div>
  );
}

type RowProps = {
  item: ScheduleItem;
  isChosen: boolean;
  /** Null where it cannot be selected with others. */
  onToggle: ((id: string) => void) | null;
};

function Row({ item, isChosen, onToggle }: RowProps) {
  const { week, selectedId, select } = useSchedule();
  const look = lookOf(item);
  const pending = pendingLook(item);
  return (
    <li className={styles.line}>
      {onToggle !== null && (
        <Checkbox
          size="xs"
          className={styles.check}
          aria-label={`Select ${item.subject} with ${item.studentName}, ${clockLabel(item.startAt, week.zone)}`}
          checked={isChosen}
          onChange={() => onToggle(item.bookingId)}
        />
      )}
      <button
        type="button"
        className={styles.row}
        data-booking={item.bookingId}
        data-look={look.kind}
        aria-pressed={item.bookingId === selectedId}
        onClick={() => select(item)}
      >
        <span className={styles.time}>
          {clockLabel(item.startAt, week.zone)}–{clockLabel(item.endAt, week.zone)}
        </span>{' '}
        <span className={styles.subject}>{item.subject}</span>{' '}
        <span className={styles.student}>{item.studentName}</span>{' '}
        <span className={styles.state}>
          {look.icon !== null && <Icon name={look.icon} size={12} />}
          {look.word}
        </span>{' '}
        <span className={styles.pending}>
          {pending !== null && (
            <>
              <Icon name={pending.icon} size={12} /> {pending.word}
            </>
          )}
        </span>{' '}
        <span className={styles.price}>{formatMoney(item.priceCents)}</span>
      </button>
    </li>
  );
}
