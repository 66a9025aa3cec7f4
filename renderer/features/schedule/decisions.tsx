import { useId } from 'react';
import { decideConfirm } from '#shared/domain/move-rules';
import type { ScheduleItem } from '#shared/rpc/contract';
import { CommandButton } from '#renderer/app/commands/command-button.tsx';
import { Icon } from '#renderer/ui/icons.tsx';
import { useNow } from '#renderer/ui/use-now.ts';
import { explain, factsOf, takenIn } from './judge-move.ts';
import { useSchedule } from './schedule-context.ts';
import styles from './decisions.module.css';

const others = [
  ['booking.counter', 'Counter'],
  ['booking.decline', 'Decline'],
  ['booking.move', 'Move'],
  ['booking.no-show', 'No-show'],
  ['booking.cancel', 'Cancel'],
] as const;

/** The buttons for what the booking's state allows; each is a command with a key. */
export function Decisions({ item }: { item: ScheduleItem }) {
  const { canAct, week, actor } = useSchedule();
  const now = useNow(30_000);
  const why = useId();
  if (!canAct) return <p className={styles.note}>You can see this schedule but not change it.</p>;
  const verdict = decideConfirm(factsOf(item), takenIn(week), { now, rules: week.rules, actor });
  const refusal = item.status === 'PENDING' && verdict.may === 'not' ? verdict : null;
  return (
    <>
      <div className={styles.row} role="group" aria-label="Decide">
        {item.status === 'PENDING' && (
          <CommandButton
            command="booking.accept"
            disabled={refusal !== null}
            {...(refusal === null ? {} : { 'aria-describedby': why })}
          >
            Accept
          </CommandButton>
        )}
        {others.map(([command, label]) => (
          <CommandButton key={command} command={command} variant="default" isHiddenWhenOff>
            {label}
          </CommandButton>
        ))}
      </div>
      {refusal !== null && (
        <p className={styles.why} id={why}>
          <Icon name="warning" size={13} />
          <span>Cannot be accepted at this time. {explain(refusal, week)} You can offer another one.</span>
        </p>
      )}
    </>
  );
}
