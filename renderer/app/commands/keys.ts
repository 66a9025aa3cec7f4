/** What a key event says, independent of the DOM, so that matching can be tested. */
export type KeyPress = {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
};

/** One step of a shortcut: "mod+K", "G", "Shift+F10". */
type Step = { key: string; mod: boolean; shift: boolean; alt: boolean };

/** Reads "mod+K" or the chord "G S". Letters are written in capitals and match either case. */
export function parseKeys(keys: string): readonly Step[] {
  return keys.split(' ').map((step) => {
    const parts = partsOf(step);
    const key = parts.at(-1) ?? '';
    return {
      key: key.toLowerCase(),
      mod: parts.includes('mod'),
      shift: parts.includes('Shift'),
      alt: parts.includes('Alt'),
    };
  });
}

/** Whether a shortcut can be typed by accident: its first step has no modifier and is a printable key (WCAG 2.1.4). */
export function isSingleKey(keys: string): boolean {
  const first = parseKeys(keys)[0];
  return first !== undefined && !first.mod && !first.alt && first.key.length === 1;
}

/** Whether a key press is this step. `isMac` decides what "mod" is. */
export function matchesStep(step: Step, press: KeyPress, isMac: boolean): boolean {
  const mod = isMac ? press.metaKey : press.ctrlKey;
  const other = isMac ? press.ctrlKey : press.metaKey;
  if (step.mod !== mod || other || step.alt !== press.altKey) return false;
  // A sign such as "?" is already shifted on some layouts and not on others: the sign itself is what counts.
  const isSign = step.key.length === 1 && step.key.toUpperCase() === step.key.toLowerCase();
  if (!isSign && step.shift !== press.shiftKey) return false;
  return press.key.toLowerCase() === step.key;
}

/** How a shortcut is shown: ["Ctrl", "K"], or ["G", "then", "S"]. */
export function keyCaps(keys: string, isMac: boolean): readonly string[] {
  return keys
    .split(' ')
    .flatMap((step, index) => [
      ...(index > 0 ? ['then'] : []),
      ...partsOf(step).map((part) => cap(part, isMac)),
    ]);
}

/** "mod+K" in its parts. The plus sign is a key as well: "+", "mod++". */
function partsOf(step: string): readonly string[] {
  return step.endsWith('+') ? [...step.slice(0, -1).split('+').filter(Boolean), '+'] : step.split('+');
}

function cap(part: string, isMac: boolean): string {
  if (part === 'mod') return isMac ? '⌘' : 'Ctrl';
  if (part === 'Shift') return isMac ? '⇧' : 'Shift';
  if (part === 'Alt') return isMac ? '⌥' : 'Alt';
  const named: Readonly<Record<string, string>> = {
    Escape: 'Esc',
    ArrowLeft: '←',
    ArrowRight: '→',
    ArrowUp: '↑',
    ArrowDown: '↓',
  };
  return named[part] ?? part;
}
