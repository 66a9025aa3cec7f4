import { Progress } from '@mantine/core';
import { syncLabel } from '#renderer/app/sync-label.ts';
import { useCore } from '#renderer/state/core-state.ts';
import { Notice } from '#renderer/ui/notice.tsx';
import { useDelayed } from '#renderer/ui/use-delayed.ts';

/** In place of an empty week while the data comes to this machine for the first time. */
export function FirstPull() {
  const sync = useCore((state) => state.sync);
  const isShown = useDelayed(true, 150);
  const { text, progress } = syncLabel(sync);
  if (!isShown) return <div aria-busy="true" />;
  return (
    <Notice icon="sync" title="Bringing your schedule to this machine">
      <p>This happens once. After that the console opens at once and works without a connection.</p>
      <Progress
        value={(progress ?? 0) * 100}
        animated={progress === null}
        my={12}
        aria-label="Rows received"
      />
      <p>{text}</p>
    </Notice>
  );
}
