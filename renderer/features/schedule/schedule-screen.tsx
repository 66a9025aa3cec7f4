import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import { weekAt, weekOf, type Week } from '#shared/domain/week';
import { addDays, platformZone, wallClockAt, type LocalDate } from '#shared/domain/zone';
import { isStaffOnly } from '#renderer/app/sections.ts';
import { useMe } from '#renderer/app/use-me.ts';
import { serverNow, useCore } from '#renderer/state/core-state.ts';
import { useLive } from '#renderer/state/live.ts';
import { Failure } from '#renderer/ui/failure.tsx';
import { DetailsPane } from './details-pane.tsx';
import { FirstPull } from './first-pull.tsx';
import { clearGhost } from './ghost-store.ts';
import type { GridDay } from './grid.ts';
import { ListView } from './list-view.tsx';
import { RequestsLane } from './requests-lane.tsx';
import { ScheduleCommands } from './schedule-commands.tsx';
import { ScheduleProvider, type ScheduleContext } from './schedule-context.ts';
import { ScheduleSkeleton } from './schedule-skeleton.tsx';
import { Toolbar, type ScheduleView } from './toolbar.tsx';
import { TutorPicker } from './tutor-picker.tsx';
import { WeekGrid } from './week-grid.tsx';
import styles from './schedule-screen.module.css';

/** A tutor's week: the grid, what is selected, and the requests that wait. */
export function ScheduleScreen() {
  const me = useMe();
  const search = useSearch({ from: '/inside/schedule' });
  const navigate = useNavigate({ from: '/schedule' });
  const isStaff = useIsStaff();
  const tutorId = isStaff ? (search.tutor ?? null) : null;
  const hasTutor = !isStaff || tutorId !== null;

  const [zone, setZone] = useState(platformZone);
  const today = wallClockAt(serverNow(), zone).date;
  const date = search.on ?? today;
  const week = useMemo(() => weekOf(date, zone), [date, zone]);
  const view = search.view ?? 'week';

  const answer = useLive('schedule.week', hasTutor ? { tutorId, from: week.startAt, to: week.endAt } : null);
  // Turning the page shows the old one until the new one is there: reading it takes a few milliseconds.
  const [last, setLast] = useState(answer.data);
  if (answer.data !== undefined && answer.data !== last) setLast(answer.data);
  const isSameTutor = last !== undefined && (tutorId === null || last.tutorId === tutorId);
  const data = answer.data ?? (isSameTutor && answer.error === undefined ? last : undefined);
  // The first question assumes the platform's zone; the answer says the tutor's, and the next one is right.
  if (data !== undefined && data.zone !== zone) setZone(data.zone);
  useEffect(() => clearGhost, [week.startAt, view]);

  const selectedId = search.booking ?? null;
  const isShown = answer.data?.items.some((item) => item.bookingId === selectedId) ?? false;
  const isElsewhere = search.on === undefined && !isShown && (answer.data !== undefined || !hasTutor);
  useLinkedBooking(selectedId, isShown, isElsewhere);
  const context = useMemo((): ScheduleContext | null => {
    if (data === undefined) return null;
    return {
      week: data,
      days: daysOf(weekAt(data.from, data.zone), view === 'day' ? date : null),
      selectedId,
      select: (item) =>
        void navigate({ search: (before) => ({ ...before, booking: item?.bookingId }), replace: true }),
      showDay: (day) => void navigate({ search: (before) => ({ ...before, view: 'day', on: day }) }),
      canAct: me !== null && (me.userId === data.tutorId || me.staffRoles.includes('admin')),
      actor: me !== null && me.userId === data.tutorId ? 'tutor' : 'admin',
      needsReason: me !== null && me.userId !== data.tutorId,
    };
  }, [data, view, date, selectedId, navigate, me]);

  const show = (to: LocalDate) =>
    void navigate({ search: (before) => ({ ...before, on: to === today ? undefined : to }) });

  const isFirstPull = useCore((state) => state.sync?.isFirstPull === true && state.sync.state === 'pulling');
  // An empty week says something only once everything is here.
  const isArriving = isFirstPull && data !== undefined && data.items.length === 0;

  const changeView = (next: ScheduleView) => {
    // One day of the week: that of the selected booking, else today, else its first.
    const selected = data?.items.find((item) => item.bookingId === selectedId);
    const dayOf = selected === undefined ? null : wallClockAt(selected.startAt, zone).date;
    const isThisWeek = week.days.some((day) => day.date === today);
    const on = next === 'day' ? (dayOf ?? (isThisWeek ? today : date)) : date;
    void navigate({ search: (before) => ({ ...before, view: next, on: on === today ? undefined : on }) });
  };

  return (
    <div className={styles.screen}>
      <Toolbar
        zone={zone}
        days={view === 'day' ? [date] : week.days.map((day) => day.date)}
        today={today}
        view={view}
        tutor={isStaff ? <TutorPicker tutorId={tutorId} name={data?.tutorName ?? null} /> : null}
        onShow={show}
        onView={changeView}
      />
      {!hasTutor ? (
        <TutorPicker.Empty />
      ) : context === null ? (
        answer.error === undefined ? (
          <ScheduleSkeleton />
        ) : (
          <Failure error={answer.error} retry={answer.retry} />
        )
      ) : (
        <ScheduleProvider value={context}>
          <div className={styles.body}>
            {isArriving ? <FirstPull /> : view === 'list' ? <ListView /> : <WeekGrid today={today} />}
            <aside className={styles.side} aria-label="Details and requests">
              <DetailsPane />
              <RequestsLane tutorId={tutorId} />
            </aside>
          </div>
          <ScheduleCommands
            tutorId={tutorId}
            onStep={(by) => show(addDays(date, view === 'day' ? by : by * 7))}
            onToday={() => show(today)}
            onView={changeView}
          />
        </ScheduleProvider>
      )}
    </div>
  );
}

/** A link may name nothing but a booking: shows the week (and, to staff, the tutor) it belongs to. */
function useLinkedBooking(booking: string | null, isShown: boolean, isElsewhere: boolean): void {
  const navigate = useNavigate({ from: '/schedule' });
  const isStaff = useIsStaff();
  // Once it has been on the screen, leaving its week is the user's wish.
  const [seen, setSeen] = useState<string | null>(null);
  if (isShown && seen !== booking) setSeen(booking);
  const isAsked = booking !== null && seen !== booking && isElsewhere;
  const { data } = useLive('schedule.booking', isAsked ? { bookingId: booking } : null);
  useEffect(() => {
    if (!isAsked || data === undefined || data.item === null || data.tutorId === null) return;
    const on = wallClockAt(data.item.startAt, platformZone).date;
    const whose = isStaff ? { tutor: data.tutorId } : {};
    void navigate({ search: (before) => ({ ...before, on, ...whose }), replace: true });
  }, [isAsked, data, isStaff, navigate]);
}

function useIsStaff(): boolean {
  const me = useMe();
  return me !== null && isStaffOnly(me);
}

function daysOf(week: Week, only: LocalDate | null): readonly GridDay[] {
  return only === null ? week.days : week.days.filter((day) => day.date === only);
}
