import type { ScheduleItem } from '#shared/rpc/contract';
import { useLive } from '#renderer/state/live.ts';
import { useSchedule } from './schedule-context.ts';

/** The selected booking: of the week that is shown, or any other that this user may see. */
export function useSelected(): ScheduleItem | null {
  const { week, selectedId } = useSchedule();
  const shown = week.items.find((item) => item.bookingId === selectedId) ?? null;
  const elsewhere = useLive(
    'schedule.booking',
    selectedId === null || shown !== null ? null : { bookingId: selectedId },
  );
  return shown ?? elsewhere.data?.item ?? null;
}
