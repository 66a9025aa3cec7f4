import { useEffect, type RefObject } from 'react';
import { pan, zoomTo, type View } from './view.ts';

export type ChangeView = (change: (view: View) => View) => void;

const arrowStep = 80;
/** How much of a wheel's turn doubles the zoom. */
const wheelToZoom = 1 / 400;

/**
 * Panning and zooming with mouse, pen, finger and arrow keys: dragging (with the space bar held or not) and the wheel
 * move the page, the wheel with Ctrl or Command zooms around the pointer.
 */
export function usePaneGestures(
  pane: RefObject<HTMLElement | null>,
  change: ChangeView,
  turnPage: (by: 1 | -1) => void,
): void {
  useEffect(() => {
    const element = pane.current;
    if (element === null) return undefined;
    const ending = new AbortController();
    const { signal } = ending;
    let held: { id: number; x: number; y: number } | null = null;

    element.addEventListener(
      'wheel',
      (event) => {
        // Else the browser would zoom the whole console, or go back in its history.
        event.preventDefault();
        const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
        const [x, y] = [event.deltaX * unit, event.deltaY * unit];
        if (!event.ctrlKey && !event.metaKey) {
          change((view) => (event.shiftKey ? pan(view, -y, 0) : pan(view, -x, -y)));
          return;
        }
        const box = element.getBoundingClientRect();
        const at = {
          x: event.clientX - box.left - box.width / 2,
          y: event.clientY - box.top - box.height / 2,
        };
        change((view) => zoomTo(view, view.zoom * 2 ** (-y * wheelToZoom), at));
      },
      { passive: false, signal },
    );
    element.addEventListener(
      'pointerdown',
      (event) => {
        if (event.button !== 0 && event.button !== 1) return;
        held = { id: event.pointerId, x: event.clientX, y: event.clientY };
        element.setPointerCapture(event.pointerId);
        element.dataset['grabbed'] = '';
      },
      { signal },
    );
    element.addEventListener(
      'pointermove',
      (event) => {
        if (held === null || held.id !== event.pointerId) return;
        const [x, y] = [event.clientX - held.x, event.clientY - held.y];
        held = { ...held, x: event.clientX, y: event.clientY };
        change((view) => pan(view, x, y));
      },
      { signal },
    );
    const drop = () => {
      held = null;
      delete element.dataset['grabbed'];
    };
    for (const name of ['pointerup', 'pointercancel', 'lostpointercapture'] as const)
      element.addEventListener(name, drop, { signal });

    element.addEventListener(
      'keydown',
      (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        const move = moves[event.key];
        if (move === undefined && event.key !== ' ') return;
        event.preventDefault();
        if (move === 'next') turnPage(1);
        else if (move === 'previous') turnPage(-1);
        else if (move !== undefined) change((view) => pan(view, move[0] * arrowStep, move[1] * arrowStep));
        // The space bar alone does nothing, and above all presses no button: it is held to pan.
        else element.dataset['space'] = '';
      },
      { signal },
    );
    element.addEventListener('keyup', () => delete element.dataset['space'], { signal });
    element.addEventListener('blur', () => delete element.dataset['space'], { signal });
    return () => ending.abort();
  }, [pane, change, turnPage]);
}

/** Arrows move what one looks through, so the page goes the other way. */
const moves: Readonly<Record<string, 'next' | 'previous' | readonly [number, number]>> = {
  ArrowLeft: [1, 0],
  ArrowRight: [-1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
  PageDown: 'next',
  PageUp: 'previous',
};
