import { useLayoutEffect, useRef } from 'react';
import { Icon } from '#renderer/ui/icons.tsx';
import { clockLabel } from '#renderer/ui/time-labels.ts';
import { boxStyle } from './box-style.ts';
import { useGhost } from './ghost-store.ts';
import { bandOf, type GridDay } from './grid.ts';
import { useSchedule } from './schedule-context.ts';
import styles from './ghost-block.module.css';

/** The part of the moved booking that is over this day, with what dropping it here would mean. */
export function GhostBlock({ day }: { day: GridDay }) {
  const ghost = useGhost((state) => state.ghost);
  const { week, days } = useSchedule();
  const note = useRef<HTMLDivElement>(null);
  // Measured after each step and before it is painted: a note below the window's edge would tell nobody anything.
  useLayoutEffect(() => {
    const block = note.current?.parentElement?.getBoundingClientRect();
    if (note.current === null || block === undefined) return;
    const isCutOff = block.bottom + note.current.offsetHeight + 8 > window.innerHeight;
    note.current.dataset['flipped'] = String(isCutOff);
  });
  // Near the right edge the note would be cut off.
  const isLate = days.length > 2 && days.indexOf(day) >= days.length - 2;
  if (ghost === null) return null;
  const band = bandOf(ghost.at, day, week.zone);
  if (band === null) return null;
  const { problem, warnings, effect } = ghost.verdict;
  const notes = problem === null ? warnings : [problem];
  return (
    <div
      className={styles.ghost}
      data-state={problem !== null ? 'refused' : warnings.length > 0 ? 'unusual' : 'fine'}
      data-settling={ghost.via === 'settling' || undefined}
      style={boxStyle({ ...band, left: 0, width: 1 })}
      aria-hidden="true"
    >
      <p className={styles.time}>
        {clockLabel(ghost.at.startAt, week.zone)}–{clockLabel(ghost.at.endAt, week.zone)}
      </p>
      <p className={styles.subject}>
        {ghost.item.subject} · {ghost.item.studentName}
      </p>
      {ghost.via !== 'settling' && (
        <div ref={note} className={styles.note} data-side={isLate ? 'left' : 'right'}>
          {notes.map((note) => (
            <p key={note} className={styles.line}>
              <Icon name={problem === null ? 'warning' : 'cross'} size={12} />
              {note}
            </p>
          ))}
          {problem === null && <p>{effect}</p>}
        </div>
      )}
    </div>
  );
}
