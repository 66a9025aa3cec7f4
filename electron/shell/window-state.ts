import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import * as z from 'zod';

const windowState = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  isMaximized: z.boolean(),
});
export type WindowState = z.infer<typeof windowState>;

export type Area = {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
};

export const smallest = { width: 960, height: 640 } as const;
const first = { width: 1440, height: 900 } as const;

/**
 * Where to put the window: as it was left, unless it would be out of reach because a screen has gone or shrunk.
 * @param screens the work areas of all screens, the main one first.
 */
export function placeWindow(saved: WindowState | null, screens: readonly Area[]): WindowState {
  const main = screens[0] ?? { x: 0, y: 0, ...first };
  const screen = saved === null ? undefined : screens.find((area) => holdsTitle(area, saved));
  if (saved === null || screen === undefined) {
    const width = Math.min(first.width, main.width);
    const height = Math.min(first.height, main.height);
    const x = main.x + Math.round((main.width - width) / 2);
    const y = main.y + Math.round((main.height - height) / 2);
    return { x, y, width, height, isMaximized: saved?.isMaximized ?? false };
  }
  return {
    ...saved,
    width: Math.min(Math.max(saved.width, smallest.width), screen.width),
    height: Math.min(Math.max(saved.height, smallest.height), screen.height),
  };
}

/** Reads where the window was; null when that is not known. */
export function readWindowState(path: string): WindowState | null {
  try {
    return windowState.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}

export function writeWindowState(path: string, state: WindowState): void {
  writeFileSync(`${path}.new`, JSON.stringify(state));
  renameSync(`${path}.new`, path);
}

/** Whether enough of the title bar lies on the screen to take hold of it. */
function holdsTitle(area: Area, { x, y, width }: WindowState): boolean {
  const visible = Math.min(x + width, area.x + area.width) - Math.max(x, area.x);
  return visible >= Math.min(100, width) && y >= area.y && y < area.y + area.height - 40;
}
