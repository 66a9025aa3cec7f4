import { microsPerDay, type Micros } from '#shared/domain/instant';
import type { Me } from '#shared/domain/roles';
import type { AppContract } from '#shared/rpc/contract';
import type { Handlers } from '#shared/rpc/define';
import { AppError } from '#shared/rpc/errors';
import type { Workspace } from '../session/workspace.ts';
import { blocksWithPending, withPending } from './pending.ts';
import { bookingQuery, messagesQuery, requestsQuery, tutorsQuery } from './queries.ts';
import { searchQuery } from './search.ts';
import { monthQuery, waitingQuery } from './totals.ts';
import { weekQuery } from './week.ts';

export type ScheduleContext = {
  /** The open workspace and who is signed in; throws AppError when there is none. */
  readonly require: () => { readonly workspace: Workspace; readonly me: Me };
  /** The server's time. */
  readonly now: () => Micros;
};

type ScheduleProcedure =
  | 'schedule.tutors'
  | 'schedule.week'
  | 'schedule.booking'
  | 'schedule.messages'
  | 'schedule.requests'
  | 'schedule.waiting'
  | 'schedule.month'
  | 'schedule.search';

const longestRange = 45 * microsPerDay;

export function scheduleHandlers(context: ScheduleContext): Pick<Handlers<AppContract>, ScheduleProcedure> {
  return {
    'schedule.tutors': async ({ search }, signal) => {
      const { workspace, me } = context.require();
      const tutors = await workspace.cache.read(tutorsQuery, { search: search.trim() }, signal);
      return { tutors: isStaff(me) ? tutors : tutors.filter((tutor) => tutor.id === me.userId) };
    },
    'schedule.week': async ({ tutorId, from, to }, signal) => {
      if (to <= from || to - from > longestRange) {
        throw new AppError('BAD_INPUT', 'Ask for at least a moment and at most 45 days.');
      }
      const { workspace, me } = context.require();
      const input = { tutorId: allowedTutor(me, tutorId), from, to, now: context.now() };
      const week = await workspace.cache.read(weekQuery, input, signal);
      const outbox = workspace.engine.outbox();
      return {
        ...week,
        tutorName: week.tutorName === '' && input.tutorId === me.userId ? me.displayName : week.tutorName,
        items: withPending(week.items, outbox),
        blocks: blocksWithPending(week.blocks, outbox),
      };
    },
    'schedule.booking': async ({ bookingId }, signal) => {
      const { workspace } = context.require();
      const found = await workspace.cache.read(bookingQuery, { bookingId }, signal);
      if (found === null) return { item: null, tutorId: null };
      const [item] = withPending([found.item], workspace.engine.outbox());
      return { item: item ?? null, tutorId: found.tutorId };
    },
    'schedule.messages': async ({ bookingId }, signal) => {
      const { workspace, me } = context.require();
      const rows = await workspace.cache.read(messagesQuery, { bookingId }, signal);
      if (rows === null) throw new AppError('NOT_FOUND', 'This booking is not in what you may see.');
      return {
        messages: rows.map((row) => ({
          id: row.id,
          senderName: row.sender_name ?? (row.sender_id === me.userId ? me.displayName : 'Someone'),
          isMine: row.sender_id === me.userId,
          type: row.message_type,
          body: row.body,
          proposedStartAt: row.proposed_start_at,
          proposedEndAt: row.proposed_end_at,
          createdAt: row.created_at,
        })),
      };
    },
    'schedule.requests': async ({ tutorId }, signal) => {
      const { workspace, me } = context.require();
      const items = await workspace.cache.read(requestsQuery, { tutorId: allowedTutor(me, tutorId) }, signal);
      return { items: withPending(items, workspace.engine.outbox()) };
    },
    'schedule.search': async (input, signal) => {
      const { workspace } = context.require();
      return await workspace.cache.read(searchQuery, input, signal);
    },
    'schedule.waiting': async ({ tutorId }, signal) => {
      const { workspace, me } = context.require();
      return await workspace.cache.read(waitingQuery, { tutorId: allowedTutor(me, tutorId) }, signal);
    },
    'schedule.month': async ({ tutorId, month }, signal) => {
      const { workspace, me } = context.require();
      return await workspace.cache.read(monthQuery, { tutorId: allowedTutor(me, tutorId), month }, signal);
    },
  };
}

/** The cache holds nobody else's rows anyway; this says so in words instead of showing an empty week. */
function allowedTutor(me: Me, tutorId: string | null): string {
  if (tutorId === null || tutorId === me.userId) return me.userId;
  if (isStaff(me)) return tutorId;
  throw new AppError('FORBIDDEN', 'You see your own schedule only.');
}

function isStaff(me: Me): boolean {
  return me.staffRoles.includes('support') || me.staffRoles.includes('admin');
}
