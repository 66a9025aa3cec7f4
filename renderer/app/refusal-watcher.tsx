import { useEffect, useRef } from 'react';
import { useLive } from '../state/live.ts';
import { showToast } from '../state/toasts.ts';
import { announce } from './announcer.tsx';

/** Says it once when the server refuses an edit, wherever one is. */
export function RefusalWatcher() {
  const { data } = useLive('outbox.list', {});
  const known = useRef<Map<string, string> | null>(null);
  useEffect(() => {
    if (data === undefined) return;
    const before = known.current;
    known.current = new Map(data.items.map((item) => [item.id, item.state]));
    // What needed attention when the window opened is in the pill and the outbox; it is no news.
    if (before === null) return;
    for (const item of data.items) {
      if (!needsAttention(item.state) || before.get(item.id) === item.state) continue;
      const reason = item.problem ?? 'The server did not take it.';
      announce(`Refused: ${item.title}. ${reason}`);
      showToast({ tone: 'alert', title: `Refused: ${item.title}`, text: reason, about: item.id });
    }
  }, [data]);
  return null;
}

/** Whether people have to decide about an edit in this state. */
export function needsAttention(state: string): boolean {
  return state === 'conflict' || state === 'rejected' || state === 'update-required';
}
