import { describe, expect, it } from 'vitest';
import {
  firstView,
  fitNext,
  pan,
  rotate,
  settle,
  shownSize,
  zoomBy,
  zoomTo,
  type View,
} from '#renderer/features/verification/viewer/view.ts';

const page = { width: 800, height: 1000 };
const pane = { width: 432, height: 532 };
const free = (view: Partial<View>): View => ({ ...firstView, fit: null, ...view });

describe('a view of a page', () => {
  it('fits the whole page with a margin at first, and its width from the top after that', () => {
    expect(settle(firstView, page, pane)).toMatchObject({ zoom: 0.5, x: 0, y: 0 });
    const wide = settle(fitNext(firstView), page, { width: 832, height: 532 });
    expect(wide).toMatchObject({ fit: 'width', zoom: 1, x: 0, y: (1000 - 532) / 2 + 16 });
    expect(fitNext(wide)).toMatchObject({ fit: 'page' });
  });

  it('fits a turned page by its turned sides', () => {
    const view = settle(rotate(firstView), page, pane);
    expect(view.zoom).toBe(0.4);
    expect(shownSize(page, view.zoom, view.rotation)).toEqual({ width: 400, height: 320 });
  });

  it('keeps the point under the pointer where it is while zooming', () => {
    const at = { x: 100, y: -50 };
    const before = free({ zoom: 1, x: 20, y: 30 });
    const after = zoomTo(before, 2, at);
    const onPage = (view: View) => [(at.x - view.x) / view.zoom, (at.y - view.y) / view.zoom];
    expect(onPage(after)).toEqual(onPage(before));
  });

  it('zooms in steps, from wherever it is, and stops at both ends', () => {
    expect(zoomBy(free({ zoom: 0.652 }), 1).zoom).toBe(0.67);
    expect(zoomBy(free({ zoom: 0.652 }), -1).zoom).toBe(0.5);
    expect(zoomBy(free({ zoom: 16 }), 1).zoom).toBe(16);
    expect(zoomBy(free({ zoom: 0.05 }), -1).zoom).toBe(0.05);
    expect(zoomTo(free({}), 1_000).zoom).toBe(16);
  });

  it('comes back to the same place after four turns, and to the turned place after one', () => {
    const start = free({ x: 30, y: 40 });
    expect(rotate(start)).toMatchObject({ rotation: 90, x: -40, y: 30 });
    expect(rotate(rotate(rotate(rotate(start))))).toEqual(start);
  });

  it('is never moved out of reach, and a page that fits stands still', () => {
    const moved = settle(pan(free({ zoom: 1 }), 9_999, -9_999), page, pane);
    expect([moved.x, moved.y]).toEqual([(800 - 432) / 2 + 16, -((1000 - 532) / 2 + 16)]);
    expect(settle(pan(free({ zoom: 0.25 }), 50, 50), page, pane)).toMatchObject({ x: 0, y: 0 });
  });

  it('survives a page or a pane of no size', () => {
    const { zoom } = settle(firstView, { width: 1, height: 1 }, { width: 0, height: 0 });
    expect(zoom).toBeGreaterThan(0);
    expect(zoom).toBeLessThanOrEqual(16);
  });
});
