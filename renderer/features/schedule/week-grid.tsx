import { useEffect, useMemo, useRef } from 'react';
import { formatMoney, sumCents } from '#shared/domain/money';
import type { LocalDate } from '#shared/domain/zone';
import { count, dayLabel } from '#renderer/ui/time-labels.ts';
import { DayColumn } from './day-column.tsx';
import { layOut, mostColumns } from './grid.ts';
import { useSchedule } from './schedule-context.ts';
import { useDrag } from './use-drag.ts';
import { useGridKeys } from './use-grid-keys.ts';
import styles from './week-grid.module.css';

const firstHourShown = 7;

/** The days as columns and the hours as rows. Used for a week and for one day. */
export function WeekGrid({ today }: { today: LocalDate }) {
  const { week, days, selectedId } = useSchedule();
  const scroller = useRef<HTMLDivElement>(null);
  const area = useRef<HTMLDivElement>(null);
  const items = useMemo(() => week.items.map((item) => ({ ...item, id: item.bookingId })), [week.items]);
  const most = days.length === 1 ? mostColumns.day : mostColumns.week;
  const layouts = useMemo(() => layOut(items, days, week.zone, most), [items, days, week.zone, most]);
  const drag = useDrag(area);
  const keys = useGridKeys(layouts, area);
  // One block can be reached with Tab; the arrows lead to the others.
  const tabStop = useMemo(() => {
    const ids = layouts.flatMap(({ blocks }) => blocks.map(({ item }) => item.id));
    return selectedId !== null && ids.includes(selectedId) ? selectedId : (ids[0] ?? null);
  }, [layouts, selectedId]);

  useEffect(() => {
    const hour = scroller.current?.querySelector(`[data-hour="${firstHourShown}"]`);
    if (hour instanceof HTMLElement && scroller.current !== null)
      scroller.current.scrollTop = hour.offsetTop - 8;
  }, []);

  useEffect(() => {
    if (selectedId === null) return;
    const block = area.current?.querySelector(`[data-booking="${selectedId}"]`);
    block?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [selectedId, layouts]);

  return (
    <div className={styles.grid} style={{ '--days': days.length }}>
      <div className={styles.scroller} ref={scroller} data-scroller>
        <div className={styles.header}>
          <div className={styles.corner} />
          {layouts.map(({ day, blocks }) => (
            <DayHeading
              key={day.date}
              date={day.date}
              isToday={day.date === today}
              lessons={blocks.map((b) => b.item)}
            />
          ))}
        </div>
        <div className={styles.rows}>
          <div className={styles.gutter} aria-hidden="true">
            {hours.map((hour) => (
              <div key={hour} className={styles.hour} data-hour={hour}>
                <span>{hour === 0 ? '' : `${String(hour).padStart(2, '0')}:00`}</span>
              </div>
            ))}
          </div>
          <div className={styles.columns} ref={area} onKeyDown={keys} {...drag}>
            {layouts.map((layout) => (
              <DayColumn
                key={layout.day.date}
                layout={layout}
                isToday={layout.day.date === today}
                tabStop={tabStop}
              />
            ))}
          </div>
        </div>
      </div>
      <p id="grid-help" className="visually-hidden">
        Arrow keys go from one booking to another. M picks a booking up, arrows move it, Enter drops it,
        Escape puts it back.
      </p>
    </div>
  );
}

type HeadingProps = {
  date: LocalDate;
  isToday: boolean;
  lessons: readonly { status: string; priceCents: number }[];
};

function DayHeading({ date, isToday, lessons }: HeadingProps) {
  const firm = lessons.filter(({ status }) => status === 'CONFIRMED' || status === 'COMPLETED');
  const [weekday, number] = dayLabel(date, 'short').split(' ');
  return (
    <div className={styles.heading} data-today={isToday || undefined}>
      <h2 className={styles.day}>
        <span className={styles.weekday}>{weekday}</span>
        <span className={styles.number}>{number}</span>
        {isToday && <span className="visually-hidden">, today</span>}
      </h2>
      <p className={styles.sum}>
        {firm.length > 0 && (
          <>
            <span className={styles.lessons}>{count(firm.length, 'lesson')} · </span>
            {formatMoney(sumCents(firm.map((item) => item.priceCents)))}
          </>
        )}
      </p>
    </div>
  );
}

const hours = Array.from({ length: 24 }, (_, hour) => hour);
