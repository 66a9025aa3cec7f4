import { Skeleton } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { overlaps } from '#shared/domain/overlap';
import { wallClockAt } from '#shared/domain/zone';
import type { ScheduleItem } from '#shared/rpc/contract';
import { useLive } from '#renderer/state/live.ts';
import { Icon } from '#renderer/ui/icons.tsx';
import { agoLabel, spanLabel } from '#renderer/ui/time-labels.ts';
import { useDelayed } from '#renderer/ui/use-delayed.ts';
import { useNow } from '#renderer/ui/use-now.ts';
import { isFirm, pendingLook } from './look.ts';
import { useSchedule } from './schedule-context.ts';
import styles from './requests-lane.module.css';

/** Requests that wait for a decision, from every week, the oldest first. */
export function RequestsLane({ tutorId }: { tutorId: string | null }) {
  const { data, isLoading } = useLive('schedule.requests', { tutorId });
  const waiting = useLive('schedule.waiting', { tutorId }).data?.requests;
  const isSlow = useDelayed(isLoading && data === undefined, 150);
  const items = data?.items ?? [];
  return (
    <section className={styles.lane} aria-labelledby="requests-heading">
      <header className={styles.head}>
        <h2 id="requests-heading">Requests</h2>
        <span className={styles.count}>{waiting ?? ''}</span>
        {items.length > 0 && <span className={styles.hint}>J and K go through them</span>}
      </header>
      {isSlow && <Skeleton height={52} m={10} w="auto" />}
      {data !== undefined && items.length === 0 && (
        <p className={styles.none}>No request waits for you. New ones appear here as they come in.</p>
      )}
      <ul className={styles.list}>
        {items.map((item) => (
          <Request key={item.bookingId} item={item} />
        ))}
      </ul>
    </section>
  );
}

function Request({ item }: { item: ScheduleItem }) {
  const { week, selectedId } = useSchedule();
  const showBooking = useShowBooking();
  const now = useNow(60_000);
  const clash = week.items.find(
    (other) => other.bookingId !== item.bookingId && isFirm(other) && overlaps(other, item),
  );
  const pending = pendingLook(item);
  return (
    <li>
      <button
        type="button"
        className={styles.request}
        aria-pressed={item.bookingId === selectedId}
        data-request={item.bookingId}
        onClick={() => showBooking(item)}
      >
        <span className={styles.subject}>{item.subject}</span>{' '}
        <span className={styles.ago}>{agoLabel(item.createdAt, now)}</span>{' '}
        <span className={styles.student}>{item.studentName}</span>{' '}
        <span className={styles.span}>{spanLabel(item.startAt, item.endAt, week.zone)}</span>
        {clash !== undefined && (
          <span className={styles.clash}>
            <Icon name="warning" size={12} /> Overlaps {clash.subject} with {clash.studentName}
          </span>
        )}
        {pending !== null && (
          <span className={styles.pending}>
            <Icon name={pending.icon} size={12} />{' '}
            {pending.word.charAt(0).toUpperCase() + pending.word.slice(1)}
          </span>
        )}
      </button>
    </li>
  );
}

/** Selects a booking, and shows its week when that is another. */
export function useShowBooking(): (item: ScheduleItem) => void {
  const { week } = useSchedule();
  const navigate = useNavigate({ from: '/schedule' });
  return (item) => {
    const isShown = item.startAt >= week.from && item.startAt < week.to;
    void navigate({
      search: (before) => ({
        ...before,
        booking: item.bookingId,
        on: isShown ? before.on : wallClockAt(item.startAt, week.zone).date,
      }),
      replace: isShown,
    });
  };
}
