import { offsetMinutesAt, shiftBetween } from '#shared/domain/zone';
import type { ScheduleItem } from '#shared/rpc/contract';
import { Icon } from '#renderer/ui/icons.tsx';
import { cityOf, clockLabel, dayLabel, durationLabel, offsetLabel } from '#renderer/ui/time-labels.ts';
import { microsPerMinute } from '#shared/domain/instant';
import { serverNow } from '#renderer/state/core-state.ts';
import { wallClockAt } from '#shared/domain/zone';
import styles from './student-zone.module.css';

type Props = { item: ScheduleItem; zone: string; studentZone: string };

/** What a student abroad sees on their clock, and a warning when the clocks there change before the lesson. */
export function StudentZone({ item, zone, studentZone }: Props) {
  const isSame = offsetMinutesAt(item.startAt, studentZone) === offsetMinutesAt(item.startAt, zone);
  const shift = shiftBetween(serverNow(), item.startAt, zone, studentZone);
  if (studentZone === zone || (isSame && shift === 0)) return null;
  const city = cityOf(studentZone);
  const there = wallClockAt(item.startAt, studentZone);
  const isOtherDay = there.date !== wallClockAt(item.startAt, zone).date;
  return (
    <div className={styles.zone}>
      <p className={styles.line}>
        <Icon name="globe" size={13} />
        <span>
          Student sees {isOtherDay && `${dayLabel(there.date, 'medium')}, `}
          {there.time}–{clockLabel(item.endAt, studentZone)} in {city} (
          {offsetLabel(item.startAt, studentZone)})
        </span>
      </p>
      {shift !== 0 && (
        <p className={styles.warning}>
          <Icon name="warning" size={13} />
          <span>
            Clocks change in {city} before this lesson: the same time here is{' '}
            {durationLabel(Math.abs(shift) * microsPerMinute)} {shift > 0 ? 'later' : 'earlier'} there than it
            is today.
          </span>
        </p>
      )}
    </div>
  );
}
