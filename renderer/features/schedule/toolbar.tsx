import { ActionIcon, Button, SegmentedControl, Tooltip } from '@mantine/core';
import { useRef, type ReactNode } from 'react';
import { addDays, instantAt, type LocalDate } from '#shared/domain/zone';
import { Icon } from '#renderer/ui/icons.tsx';
import { cityOf, offsetLabel, rangeLabel } from '#renderer/ui/time-labels.ts';
import styles from './toolbar.module.css';

export type ScheduleView = 'day' | 'week' | 'list';

type Props = {
  zone: string;
  /** What is shown, from first to last. */
  days: readonly LocalDate[];
  today: LocalDate;
  view: ScheduleView;
  /** The tutor picker, for staff. */
  tutor: ReactNode;
  onShow: (date: LocalDate) => void;
  onView: (view: ScheduleView) => void;
};

/** Which days are shown, and how. */
export function Toolbar({ zone, days, today, view, tutor, onShow, onView }: Props) {
  const first = days[0] ?? today;
  const last = days.at(-1) ?? today;
  const unit = view === 'day' ? 'day' : 'week';
  const step = view === 'day' ? 1 : 7;
  const isNow = days.includes(today);
  return (
    <div className={styles.bar} role="toolbar" aria-label="Days shown">
      <div className={styles.steps}>
        <Tooltip label={`Previous ${unit}  [`}>
          <ActionIcon
            variant="default"
            aria-label={`Previous ${unit}`}
            onClick={() => onShow(addDays(first, -step))}
          >
            <Icon name="left" />
          </ActionIcon>
        </Tooltip>
        <Button variant="default" h={28} disabled={isNow && view !== 'day'} onClick={() => onShow(today)}>
          Today
        </Button>
        <Tooltip label={`Next ${unit}  ]`}>
          <ActionIcon
            variant="default"
            aria-label={`Next ${unit}`}
            onClick={() => onShow(addDays(first, step))}
          >
            <Icon name="right" />
          </ActionIcon>
        </Tooltip>
      </div>
      <h1 className={styles.range} aria-live="polite">
        <span className="visually-hidden">Schedule, </span>
        {rangeLabel(first, last)}
      </h1>
      <DateJump date={first} onShow={onShow} />
      {tutor}
      <span className={styles.zone} title={zone}>
        <Icon name="globe" size={13} />
        {cityOf(zone)} ({offsetLabel(instantAt(first, '12:00', zone), zone)})
      </span>
      <SegmentedControl
        aria-label="View"
        value={view}
        onChange={(value) => onView(views.find((one) => one.value === value)?.value ?? 'week')}
        data={[...views]}
      />
    </div>
  );
}

/** A button that opens the browser's own calendar, in the reader's own notation. */
function DateJump({ date, onShow }: { date: LocalDate; onShow: (date: LocalDate) => void }) {
  const field = useRef<HTMLInputElement>(null);
  return (
    <span className={styles.jump}>
      <Tooltip label="Go to a date">
        <ActionIcon aria-label="Go to a date" onClick={() => field.current?.showPicker()}>
          <Icon name="calendar" />
        </ActionIcon>
      </Tooltip>
      <input
        ref={field}
        type="date"
        className={styles.date}
        aria-label="Date"
        tabIndex={-1}
        value={date}
        onChange={(event) => event.currentTarget.value !== '' && onShow(event.currentTarget.value)}
      />
    </span>
  );
}

const views = [
  { value: 'day', label: 'Day' },
  { value: 'week', label: 'Week' },
  { value: 'list', label: 'List' },
] as const satisfies readonly { value: ScheduleView; label: string }[];
