import type { CSSProperties } from 'react';
import type { Box } from './grid.ts';

/** A box as percentages of the day's width and multiples of an hour's height. */
export function boxStyle(box: Box): CSSProperties {
  return {
    top: `calc(var(--hour) * ${box.top / 60})`,
    height: `calc(var(--hour) * ${box.height / 60})`,
    left: `${box.left * 100}%`,
    width: `${box.width * 100}%`,
  };
}
