import { Button, Select, Textarea } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { Interval } from '#shared/domain/overlap';
import { addDays, timeOf, wallClockAt, type LocalDate } from '#shared/domain/zone';
import { weekOf } from '#shared/domain/week';
import type { ScheduleItem } from '#shared/rpc/contract';
import { useLive } from '#renderer/state/live.ts';
import { Icon } from '#renderer/ui/icons.tsx';
import { clockLabel, dayLabel, spanLabel } from '#renderer/ui/time-labels.ts';
import { useNow } from '#renderer/ui/use-now.ts';
import { closeForm } from './action-store.ts';
import { moveTo } from './booking-edits.ts';
import { intervalAt, minutesInDay, snapMinutes } from './grid.ts';
import { freeStarts, judgeMove } from './judge-move.ts';
import { useSchedule } from './schedule-context.ts';
import styles from './action-forms.module.css';

type Props = {
  item: ScheduleItem;
  /** Whether it was asked for by a command, and takes the focus. */
  isAsked: boolean;
  prefill: Interval | null;
  initial: string;
  /** The refused edit that this one takes the place of. */
  replaces: string | null;
};

/** Day and start as fields: the way to move a booking without dragging (WCAG 2.5.7), also into another week. */
export function MoveForm({ item, isAsked, prefill, initial, replaces }: Props) {
  const { week: shown, needsReason, actor } = useSchedule();
  const now = useNow(30_000);
  const zone = shown.zone;
  const begin = wallClockAt((prefill ?? item).startAt, zone);
  const [date, setDate] = useState(begin.date);
  const [minutes, setMinutes] = useState(begin.minutes);
  const [words, setWords] = useState(initial);
  const [problem, setProblem] = useState<string | null>(null);
  const firstField = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (isAsked) firstField.current?.focus();
  }, [isAsked]);

  const target = weekOf(date, zone);
  const isShown = target.startAt === shown.from;
  const other = useLive(
    'schedule.week',
    isShown ? null : { tutorId: shown.tutorId, from: target.startAt, to: target.endAt },
  );
  const week = isShown ? shown : (other.data ?? null);
  const at = intervalAt(date, minutes, item, zone);
  const isMoved = at.startAt !== item.startAt;
  const verdict = week === null ? null : judgeMove(item, at, week, now, actor);
  const offers = week === null ? [] : freeStarts(item, week, now, 3);
  const isCounter = item.status !== 'CONFIRMED';

  const send = async () => {
    if (verdict === null || !isMoved) return;
    if (needsReason && words.trim() === '') {
      setProblem('Write a reason: the tutor and the student will read it.');
      return;
    }
    if ((await moveTo(item, at, verdict, zone, words.trim(), replaces)) !== null) closeForm();
  };
  const take = (offer: Interval) => {
    const wall = wallClockAt(offer.startAt, zone);
    setDate(wall.date);
    setMinutes(wall.minutes);
  };

  return (
    <form
      className={styles.form}
      aria-label="Move without dragging"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <h3 className={styles.title}>{isCounter ? 'Offer another time' : 'Move without dragging'}</h3>
      <div className={styles.fields}>
        <Select
          ref={firstField}
          label="Day"
          searchable
          openOnFocus={false}
          selectFirstOptionOnChange
          value={date}
          data={daysAround(wallClockAt(now, zone).date, date)}
          onChange={(value) => value !== null && setDate(value)}
          comboboxProps={{ shadow: 'md' }}
        />
        <Select
          label="Start"
          searchable
          openOnFocus={false}
          selectFirstOptionOnChange
          value={timeOf(minutes)}
          data={startsWith(timeOf(minutes))}
          onChange={(value) =>
            value !== null && setMinutes(Number(value.slice(0, 2)) * 60 + Number(value.slice(3)))
          }
          comboboxProps={{ shadow: 'md' }}
        />
      </div>
      {isMoved && verdict !== null && (
        <div className={styles.verdict} aria-live="polite">
          {verdict.problem !== null ? (
            <p className={styles.refused}>
              <Icon name="cross" size={13} />
              {verdict.problem}
            </p>
          ) : (
            <>
              {verdict.warnings.map((warning) => (
                <p key={warning} className={styles.unusual}>
                  <Icon name="warning" size={13} />
                  {warning}
                </p>
              ))}
              <p className={styles.effect}>{verdict.effect}</p>
            </>
          )}
        </div>
      )}
      {(isAsked || (isMoved && verdict?.problem !== null)) && offers.length > 0 && (
        <div className={styles.offers}>
          <p className={styles.offersTitle} id={`offers-${item.bookingId}`}>
            Free, with enough notice
          </p>
          <ul aria-labelledby={`offers-${item.bookingId}`}>
            {offers.map((offer) => (
              <li key={offer.startAt}>
                <Button size="compact-xs" variant="default" mih={24} onClick={() => take(offer)}>
                  {dayLabel(wallClockAt(offer.startAt, zone).date, 'short')} {clockLabel(offer.startAt, zone)}
                </Button>
              </li>
            ))}
          </ul>
        </div>
      )}
      {(isMoved || isAsked) && (
        <Textarea
          label={needsReason ? 'Reason' : 'Message (optional)'}
          maxLength={2000}
          minRows={1}
          value={words}
          error={problem}
          onChange={(event) => {
            setWords(event.currentTarget.value);
            setProblem(null);
          }}
        />
      )}
      {(isMoved || isAsked) && (
        <div className={styles.buttons}>
          <Button type="submit" disabled={!isMoved || verdict === null || verdict.problem !== null}>
            {labels[verdict?.kind ?? 'move']}
          </Button>
          <Button
            variant="default"
            onClick={() => {
              const wall = wallClockAt(item.startAt, zone);
              setDate(wall.date);
              setMinutes(wall.minutes);
              closeForm();
            }}
          >
            Back
          </Button>
          <span className="visually-hidden">{spanLabel(at.startAt, at.endAt, zone)}</span>
        </div>
      )}
    </form>
  );
}

const labels = { move: 'Move', propose: 'Propose', 'counter-offer': 'Send counter-offer' } as const;
const daysOffered = 42;

/** The coming weeks in words, and the chosen day when it lies elsewhere. */
function daysAround(today: LocalDate, chosen: LocalDate): { value: LocalDate; label: string }[] {
  const days = Array.from({ length: daysOffered }, (_, index) => addDays(today, index));
  const all = days.includes(chosen) ? days : [chosen, ...days].toSorted();
  return all.map((day) => ({ value: day, label: dayLabel(day, 'medium') }));
}

const quarters = Array.from({ length: minutesInDay / snapMinutes }, (_, index) =>
  timeOf(index * snapMinutes),
);

/** All quarters of an hour, and the present start when it is not one of them. */
function startsWith(start: string): string[] {
  return quarters.includes(start) ? quarters : [start, ...quarters].toSorted();
}
