import type { ScheduleItem } from '#shared/rpc/contract';
import { useLive } from '#renderer/state/live.ts';
import { useSchedule } from './schedule-context.ts';

/** The selected booking: of the week that is shown, or a waiting request from another week. */
export function useSelected(tutorId: string | null): ScheduleItem | null {
  const { week, selectedId } = useSchedule();
  const requests = useLive('schedule.requests', { tutorId });
  if (selectedId === null) return null;
  const isSelected = (item: ScheduleItem) => item.bookingId === selectedId;
  return week.items.find(isSelected) ?? requests.data?.items.find(isSelected) ?? null;
}
