import type { OutputOf } from '#shared/rpc/define';
import type { AppContract } from '#shared/rpc/contract';
import { openForm, type ActionForm } from './action-store.ts';

type Refused = Pick<
  OutputOf<AppContract['outbox.list']>['items'][number],
  'id' | 'kind' | 'args' | 'rowId' | 'table'
>;

/** Whether a refused edit has a form in which it can be changed. */
export function canResend(item: Refused): boolean {
  return item.table === 'bookings' && forms[item.kind] !== undefined;
}

/** Opens that form with what was refused. The refused edit stays until the changed one takes its place. */
export function openRefused(item: Refused): void {
  const form = forms[item.kind];
  if (form === undefined) return;
  const { start_at: startAt, end_at: endAt } = item.args;
  const isTimed = typeof startAt === 'number' && typeof endAt === 'number';
  openForm(item.rowId, form.form, {
    prefill: isTimed ? { startAt, endAt } : null,
    words: String(item.args[form.words] ?? ''),
    replaces: item.id,
  });
}

const forms: Readonly<Record<string, { readonly form: ActionForm; readonly words: string }>> = {
  'booking.decline': { form: 'decline', words: 'message' },
  'booking.counter_offer': { form: 'counter', words: 'message' },
  'booking.reschedule': { form: 'move', words: 'reason' },
  'booking.cancel': { form: 'cancel', words: 'reason' },
  'session.mark_no_show': { form: 'no-show', words: 'explanation' },
};
