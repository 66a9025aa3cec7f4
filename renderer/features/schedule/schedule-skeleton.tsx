import { Skeleton } from '@mantine/core';
import { useDelayed } from '#renderer/ui/use-delayed.ts';
import styles from './schedule-skeleton.module.css';

/** The week's shape while it is read for the first time; nothing for the first moments, so that nothing flashes. */
export function ScheduleSkeleton() {
  const isSlow = useDelayed(true, 150);
  if (!isSlow) return <div aria-busy="true" />;
  return (
    <div className={styles.grid} aria-busy="true" aria-label="The schedule is being read">
      {columns.map((blocks, column) => (
        <div key={column} className={styles.column}>
          {blocks.map(([top, height]) => (
            <Skeleton key={top} className={styles.block} style={{ top: `${top}%` }} height={`${height}%`} />
          ))}
        </div>
      ))}
    </div>
  );
}

/** A plausible week; percentages of the height. */
const columns = [
  [
    [18, 9],
    [44, 6],
  ],
  [
    [26, 12],
    [60, 7],
  ],
  [
    [14, 7],
    [38, 9],
    [66, 9],
  ],
  [[30, 8]],
  [
    [20, 6],
    [48, 12],
  ],
  [
    [12, 9],
    [34, 7],
    [58, 6],
  ],
  [[40, 9]],
] as const;
