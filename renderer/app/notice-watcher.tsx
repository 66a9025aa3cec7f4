import { useEffect, useRef } from 'react';
import { useCore } from '../state/core-state.ts';
import { showToast } from '../state/toasts.ts';
import { announce } from './announcer.tsx';

/** Says once what happened to the local data: that it was rebuilt, or that this window can write now. */
export function NoticeWatcher() {
  const notice = useCore((state) => state.sync?.notice ?? null);
  const said = useRef<string | null>(null);
  useEffect(() => {
    if (notice === null || said.current === notice) return;
    said.current = notice;
    const isRepair = notice.includes('damaged');
    announce(notice);
    showToast({
      tone: isRepair ? 'alert' : 'calm',
      title: isRepair ? 'The local data was rebuilt' : 'You can edit here now',
      text: notice,
    });
  }, [notice]);
  return null;
}
