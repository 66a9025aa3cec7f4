import { useEffect, useRef, type KeyboardEvent, type RefObject } from 'react';
import type { ScheduleItem } from '#shared/rpc/contract';
import { announce } from '#renderer/app/announcer.tsx';
import { serverNow } from '#renderer/state/core-state.ts';
import { spanLabel } from '#renderer/ui/time-labels.ts';
import { openForm } from './action-store.ts';
import { drop, nameOf } from './booking-edits.ts';
import { clearGhost, useGhost } from './ghost-store.ts';
import { pickUp, pressInGrab, type Grab } from './grab.ts';
import { neighbour, type DayLayout, type Direction } from './grid.ts';
import { canMove, judgeMove } from './judge-move.ts';
import { useSchedule, type ScheduleContext } from './schedule-context.ts';

type Item = ScheduleItem & { readonly id: string };

/** Arrow keys between blocks, and moving the picked-up block. Returns the handler for the days' area. */
export function useGridKeys(layouts: readonly DayLayout<Item>[], area: RefObject<HTMLDivElement | null>) {
  const schedule = useSchedule();
  useGrabFocusLoss(area);
  return (event: KeyboardEvent) => {
    if (!(event.target instanceof HTMLElement) || event.ctrlKey || event.metaKey || event.altKey) return;
    const { grab } = useGhost.getState();
    if (grab !== null) {
      pressWhileGrabbed(event, grab, schedule);
      return;
    }
    const id = event.target.closest<HTMLElement>('[data-booking]')?.dataset['booking'];
    if (id === undefined) return;
    if (event.key === ' ') {
      event.preventDefault();
      grabBooking(id, schedule);
      return;
    }
    const direction = directions[event.key];
    if (direction === undefined || event.shiftKey) return;
    event.preventDefault();
    const next = neighbour(layouts, id, direction);
    if (next === null) return;
    schedule.select(next);
    area.current?.querySelector<HTMLElement>(`[data-booking="${next.id}"]`)?.focus();
  };
}

/** Picks a booking up with the keyboard, if it can be moved; says so either way. */
export function grabBooking(bookingId: string, { week, canAct, actor, select }: ScheduleContext): void {
  const item = week.items.find((one) => one.bookingId === bookingId);
  if (item === undefined) return;
  if (!canAct || !canMove(item)) {
    announce(canAct ? 'This booking can no longer be moved' : 'You may look at this schedule, not change it');
    return;
  }
  select(item);
  const block = document.querySelector<HTMLElement>(`[data-booking="${bookingId}"]`);
  block?.focus();
  show(pickUp(bookingId, item), item, { week, actor });
  announce(
    `Picked up ${nameOf(item)}, ${spanLabel(item.startAt, item.endAt, week.zone)}. Arrows move it, Enter drops it, Escape puts it back.`,
  );
}

function pressWhileGrabbed(event: KeyboardEvent, grab: Grab, schedule: ScheduleContext): void {
  const { week } = schedule;
  const outcome = pressInGrab(grab, event, week.zone);
  if (outcome.kind === 'ignored') {
    // Letters are commands elsewhere; while something is being carried they are nothing.
    if (event.key.length === 1) event.preventDefault();
    return;
  }
  if (event.key !== 'Tab') event.preventDefault();
  event.stopPropagation();
  const item = week.items.find((one) => one.bookingId === grab.bookingId);
  if (outcome.kind === 'cancelled' || item === undefined) {
    clearGhost();
    announce('Put back');
    return;
  }
  if (outcome.kind === 'moved') {
    if (outcome.grab.at.startAt < week.from || outcome.grab.at.endAt > week.to) {
      announce('That is outside the week that is shown. Use the form to move it further.');
      return;
    }
    show(outcome.grab, item, schedule);
    announceGhost(week.zone);
    return;
  }
  const { ghost } = useGhost.getState();
  if (ghost !== null && schedule.needsReason && ghost.verdict.problem === null) {
    clearGhost();
    openForm(item.bookingId, ghost.verdict.kind === 'counter-offer' ? 'counter' : 'move', {
      prefill: ghost.at,
    });
    return;
  }
  if (ghost?.verdict.problem != null) {
    // Still in the hand: a refused place is a reason to try the next one, not to begin anew.
    announce(`It cannot be dropped here. ${ghost.verdict.problem}`);
    return;
  }
  void drop(week.zone);
}

function show(
  grab: Grab,
  item: ScheduleItem,
  { week, actor }: Pick<ScheduleContext, 'week' | 'actor'>,
): void {
  const verdict = judgeMove(item, grab.at, week, serverNow(), actor);
  useGhost.setState({ grab, ghost: { item, at: grab.at, verdict, via: 'keyboard' } });
}

function announceGhost(zone: string): void {
  const { ghost } = useGhost.getState();
  if (ghost === null) return;
  const notes = ghost.verdict.problem ?? ghost.verdict.warnings.join(' ');
  announce(`${spanLabel(ghost.at.startAt, ghost.at.endAt, zone)}${notes === '' ? '' : `. ${notes}`}`);
}

/** Whoever goes elsewhere has let go. */
function useGrabFocusLoss(area: RefObject<HTMLDivElement | null>): void {
  const isHeld = useGhost((state) => state.grab !== null);
  const timer = useRef(0);
  useEffect(() => {
    const element = area.current;
    if (!isHeld || element === null) return;
    const leave = (event: FocusEvent) => {
      if (event.relatedTarget instanceof Node && element.contains(event.relatedTarget)) return;
      clearGhost();
      announce('Put back');
    };
    // The block is focused while it is picked up; what happens in that moment is not leaving.
    timer.current = window.setTimeout(() => element.addEventListener('focusout', leave), 0);
    return () => {
      clearTimeout(timer.current);
      element.removeEventListener('focusout', leave);
    };
  }, [isHeld, area]);
}

const directions: Readonly<Record<string, Direction>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  Home: 'first',
  End: 'last',
};
