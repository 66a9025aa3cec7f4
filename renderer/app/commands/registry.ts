import { isSingleKey, matchesStep, parseKeys, type KeyPress } from './keys.ts';

export type CommandGroup =
  | 'Review'
  | 'Document'
  | 'Go to'
  | 'Schedule'
  | 'Booking'
  | 'Edits'
  | 'View'
  | 'Console';

/** One thing the console can do. The palette, the shortcut sheet, key hints and the native menu all read these. */
export type Command = {
  /** Stable name, such as "schedule.accept". */
  readonly id: string;
  readonly title: string;
  readonly group: CommandGroup;
  /** "mod+K", "A", or a chord such as "G S". Several are alternatives; the first is the one shown. */
  readonly keys?: readonly string[];
  /** More words the palette finds it by. */
  readonly keywords?: string;
  /** False while it makes no sense; it then is neither offered nor run. */
  readonly isEnabled?: boolean;
  /** Works in text fields as well, for keys with a modifier. */
  readonly worksInFields?: boolean;
  /** Left out of the palette, for keys that only make sense in place. */
  readonly isHidden?: boolean;
  readonly run: () => void;
};

export type Registry = {
  /** Adds commands until disposed. A later registration of the same id stands in for the earlier one. */
  readonly add: (commands: readonly Command[]) => () => void;
  readonly list: () => readonly Command[];
  readonly find: (id: string) => Command | undefined;
  readonly subscribe: (listener: () => void) => () => void;
};

/** What came of a key press: nothing, a command to run, or the beginning of a chord. */
export type KeyOutcome = { kind: 'none' } | { kind: 'run'; command: Command } | { kind: 'begun' };

export type KeyContext = {
  isMac: boolean;
  /** Whether the focus is where people type. */
  isInField: boolean;
  /** Whether shortcuts without a modifier are on (a setting). */
  allowsSingleKeys: boolean;
  /** Milliseconds; chords expire. */
  now: number;
};

const chordMillis = 1_200;

export function createRegistry(): Registry {
  const layers: (readonly Command[])[] = [];
  const listeners = new Set<() => void>();
  let known: readonly Command[] = [];

  const rebuild = () => {
    const byId = new Map<string, Command>();
    for (const layer of layers) for (const command of layer) byId.set(command.id, command);
    known = [...byId.values()];
    for (const listener of listeners) listener();
  };

  return {
    add(commands) {
      layers.push(commands);
      rebuild();
      return () => {
        const index = layers.indexOf(commands);
        if (index >= 0) layers.splice(index, 1);
        rebuild();
      };
    },
    list: () => known,
    find: (id) => known.find((command) => command.id === id),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Matches key presses with commands; remembers the beginning of a chord. */
export function createKeyMatcher(): (
  press: KeyPress,
  commands: readonly Command[],
  context: KeyContext,
) => KeyOutcome {
  let begun: { presses: readonly KeyPress[]; at: number } | null = null;

  return (press, commands, context) => {
    const isFresh = begun !== null && context.now - begun.at <= chordMillis;
    const presses = [...(isFresh && begun !== null ? begun.presses : []), press];
    begun = null;
    const usable = commands.filter((command) => command.isEnabled !== false);

    for (const attempt of presses.length > 1 ? [presses, [press]] : [presses]) {
      let begins = false;
      // The newest registration wins: a screen may claim a key from the frame.
      for (const command of usable.toReversed()) {
        for (const keys of command.keys ?? []) {
          if (!isAllowed(keys, command, context)) continue;
          const steps = parseKeys(keys);
          const fits = attempt.every((one, index) => {
            const step = steps[index];
            return step !== undefined && matchesStep(step, one, context.isMac);
          });
          if (!fits) continue;
          if (steps.length === attempt.length) return { kind: 'run', command };
          begins = true;
        }
      }
      if (begins) {
        begun = { presses: attempt, at: context.now };
        return { kind: 'begun' };
      }
    }
    return { kind: 'none' };
  };
}

/** Commands in groups: what concerns the thing at hand first, what concerns the console last. */
export function grouped(
  commands: readonly Command[],
): readonly (readonly [CommandGroup, readonly Command[]])[] {
  return groupOrder
    .map((group) => [group, commands.filter((command) => command.group === group)] as const)
    .filter(([, members]) => members.length > 0);
}

const groupOrder: readonly CommandGroup[] = [
  'Booking',
  'Review',
  'Document',
  'Schedule',
  'Edits',
  'Go to',
  'View',
  'Console',
];

function isAllowed(keys: string, command: Command, context: KeyContext): boolean {
  if (isSingleKey(keys)) return context.allowsSingleKeys && !context.isInField;
  return !context.isInField || command.worksInFields === true;
}
