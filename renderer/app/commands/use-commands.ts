import { useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useCore } from '#renderer/state/core-state.ts';
import { createKeyMatcher, createRegistry, type Command } from './registry.ts';

/** The one registry of the window. */
export const registry = createRegistry();

export const isMac = /mac/i.test(navigator.platform);

/** Offers commands while the calling component is mounted. `run` may close over fresh state on every render. */
export function useCommands(commands: readonly Command[]): void {
  const latest = useRef(commands);
  useLayoutEffect(() => {
    latest.current = commands;
  });
  // What others see of a command; functions are looked up late, so they do not count as a change.
  const shape = JSON.stringify(commands);
  const [stable] = useState(() => new Map<string, () => void>());
  useEffect(() => {
    const offered = latest.current.map((command) => {
      const run =
        stable.get(command.id) ??
        (() => latest.current.find((candidate) => candidate.id === command.id)?.run());
      stable.set(command.id, run);
      return { ...command, run };
    });
    return registry.add(offered);
  }, [shape, stable]);
}

/** All commands that are offered now. */
export function useAllCommands(): readonly Command[] {
  return useSyncExternalStore(registry.subscribe, registry.list);
}

/** One command, for a button that shows its key. */
export function useCommand(id: string): Command | undefined {
  return useAllCommands().find((command) => command.id === id);
}

/** Listens to the keyboard for the registry. Used once, by the frame. */
export function useCommandKeys(): void {
  useEffect(() => {
    const match = createKeyMatcher();
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || isModifier(event.key)) return;
      // An open dialog or menu owns the keyboard: a letter typed there must not decide a booking behind it.
      const isCovered = document.querySelector('[role="dialog"][aria-modal="true"], [role="menu"]') !== null;
      const outcome = match(event, isCovered ? [] : registry.list(), {
        isMac,
        isInField: isField(event.target),
        allowsSingleKeys: useCore.getState().settings.singleKeyShortcuts,
        now: event.timeStamp,
      });
      if (outcome.kind === 'none') return;
      event.preventDefault();
      if (outcome.kind === 'run') outcome.command.run();
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, []);
}

function isModifier(key: string): boolean {
  return key === 'Control' || key === 'Shift' || key === 'Alt' || key === 'Meta';
}

function isField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (
    target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement
  )
    return true;
  return (
    target instanceof HTMLInputElement && !['button', 'checkbox', 'radio', 'range'].includes(target.type)
  );
}
