import { create } from 'zustand';

type Said = { text: string; turn: number };
const useSaid = create<Said>(() => ({ text: '', turn: 0 }));

/** Tells people who do not see the screen what just happened. One polite line; the newest wins. */
export function announce(text: string): void {
  useSaid.setState((said) => ({ text, turn: said.turn + 1 }));
}

/** The one live region. Two lines take turns, so that the same sentence said twice is heard twice. */
export function Announcer() {
  const { text, turn } = useSaid();
  return (
    <div className="visually-hidden" role="status" aria-live="polite" data-testid="announcer">
      <p>{turn % 2 === 0 ? text : ''}</p>
      <p>{turn % 2 === 1 ? text : ''}</p>
    </div>
  );
}
