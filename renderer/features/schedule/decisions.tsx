import { CommandButton } from '#renderer/app/commands/command-button.tsx';
import type { ScheduleItem } from '#shared/rpc/contract';
import { useSchedule } from './schedule-context.ts';
import styles from './decisions.module.css';

/** The buttons for what the booking's state allows; each is a command with a key. */
export function Decisions({ item }: { item: ScheduleItem }) {
  const { canAct } = useSchedule();
  if (!canAct) return <p className={styles.note}>You can see this schedule but not change it.</p>;
  const isRequest = item.status === 'PENDING';
  return (
    <div className={styles.row} role="group" aria-label="Decide">
      {isRequest && <CommandButton command="booking.accept">Accept</CommandButton>}
      <CommandButton command="booking.counter" variant="default">
        Counter
      </CommandButton>
      <CommandButton command="booking.decline" variant="default">
        Decline
      </CommandButton>
      <CommandButton command="booking.move" variant="default">
        Move
      </CommandButton>
      <CommandButton command="booking.no-show" variant="default">
        No-show
      </CommandButton>
      <CommandButton command="booking.cancel" variant="default">
        Cancel
      </CommandButton>
    </div>
  );
}
