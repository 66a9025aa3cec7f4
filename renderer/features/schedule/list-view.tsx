import { useMemo } from 'react';
import { formatMoney } from '#shared/domain/money';
import { wallClockAt } from '#shared/domain/zone';
import type { ScheduleItem } from '#shared/rpc/contract';
import { Icon } from '#renderer/ui/icons.tsx';
import { Notice } from '#renderer/ui/notice.tsx';
import { clockLabel, dayLabel } from '#renderer/ui/time-labels.ts';
import { lookOf, pendingLook } from './look.ts';
import { useSchedule } from './schedule-context.ts';
import styles from './list-view.module.css';

/** The week as a list, for reading and for narrow windows. */
export function ListView() {
  const { week, days } = useSchedule();
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
    <div className={styles.scroller} tabIndex={0} role="region" aria-label="Bookings of the week">
      {byDay
        .filter(({ items }) => items.length > 0)
        .map(({ date, items }) => (
          <section key={date} aria-label={dayLabel(date, 'long')}>
            <h2 className={styles.day}>{dayLabel(date, 'long')}</h2>
            <ul>
              {items.map((item) => (
                <Row key={item.bookingId} item={item} />
              ))}
            </ul>
          </section>
        ))}
    </div>
  );
}

function Row({ item }: { item: ScheduleItem }) {
  const { week, selectedId, select } = useSchedule();
  const look = lookOf(item);
  const pending = pendingLook(item);
  return (
    <li>
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
