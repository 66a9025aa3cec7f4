import { memo } from 'react';
import { overlaps, type Interval } from '#shared/domain/overlap';
import type { LocalDate } from '#shared/domain/zone';
import type { ScheduleItem } from '#shared/rpc/contract';
import { Icon } from '#renderer/ui/icons.tsx';
import { clockLabel, dayLabel } from '#renderer/ui/time-labels.ts';
import { Block } from './block.tsx';
import { GhostBlock } from './ghost-block.tsx';
import { boxStyle } from './box-style.ts';
import { bandOf, type DayLayout, type GridDay } from './grid.ts';
import { NowLine } from './now-line.tsx';
import { useSchedule } from './schedule-context.ts';
import styles from './day-column.module.css';

type Item = ScheduleItem & { readonly id: string };
type Props = { layout: DayLayout<Item>; isToday: boolean; tabStop: string | null };

/** One day: its hours, what blocks it, its bookings. */
export function DayColumn({ layout, isToday, tabStop }: Props) {
  const { week, selectedId } = useSchedule();
  const { day, blocks, more } = layout;
  return (
    <section className={styles.column} data-date={day.date} aria-label={dayLabel(day.date, 'long')}>
      <Background date={day.date} />
      <Proposals day={day} taken={blocks.map(({ item }) => item)} />
      <ul className={styles.list}>
        {week.blocks.map((block) => {
          const band = bandOf(block, day, week.zone);
          if (band === null) return null;
          const times = `${clockLabel(block.startAt, week.zone)}–${clockLabel(block.endAt, week.zone)}`;
          return (
            <li
              key={block.id}
              className={styles.unavailable}
              style={boxStyle({ ...band, left: 0, width: 1 })}
            >
              <span className={styles.reason}>
                <Icon name="lock" size={11} />
                {block.reason ?? 'Unavailable'}
                <span className="visually-hidden">, unavailable {times}</span>
              </span>
            </li>
          );
        })}
        {blocks
          .toSorted((a, b) => a.top - b.top || a.left - b.left)
          .map(({ item, isNarrow, ...box }) => (
            <Block
              key={item.id}
              item={item}
              zone={week.zone}
              isNarrow={isNarrow}
              isSelected={item.id === selectedId}
              isTabStop={item.id === tabStop}
              {...box}
            />
          ))}
        {more.map((chip) => (
          <MoreChip key={chip.items[0]?.id} items={chip.items} date={day.date} box={chip} />
        ))}
      </ul>
      <GhostBlock day={day} />
      {isToday && <NowLine day={day} />}
    </section>
  );
}

const Background = memo(function Background({ date }: { date: LocalDate }) {
  const { week, days } = useSchedule();
  const day = days.find((one) => one.date === date);
  if (day === undefined) return null;
  return (
    <div className={styles.background} aria-hidden="true">
      {week.bands.map((band) => {
        const open = bandOf(band, day, week.zone);
        return open === null ? null : (
          <div key={band.startAt} className={styles.open} style={boxStyle({ ...open, left: 0, width: 1 })} />
        );
      })}
      <div className={styles.lines} />
    </div>
  );
});

/** Where a proposed time would lie; the booking itself stays where it is until somebody accepts. */
function Proposals({ day, taken }: { day: GridDay; taken: readonly Interval[] }) {
  const { week } = useSchedule();
  return week.items.map((item) => {
    if (item.proposedStartAt === null || item.proposedEndAt === null) return null;
    const proposed = { startAt: item.proposedStartAt, endAt: item.proposedEndAt };
    const band = bandOf(proposed, day, week.zone);
    const isCovered = taken.some((other) => overlaps(other, proposed));
    if (band === null || item.proposedStartAt === item.startAt) return null;
    return (
      <div
        key={item.bookingId}
        className={styles.proposal}
        style={boxStyle({ ...band, left: 0, width: 1 })}
        aria-hidden="true"
      >
        {!isCovered && (
          <>
            <Icon name="swap" size={12} />
            {clockLabel(proposed.startAt, week.zone)} {item.studentName}
          </>
        )}
      </div>
    );
  });
}

function MoreChip({
  items,
  date,
  box,
}: {
  items: readonly Item[];
  date: LocalDate;
  box: Parameters<typeof boxStyle>[0];
}) {
  const { showDay } = useSchedule();
  return (
    <li className={styles.more} style={boxStyle(box)}>
      <button
        type="button"
        onClick={() => showDay(date)}
        title={items.map((item) => item.studentName).join(', ')}
      >
        +{items.length}
        <span className="visually-hidden">more at this time, show {dayLabel(date, 'long')}</span>
      </button>
    </li>
  );
}
