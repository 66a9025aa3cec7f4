import type { ScheduleItem } from '#shared/rpc/contract';
import { closeForm, useAction } from './action-store.ts';
import { cancel, decline, markNoShow } from './booking-edits.ts';
import { MoveForm } from './move-form.tsx';
import { canMove } from './judge-move.ts';
import { useSchedule } from './schedule-context.ts';
import { WordsForm } from './words-form.tsx';

/** The form that was asked for; moving without dragging is always at hand. */
export function ActionForms({ item }: { item: ScheduleItem }) {
  const action = useAction();
  const { canAct } = useSchedule();
  if (!canAct) return null;
  const form = action.bookingId === item.bookingId ? action.form : null;
  const { words, replaces } = action;
  const first = item.studentName.split(' ')[0] ?? item.studentName;
  switch (form) {
    case 'decline':
      return (
        <WordsForm
          title="Decline the request"
          label={`Message to ${first} (optional)`}
          submit="Decline"
          isDanger
          initial={words}
          onSubmit={(text) => decline(item, text, replaces)}
          onClose={closeForm}
        />
      );
    case 'cancel':
      return (
        <WordsForm
          title="Cancel the lesson"
          label={`Reason, which ${first} will read`}
          submit="Cancel the lesson"
          least={1}
          isDanger
          initial={words}
          onSubmit={(text) => cancel(item, text, replaces)}
          onClose={closeForm}
        />
      );
    case 'no-show':
      return (
        <WordsForm
          title={`${first} did not come`}
          label="What happened, for the claim"
          hint="At least 20 characters: when you were there, how you tried to reach them."
          submit="Mark as no-show"
          least={20}
          isDanger
          initial={words}
          onSubmit={(text) => markNoShow(item, text, replaces)}
          onClose={closeForm}
        />
      );
    default:
      return canMove(item) ? (
        <MoveForm
          key={`${item.bookingId} ${item.startAt} ${action.prefill?.startAt ?? ''} ${replaces ?? ''}`}
          item={item}
          isAsked={form === 'move' || form === 'counter'}
          prefill={form === null ? null : action.prefill}
          initial={form === null ? '' : words}
          replaces={form === null ? null : replaces}
        />
      ) : null;
  }
}
