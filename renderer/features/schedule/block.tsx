import { memo } from 'react';
import type { ScheduleItem } from '#shared/rpc/contract';
import { Icon } from '#renderer/ui/icons.tsx';
import { clockLabel } from '#renderer/ui/time-labels.ts';
import { boxStyle } from './box-style.ts';
import { lookOf, pendingLook } from './look.ts';
import styles from './block.module.css';

type Props = {
  item: ScheduleItem;
  zone: string;
  isSelected: boolean;
  isTabStop: boolean;
  isNarrow: boolean;
  top: number;
  height: number;
  left: number;
  width: number;
};

/** One booking on the grid. What is written on it is the beginning of its accessible name (WCAG 2.5.3). */
export const Block = memo(function Block({ item, zone, isSelected, isTabStop, isNarrow, ...box }: Props) {
  const look = lookOf(item);
  const pending = pendingLook(item);
  const icon = pending?.icon ?? look.icon;
  return (
    <li className={styles.place} style={boxStyle(box)}>
      <button
        type="button"
        className={styles.block}
        data-booking={item.bookingId}
        data-look={look.kind}
        data-pending={pending?.tone}
        data-size={sizeOf(box.height)}
        data-narrow={isNarrow ? (box.width <= 0.25 ? 'very' : 'yes') : undefined}
        aria-pressed={isSelected}
        aria-describedby="grid-help"
        tabIndex={isTabStop ? 0 : -1}
      >
        <span className={styles.text}>
          {icon !== null && (
            <span className={styles.icon}>
              <Icon name={icon} size={12} />
            </span>
          )}
          <span className={styles.head}>
            <span className={styles.time}>{clockLabel(item.startAt, zone)}</span>{' '}
            <span className={styles.subject}>{item.subject}</span>
          </span>{' '}
          <span className={styles.student}>{item.studentName}</span>
        </span>
        <span className="visually-hidden">
          , {look.word}, until {clockLabel(item.endAt, zone)}
          {pending !== null && `, ${pending.word}`}
        </span>
      </button>
    </li>
  );
});

/** How many lines of text fit, by the minutes the block is high. */
function sizeOf(minutes: number): 'small' | 'short' | 'medium' | 'large' {
  if (minutes < 40) return 'small';
  if (minutes < 55) return 'short';
  return minutes < 75 ? 'medium' : 'large';
}
