import type { SpotlightActionGroupData } from '@mantine/spotlight';
import { useDebouncedValue } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { statusLabel } from '#shared/domain/booking-labels';
import { searchTerms } from '#shared/domain/name-search';
import { platformZone, wallClockAt } from '#shared/domain/zone';
import { useLive } from '../state/live.ts';
import { spanLabel } from '../ui/time-labels.ts';
import { openSections } from './sections.ts';
import { useMe } from './use-me.ts';

/** For the palette: bookings of the people whose name is typed, the newest first. */
export function useFoundBookings(typed: string): readonly SpotlightActionGroupData[] {
  const me = useMe();
  const navigate = useNavigate();
  const [text] = useDebouncedValue(typed, 120);
  const mayLook = me !== null && openSections(me).some(({ section }) => section === 'schedule');
  const isAsked = mayLook && typed !== '' && searchTerms(text).length > 0;
  const { data } = useLive('schedule.search', isAsked ? { text } : null);
  if (!isAsked || data === undefined || data.items.length === 0) return [];
  return [
    {
      group: 'Bookings',
      actions: data.items.map((item) => ({
        id: `found-${item.bookingId}`,
        label: `${item.studentName} · ${item.subject}`,
        description: [
          spanLabel(item.startAt, item.endAt, platformZone),
          ...(item.tutorId === me.userId ? [] : [`with ${item.tutorName}`]),
          statusLabel(item.status),
        ].join(' · '),
        // The core has searched already; a second filter here would hide what it found by another spelling.
        keywords: [typed],
        onClick: () =>
          void navigate({
            to: '/schedule',
            search: {
              booking: item.bookingId,
              on: wallClockAt(item.startAt, platformZone).date,
              ...(item.tutorId === me.userId ? {} : { tutor: item.tutorId }),
            },
          }),
      })),
    },
  ];
}
