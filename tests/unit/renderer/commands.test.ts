import { describe, expect, it } from 'vitest';
import { isSingleKey, keyCaps, type KeyPress } from '#renderer/app/commands/keys.ts';
import {
  createKeyMatcher,
  createRegistry,
  grouped,
  type Command,
  type KeyContext,
} from '#renderer/app/commands/registry.ts';

const press = (key: string, held: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...held,
});
const command = (id: string, more: Partial<Command> = {}): Command => ({
  id,
  title: id,
  group: 'Console',
  run: () => undefined,
  ...more,
});
const calm: KeyContext = { isMac: false, isInField: false, allowsSingleKeys: true, now: 0 };

function idAfter(presses: readonly KeyPress[], commands: readonly Command[], context = calm): string | null {
  const match = createKeyMatcher();
  const outcome = presses.map((one) => match(one, commands, context)).at(-1);
  return outcome?.kind === 'run' ? outcome.command.id : null;
}

describe('matching key presses with commands', () => {
  const accept = command('accept', { keys: ['A'] });
  const palette = command('palette', { keys: ['mod+K'], worksInFields: true });
  const go = command('go', { keys: ['G S'] });

  it('runs a single key in either case', () => {
    expect(idAfter([press('a')], [accept])).toBe('accept');
    expect(idAfter([press('A')], [accept])).toBe('accept');
  });

  it('knows the plus sign as a key, alone and with a modifier', () => {
    expect(idAfter([press('+')], [command('zoom', { keys: ['+'] })])).toBe('zoom');
    expect(idAfter([press('+', { shiftKey: true })], [command('zoom', { keys: ['+'] })])).toBe('zoom');
    expect(idAfter([press('+', { ctrlKey: true })], [command('zoom', { keys: ['mod++'] })])).toBe('zoom');
    expect(idAfter([press('-')], [command('zoom', { keys: ['+'] })])).toBeNull();
    expect(keyCaps('mod++', false)).toEqual(['Ctrl', '+']);
    expect(isSingleKey('+')).toBe(true);
  });

  it('takes no letter with Ctrl for a single key', () => {
    expect(idAfter([press('a', { ctrlKey: true })], [accept])).toBeNull();
  });

  it('leaves single keys alone where people type, and keeps Ctrl shortcuts that work there', () => {
    const typing = { ...calm, isInField: true };
    expect(idAfter([press('a')], [accept], typing)).toBeNull();
    expect(idAfter([press('k', { ctrlKey: true })], [palette], typing)).toBe('palette');
  });

  it('has no single keys and no chords once they are switched off', () => {
    const off = { ...calm, allowsSingleKeys: false };
    expect(idAfter([press('a')], [accept], off)).toBeNull();
    expect(idAfter([press('g'), press('s')], [go], off)).toBeNull();
    expect(idAfter([press('k', { ctrlKey: true })], [palette], off)).toBe('palette');
  });

  it('uses the command key on a Mac and not Ctrl', () => {
    const mac = { ...calm, isMac: true };
    expect(idAfter([press('k', { metaKey: true })], [palette], mac)).toBe('palette');
    expect(idAfter([press('k', { ctrlKey: true })], [palette], mac)).toBeNull();
  });

  it('runs a chord, and gives its second key back when the chord was another', () => {
    expect(idAfter([press('g'), press('s')], [go, accept])).toBe('go');
    expect(idAfter([press('g'), press('a')], [go, accept])).toBe('accept');
  });

  it('forgets the beginning of a chord after a while', () => {
    const match = createKeyMatcher();
    match(press('g'), [go], { ...calm, now: 0 });
    expect(match(press('s'), [go], { ...calm, now: 5_000 }).kind).toBe('none');
  });

  it('knows a sign whether the layout needs Shift for it or not', () => {
    const sheet = command('sheet', { keys: ['?'] });
    expect(idAfter([press('?', { shiftKey: true })], [sheet])).toBe('sheet');
    expect(idAfter([press('?')], [sheet])).toBe('sheet');
  });

  it('passes over what is not enabled, and prefers what was registered last', () => {
    const older = command('older', { keys: ['A'] });
    const newer = command('newer', { keys: ['A'] });
    expect(idAfter([press('a')], [older, newer])).toBe('newer');
    expect(idAfter([press('a')], [older, { ...newer, isEnabled: false }])).toBe('older');
  });
});

describe('the registry', () => {
  it('lets a later registration stand in for an earlier one until it is disposed', () => {
    const registry = createRegistry();
    registry.add([command('sync', { title: 'frame' })]);
    const remove = registry.add([command('sync', { title: 'screen' })]);
    expect(registry.find('sync')?.title).toBe('screen');
    remove();
    expect(registry.find('sync')?.title).toBe('frame');
  });

  it('tells its listeners once for each change', () => {
    const registry = createRegistry();
    let calls = 0;
    const stop = registry.subscribe(() => (calls += 1));
    registry.add([command('a'), command('b')])();
    stop();
    registry.add([command('c')]);
    expect(calls).toBe(2);
  });

  it('groups commands with what is at hand first', () => {
    const groups = grouped([command('x'), command('y', { group: 'Booking' })]).map(([group]) => group);
    expect(groups).toEqual(['Booking', 'Console']);
  });
});

describe('showing shortcuts', () => {
  it('names keys as they are on the keyboard', () => {
    expect(keyCaps('mod+K', false)).toEqual(['Ctrl', 'K']);
    expect(keyCaps('mod+K', true)).toEqual(['⌘', 'K']);
    expect(keyCaps('G S', false)).toEqual(['G', 'then', 'S']);
  });

  it('tells keys that can be typed by accident from those that cannot', () => {
    expect(['A', '?', 'G S', 'mod+K', 'F1', 'Escape'].map(isSingleKey)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
