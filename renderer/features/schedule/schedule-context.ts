import { createContext, useContext } from 'react';
import type { ScheduleItem, ScheduleWeek } from '#shared/rpc/contract';
import type { LocalDate } from '#shared/domain/zone';
import type { GridDay } from './grid.ts';

export type ScheduleContext = {
  week: ScheduleWeek;
  /** The days that are shown. */
  days: readonly GridDay[];
  selectedId: string | null;
  select: (item: Pick<ScheduleItem, 'bookingId'> | null) => void;
  /** Shows one day with room for everything on it. */
  showDay: (date: LocalDate) => void;
  /** Whether this user may decide and move here. */
  canAct: boolean;
  /** In which capacity. */
  actor: 'tutor' | 'admin';
  /** Whether a move needs a reason, because it is somebody else's lesson. */
  needsReason: boolean;
};

const context = createContext<ScheduleContext | null>(null);
export const ScheduleProvider = context.Provider;

export function useSchedule(): ScheduleContext {
  const value = useContext(context);
  if (value === null) throw new Error('used outside the schedule');
  return value;
}
