import { create } from 'zustand';
import type { Interval } from '#shared/domain/overlap';

export type ActionForm = 'decline' | 'counter' | 'move' | 'cancel' | 'no-show';

type ActionState = {
  bookingId: string | null;
  form: ActionForm | null;
  /** The time a form begins with: where something was dropped, or what was refused. */
  prefill: Interval | null;
};

/** The form that is open in the details pane. */
export const useAction = create<ActionState>(() => ({ bookingId: null, form: null, prefill: null }));

export function openForm(bookingId: string, form: ActionForm, prefill: Interval | null = null): void {
  useAction.setState({ bookingId, form, prefill });
}

export function closeForm(): void {
  useAction.setState({ bookingId: null, form: null, prefill: null });
}
