import { useNow } from '#renderer/ui/use-now.ts';
import { minuteOf, type GridDay } from './grid.ts';
import { useSchedule } from './schedule-context.ts';
import styles from './now-line.module.css';

/** Where the server's clock stands today. */
export function NowLine({ day }: { day: GridDay }) {
  const { week } = useSchedule();
  const now = useNow(20_000);
  if (now < day.startAt || now >= day.endAt) return null;
  const minutes = minuteOf(now, day, week.zone);
  return (
    <div className={styles.line} style={{ top: `calc(var(--hour) * ${minutes / 60})` }} aria-hidden="true" />
  );
}
