import type { ReactNode } from 'react';

/** Line icons on a 16 px grid, drawn for this product. Decorative: the text beside them carries the meaning. */
const paths = {
  calendar: <path d="M2.5 4.5h11v9h-11zM2.5 7h11M5.5 2.5v3M10.5 2.5v3" />,
  paper: <path d="M3.5 1.8h6l3 3v9.4h-9zM9.5 1.8v3h3M5.4 9.4l1.7 1.7 3.4-3.5" />,
  outbox: <path d="M2.5 9.5v4h11v-4M8 10V2.5M5 5.5l3-3 3 3" />,
  settings: (
    <path d="M2.5 4.5h5M11.5 4.5h2M2.5 11.5h2M8.5 11.5h5M9.5 2.9a1.6 1.6 0 1 1 0 3.2 1.6 1.6 0 0 1 0-3.2M6.5 9.9a1.6 1.6 0 1 1 0 3.2 1.6 1.6 0 0 1 0-3.2" />
  ),
  search: <path d="M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9M10.3 10.3l3.2 3.2" />,
  left: <path d="M9.5 3.5 5 8l4.5 4.5" />,
  right: <path d="M6.5 3.5 11 8l-4.5 4.5" />,
  down: <path d="M3.5 6 8 10.5 12.5 6" />,
  check: <path d="m3 8.5 3.2 3.2L13 4.8" />,
  cross: <path d="m4 4 8 8M12 4l-8 8" />,
  swap: <path d="M3 5.5h9M9.5 3 12 5.5 9.5 8M13 10.5H4M6.5 8 4 10.5 6.5 13" />,
  question: <path d="M5.8 6a2.3 2.3 0 1 1 3.4 2c-.8.5-1.2.9-1.2 1.8M8 12.3v.2" />,
  people: (
    <path d="M6 7.5a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4M2 13c0-2.4 1.6-4 4-4s4 1.6 4 4M10.5 3.4a2.2 2.2 0 0 1 0 3.9M11.5 9.3c1.6.5 2.5 1.9 2.5 3.7" />
  ),
  absent: (
    <path d="M7 7.5a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6M2.5 13.2c0-2.5 1.9-4.1 4.5-4.1.9 0 1.7.2 2.4.6M10.5 10.5l3.5 3.5M14 10.5 10.5 14" />
  ),
  lock: <path d="M4 7.5h8v6H4zM5.5 7.5V5.3a2.5 2.5 0 0 1 5 0v2.2" />,
  clock: <path d="M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11M8 5v3.2l2.2 1.4" />,
  globe: (
    <path d="M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11M2.5 8h11M8 2.5c-3 3.2-3 7.8 0 11 3-3.2 3-7.8 0-11" />
  ),
  offline: (
    <path d="M5.2 4.6A3.7 3.7 0 0 0 4.4 6.9a2.8 2.8 0 0 0 .4 5.6h6.4M7.6 3.9a3.7 3.7 0 0 1 4.1 3.9 2.4 2.4 0 0 1 1.9 3.3M2.5 2.5l11 11" />
  ),
  sync: (
    <path d="M13 7a5.2 5.2 0 0 0-9.3-2L2.5 6.3M2.5 3v3.3h3.3M3 9a5.2 5.2 0 0 0 9.3 2l1.2-1.3M13.5 13V9.7h-3.3" />
  ),
  warning: <path d="M8 2.8 14 13H2zM8 6.5v3M8 11.2v.1" />,
  undo: <path d="M6 3 2.8 6.2 6 9.4M2.8 6.2h6.7a3.7 3.7 0 0 1 0 7.3H7" />,
  move: (
    <path d="M8 2v12M2 8h12M6.2 3.8 8 2l1.8 1.8M6.2 12.2 8 14l1.8-1.8M3.8 6.2 2 8l1.8 1.8M12.2 6.2 14 8l-1.8 1.8" />
  ),
  sun: (
    <path d="M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6M8 1.8v1.4M8 12.8v1.4M1.8 8h1.4M12.8 8h1.4M3.6 3.6l1 1M11.4 11.4l1 1M12.4 3.6l-1 1M4.6 11.4l-1 1" />
  ),
  moon: <path d="M13 9.6A5.5 5.5 0 0 1 6.4 3a5.5 5.5 0 1 0 6.6 6.6" />,
  screen: <path d="M2 3.5h12V11H2zM6 13.5h4M8 11v2.5" />,
  keyboard: <path d="M1.8 4.5h12.4v7H1.8zM4.3 6.8h.1M6.8 6.8h.1M9.3 6.8h.1M11.8 6.8h.1M5 9.3h6" />,
  signOut: <path d="M6.5 2.8h-4v10.4h4M6 8h7.5M11 5.5 13.5 8 11 10.5" />,
  message: <path d="M2.5 3.5h11V11H7l-2.8 2.5V11H2.5z" />,
  card: <path d="M2 4h12v8.5H2zM2 7h12M4.5 10h2" />,
  trash: <path d="M3 4.5h10M6 4.5v-2h4v2M4.2 4.5l.6 9h6.4l.6-9M6.8 7v4M9.2 7v4" />,
  plus: <path d="M8 3v10M3 8h10" />,
  minus: <path d="M3 8h10" />,
  fit: <path d="M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10" />,
  rotate: <path d="M12.8 8a4.8 4.8 0 1 1-1.4-3.4L13 6.2M13 2.8v3.4H9.6" />,
  invert: <path d="M8 2.5a5.5 5.5 0 1 1 0 11zM8 2.5a5.5 5.5 0 1 0 0 11" />,
  compare: <path d="M2 3h5v10H2zM9 3h5v10H9z" />,
  external: <path d="M9 2.5h4.5V7M13.5 2.5 7.5 8.5M11.5 9.5v4h-9v-9h4" />,
  copy: <path d="M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3" />,
} as const satisfies Record<string, ReactNode>;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {paths[name]}
    </svg>
  );
}

/** The product's mark. */
export function Mark({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="var(--mantine-color-brand-7)" />
      <circle cx="11" cy="8.6" r="2.4" fill="#fff" />
      <path
        d="M11 13.5v10.2M16.5 10.2h8.2M20.6 10.2v13.5"
        fill="none"
        stroke="#fff"
        strokeWidth="3.2"
        strokeLinecap="round"
      />
    </svg>
  );
}
