import { canDo } from '#shared/domain/booking-status';
import { decideCancel, decideConfirm, decideNoShow, type Circumstances } from '#shared/domain/move-rules';
import { useNow } from '#renderer/ui/use-now.ts';
import { useCommands } from '#renderer/app/commands/use-commands.ts';
import { useLive } from '#renderer/state/live.ts';
import { sayTrouble } from '#renderer/state/edits.ts';
import { openForm } from './action-store.ts';
import { accept } from './booking-edits.ts';
import { canMove, explain, factsOf, takenIn } from './judge-move.ts';
import { useShowBooking } from './requests-lane.tsx';
import { useSchedule } from './schedule-context.ts';
import type { ScheduleView } from './toolbar.tsx';
import { grabBooking } from './use-grid-keys.ts';
import { useSelected } from './use-item.ts';

type Props = {
  tutorId: string | null;
  onStep: (by: number) => void;
  onToday: () => void;
  onView: (view: ScheduleView) => void;
};

/** What the keyboard and the palette can do on the schedule. */
export function ScheduleCommands({ tutorId, onStep, onToday, onView }: Props) {
  const schedule = useSchedule();
  const item = useSelected();
  const requests = useLive('schedule.requests', { tutorId }).data?.items ?? [];
  const showBooking = useShowBooking();
  const can = (isPossible: boolean) => ({ isEnabled: isPossible && schedule.canAct && item !== null });
  const status = item?.status ?? 'CANCELLED';
  const now: Circumstances = {
    now: useNow(30_000),
    rules: schedule.week.rules,
    actor: schedule.actor,
  };

  const goTo = (by: number) => {
    const index = requests.findIndex((request) => request.bookingId === schedule.selectedId);
    const next = requests[index < 0 ? (by > 0 ? 0 : requests.length - 1) : index + by];
    if (next !== undefined) showBooking(next);
  };

  useCommands([
    {
      id: 'booking.accept',
      title: 'Accept the request',
      group: 'Booking',
      keys: ['A'],
      keywords: 'confirm',
      ...can(canDo('confirm', status)),
      run: () => {
        if (item === null) return;
        const verdict = decideConfirm(factsOf(item), takenIn(schedule.week), now);
        if (verdict.may === 'do') void accept(item);
        else sayTrouble('Cannot be accepted', explain(verdict, schedule.week));
      },
    },
    {
      id: 'booking.counter',
      title: 'Offer another time',
      group: 'Booking',
      keys: ['C'],
      keywords: 'counter propose',
      ...can(canDo('counter_offer', status)),
      run: () => item !== null && openForm(item.bookingId, 'counter'),
    },
    {
      id: 'booking.decline',
      title: 'Decline the request',
      group: 'Booking',
      keys: ['D'],
      keywords: 'refuse reject',
      ...can(canDo('decline', status)),
      run: () => item !== null && openForm(item.bookingId, 'decline'),
    },
    {
      id: 'booking.grab',
      title: 'Pick up and move with the arrow keys',
      group: 'Booking',
      keys: ['M'],
      keywords: 'reschedule grab keyboard',
      ...can(item !== null && canMove(item)),
      run: () => item !== null && grabBooking(item.bookingId, schedule),
    },
    {
      id: 'booking.move',
      title: 'Move to another time…',
      group: 'Booking',
      keys: ['E'],
      keywords: 'reschedule',
      ...can(canDo('reschedule', status)),
      run: () => item !== null && openForm(item.bookingId, 'move'),
    },
    {
      id: 'booking.no-show',
      title: 'Mark as no-show…',
      group: 'Booking',
      keys: ['N'],
      keywords: 'absent missed claim',
      ...can(item?.sessionId != null && decideNoShow(factsOf(item), now).may === 'do'),
      run: () => item !== null && openForm(item.bookingId, 'no-show'),
    },
    {
      id: 'booking.cancel',
      title: 'Cancel the booking…',
      group: 'Booking',
      keys: ['X'],
      // A request is declined; what is cancelled has been agreed on.
      ...can(item !== null && status !== 'PENDING' && decideCancel(factsOf(item), now).may === 'do'),
      run: () => item !== null && openForm(item.bookingId, 'cancel'),
    },
    {
      id: 'schedule.next-request',
      title: 'Next request',
      group: 'Schedule',
      keys: ['J'],
      isEnabled: requests.length > 0,
      run: () => goTo(1),
    },
    {
      id: 'schedule.previous-request',
      title: 'Previous request',
      group: 'Schedule',
      keys: ['K'],
      isEnabled: requests.length > 0,
      run: () => goTo(-1),
    },
    { id: 'schedule.today', title: 'Go to today', group: 'Schedule', keys: ['T'], run: onToday },
    { id: 'schedule.next', title: 'Next week or day', group: 'Schedule', keys: [']'], run: () => onStep(1) },
    {
      id: 'schedule.previous',
      title: 'Previous week or day',
      group: 'Schedule',
      keys: ['['],
      run: () => onStep(-1),
    },
    {
      id: 'schedule.view-day',
      title: 'Show one day',
      group: 'Schedule',
      keys: ['V D'],
      run: () => onView('day'),
    },
    {
      id: 'schedule.view-week',
      title: 'Show the week',
      group: 'Schedule',
      keys: ['V W'],
      run: () => onView('week'),
    },
    {
      id: 'schedule.view-list',
      title: 'Show a list',
      group: 'Schedule',
      keys: ['V L'],
      run: () => onView('list'),
    },
    {
      id: 'schedule.close-details',
      title: 'Close details',
      group: 'Schedule',
      keys: ['Escape'],
      isHidden: true,
      isEnabled: schedule.selectedId !== null,
      run: () => schedule.select(null),
    },
  ]);
  return null;
}
