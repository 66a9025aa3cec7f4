import { useEffect, useMemo, useRef, type PointerEvent as ReactPointerEvent, type RefObject } from 'react';
import { microsPerMinute } from '#shared/domain/instant';
import type { ScheduleItem } from '#shared/rpc/contract';
import { announce } from '#renderer/app/announcer.tsx';
import { serverNow } from '#renderer/state/core-state.ts';
import { openForm } from './action-store.ts';
import { drop } from './booking-edits.ts';
import { clearGhost, useGhost } from './ghost-store.ts';
import { intervalAt, minutesInDay, slotUnder } from './grid.ts';
import { canMove, judgeMove } from './judge-move.ts';
import { useSchedule, type ScheduleContext } from './schedule-context.ts';

const thresholdPixels = 4;
const edgePixels = 36;

type Drag = {
  item: ScheduleItem;
  block: HTMLElement;
  pointerId: number;
  from: { x: number; y: number };
  at: { x: number; y: number };
  grip: number;
  isMoving: boolean;
  frame: number;
};

/** Selecting and dragging blocks with a pointer. Returns the handlers for the days' area. */
export function useDrag(area: RefObject<HTMLDivElement | null>) {
  const schedule = useSchedule();
  const latest = useRef(schedule);
  useEffect(() => {
    latest.current = schedule;
  });
  const drag = useRef<Drag | null>(null);

  return useMemo(() => {
    const end = () => {
      const current = drag.current;
      drag.current = null;
      if (current === null) return;
      cancelAnimationFrame(current.frame);
      window.removeEventListener('keydown', escape, true);
      document.documentElement.classList.remove('is-moving');
      delete current.block.dataset['moving'];
    };
    const escape = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      event.stopPropagation();
      end();
      clearGhost();
      announce('Put back');
    };
    const follow = () => {
      const current = drag.current;
      if (current === null || area.current === null) return;
      showGhost(current, area.current, latest.current);
      scrollNearEdge(area.current, current.at.y);
      // Runs while the pointer rests too, because the grid may be scrolling under it.
      current.frame = requestAnimationFrame(follow);
    };
    return {
      onPointerDown(event: ReactPointerEvent) {
        if (event.button !== 0 || !(event.target instanceof Element)) return;
        const block = event.target.closest<HTMLElement>('[data-booking]');
        const item = latest.current.week.items.find((one) => one.bookingId === block?.dataset['booking']);
        if (block === null || item === undefined) return;
        const point = { x: event.clientX, y: event.clientY };
        drag.current = {
          item,
          block,
          pointerId: event.pointerId,
          from: point,
          at: point,
          grip: event.clientY - block.getBoundingClientRect().top,
          isMoving: false,
          frame: 0,
        };
      },
      onPointerMove(event: ReactPointerEvent) {
        const current = drag.current;
        if (current === null || event.pointerId !== current.pointerId) return;
        current.at = { x: event.clientX, y: event.clientY };
        if (current.isMoving) return;
        const distance = Math.hypot(current.at.x - current.from.x, current.at.y - current.from.y);
        if (distance < thresholdPixels || !latest.current.canAct || !canMove(current.item)) return;
        current.isMoving = true;
        current.block.setPointerCapture(current.pointerId);
        current.block.dataset['moving'] = '';
        document.documentElement.classList.add('is-moving');
        window.addEventListener('keydown', escape, true);
        follow();
      },
      onPointerUp(event: ReactPointerEvent) {
        const current = drag.current;
        if (current === null || event.pointerId !== current.pointerId) return;
        const { isMoving, item } = current;
        end();
        if (isMoving) finish(item, latest.current);
      },
      onPointerCancel() {
        if (drag.current?.isMoving === true) clearGhost();
        end();
      },
      onClick(event: React.MouseEvent) {
        if (!(event.target instanceof Element)) return;
        const id = event.target.closest<HTMLElement>('[data-booking]')?.dataset['booking'];
        if (id !== undefined) latest.current.select({ bookingId: id });
      },
    };
  }, [area]);
}

function showGhost(current: Drag, area: HTMLElement, { week, days, actor }: ScheduleContext): void {
  const box = area.getBoundingClientRect();
  const duration = Math.round((current.item.endAt - current.item.startAt) / microsPerMinute);
  const { dayIndex, minutes } = slotUnder(
    current.at,
    current.grip,
    { left: box.left, top: box.top, width: box.width, pixelsPerMinute: box.height / minutesInDay },
    days.length,
    duration,
  );
  const date = days[dayIndex]?.date;
  if (date === undefined) return;
  const at = intervalAt(date, minutes, current.item, week.zone);
  if (useGhost.getState().ghost?.at.startAt === at.startAt) return;
  const verdict = judgeMove(current.item, at, week, serverNow(), actor);
  useGhost.setState({ ghost: { item: current.item, at, verdict, via: 'pointer' } });
}

function finish(item: ScheduleItem, { week, needsReason, select }: ScheduleContext): void {
  const { ghost } = useGhost.getState();
  if (ghost === null) return;
  if (ghost.at.startAt === item.startAt) return clearGhost();
  if (needsReason && ghost.verdict.problem === null) {
    clearGhost();
    select(item);
    openForm(item.bookingId, ghost.verdict.kind === 'counter-offer' ? 'counter' : 'move', {
      prefill: ghost.at,
    });
    return;
  }
  void drop(week.zone);
}

function scrollNearEdge(area: HTMLElement, y: number): void {
  const scroller = area.closest<HTMLElement>('[data-scroller]');
  if (scroller === null) return;
  const box = scroller.getBoundingClientRect();
  const above = box.top + 48 + edgePixels - y;
  const below = y - (box.bottom - edgePixels);
  if (above > 0) scroller.scrollTop -= Math.min(above / 3, 12);
  else if (below > 0) scroller.scrollTop += Math.min(below / 3, 12);
}
