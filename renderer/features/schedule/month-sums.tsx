import { formatMoney } from '#shared/domain/money';
import { useLive } from '#renderer/state/live.ts';
import { count, monthLabel } from '#renderer/ui/time-labels.ts';
import { useSchedule } from './schedule-context.ts';
import styles from './details-pane.module.css';

/** What the month of the shown days holds, beyond those days. */
export function MonthSums() {
  const { week, days } = useSchedule();
  const date = days[Math.floor(days.length / 2)]?.date;
  const month = date?.slice(0, 7) ?? null;
  const { data } = useLive('schedule.month', month === null ? null : { tutorId: week.tutorId, month });
  if (data === undefined || date === undefined || data.lessons === 0) return null;
  return (
    <dl className={styles.month} aria-label={`Sums of ${monthLabel(date)}`}>
      <dt>{monthLabel(date)}</dt>
      <dd>
        {count(data.lessons, 'lesson')} · {formatMoney(data.cents)}
      </dd>
      <dt>of them given</dt>
      <dd>{count(data.given, 'lesson')}</dd>
    </dl>
  );
}
