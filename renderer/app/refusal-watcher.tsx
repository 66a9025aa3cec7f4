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
    const fresh = data.items.filter(
      (item) => needsAttention(item.state) && before.get(item.id) !== item.state,
    );
    for (const group of data.groups) {
      const refused = fresh.filter((item) => item.groupId === group.id);
      const [first] = refused;
      if (first === undefined) continue;
      const title = `${refused.length} of ${group.total} refused: ${group.title}`;
      announce(title);
      showToast({ tone: 'alert', title, text: first.problem ?? '', about: first.id });
    }
    for (const item of fresh.filter(({ groupId }) => groupId === null)) {
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
