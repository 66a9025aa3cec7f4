import type { PageSize } from './open-document.ts';

/** How a document is looked at. The panes of a comparison share one. */
export type View = {
  /** Set while the zoom follows the size of the pane. */
  readonly fit: 'page' | 'width' | null;
  /** CSS pixels on the screen for one at 100 %. */
  readonly zoom: number;
  readonly rotation: 0 | 90 | 180 | 270;
  /** Where the page's middle lies, from the pane's middle, in CSS pixels. */
  readonly x: number;
  readonly y: number;
  readonly isInverted: boolean;
};

export type Box = { readonly width: number; readonly height: number };

export const firstView: View = { fit: 'page', zoom: 1, rotation: 0, x: 0, y: 0, isInverted: false };

/** Empty space around a page that fits, in CSS pixels. */
const margin = 16;
const smallest = 0.05;
const largest = 16;
const steps = [
  0.05, 0.1, 0.15, 0.2, 0.25, 0.33, 0.5, 0.67, 0.75, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4, 5, 6, 8, 12,
  16,
];

/** The view that is really shown: a fit is worked out for this page and pane, and the page is kept within reach. */
export function settle(view: View, page: PageSize, pane: Box): View {
  const zoom = view.fit === null ? clamp(view.zoom, smallest, largest) : fitZoom(view, page, pane);
  const shown = shownSize(page, zoom, view.rotation);
  const reach = (size: number, room: number) => Math.max(0, (size - room) / 2 + margin);
  const x = clamp(view.x, -reach(shown.width, pane.width), reach(shown.width, pane.width));
  const y = clamp(view.y, -reach(shown.height, pane.height), reach(shown.height, pane.height));
  // A page that fits stands still: there is nothing beyond its edges to look at.
  return {
    ...view,
    zoom,
    x: shown.width <= pane.width ? 0 : x,
    y: shown.height <= pane.height ? 0 : y,
  };
}

/** The page's size on the screen, turned. */
export function shownSize(page: PageSize, zoom: number, rotation: View['rotation']): Box {
  const isSideways = rotation === 90 || rotation === 270;
  const { width, height } = isSideways ? { width: page.height, height: page.width } : page;
  return { width: width * zoom, height: height * zoom };
}

/** To the next step of zoom, around a point of the pane counted from its middle. */
export function zoomBy(view: View, direction: 1 | -1, at = { x: 0, y: 0 }): View {
  const next =
    direction === 1
      ? steps.find((step) => step > view.zoom * 1.001)
      : steps.findLast((step) => step < view.zoom * 0.999);
  return zoomTo(view, next ?? view.zoom, at);
}

/** To a zoom; what lies at that point of the pane stays there. */
export function zoomTo(view: View, zoom: number, at = { x: 0, y: 0 }): View {
  const next = clamp(zoom, smallest, largest);
  const factor = next / view.zoom;
  return {
    ...view,
    fit: null,
    zoom: next,
    x: at.x + (view.x - at.x) * factor,
    y: at.y + (view.y - at.y) * factor,
  };
}

/** Fits the whole page, and from there its width. A page fitted in width begins at its top. */
export function fitNext(view: View): View {
  return { ...view, fit: view.fit === 'page' ? 'width' : 'page', x: 0, y: view.fit === 'page' ? 1e9 : 0 };
}

/** A quarter turn clockwise. What lay in the middle of the pane stays there. */
export function rotate(view: View): View {
  const turned = ((view.rotation + 90) % 360) as View['rotation'];
  return { ...view, rotation: turned, x: -view.y, y: view.x };
}

export function pan(view: View, x: number, y: number): View {
  return { ...view, x: view.x + x, y: view.y + y };
}

function fitZoom(view: View, page: PageSize, pane: Box): number {
  const { width, height } = shownSize(page, 1, view.rotation);
  const byWidth = Math.max(1, pane.width - 2 * margin) / width;
  const byHeight = Math.max(1, pane.height - 2 * margin) / height;
  return clamp(view.fit === 'width' ? byWidth : Math.min(byWidth, byHeight), smallest, largest);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
