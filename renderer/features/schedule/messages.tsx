import { useLive } from '#renderer/state/live.ts';
import { agoLabel, spanLabel } from '#renderer/ui/time-labels.ts';
import { useNow } from '#renderer/ui/use-now.ts';
import { useSchedule } from './schedule-context.ts';
import styles from './messages.module.css';

/** What tutor and student wrote about this booking, the newest last. */
export function Messages({ bookingId }: { bookingId: string }) {
  const { data } = useLive('schedule.messages', { bookingId });
  const { week } = useSchedule();
  const now = useNow(60_000);
  if (data === undefined || data.messages.length === 0) return null;
  return (
    <div className={styles.messages}>
      <h3 className={styles.title}>Messages</h3>
      <ol className={styles.list}>
        {data.messages.map((message) => (
          <li key={message.id} className={styles.message} data-mine={message.isMine || undefined}>
            <p className={styles.from}>
              {message.isMine ? 'You' : message.senderName}, {agoLabel(message.createdAt, now)}
            </p>
            {message.proposedStartAt !== null && message.proposedEndAt !== null && (
              <p className={styles.proposal}>
                Proposed {spanLabel(message.proposedStartAt, message.proposedEndAt, week.zone)}
              </p>
            )}
            {message.body !== null && message.body !== '' && <p className={styles.body}>{message.body}</p>}
          </li>
        ))}
      </ol>
    </div>
  );
}
