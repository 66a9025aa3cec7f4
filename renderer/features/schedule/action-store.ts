import { create } from 'zustand';
import type { Interval } from '#shared/domain/overlap';

export type ActionForm = 'decline' | 'counter' | 'move' | 'cancel' | 'no-show';

/** What a form begins with. */
export type FormStart = {
  /** The time: where something was dropped, or what was refused. */
  prefill: Interval | null;
  words: string;
  /** The refused edit that the form's takes the place of. */
  replaces: string | null;
};

type ActionState = FormStart & { bookingId: string | null; form: ActionForm | null };

const nothing: FormStart = { prefill: null, words: '', replaces: null };

/** The form that is open in the details pane. */
export const useAction = create<ActionState>(() => ({ bookingId: null, form: null, ...nothing }));

export function openForm(bookingId: string, form: ActionForm, start: Partial<FormStart> = {}): void {
  useAction.setState({ bookingId, form, ...nothing, ...start });
}

export function closeForm(): void {
  useAction.setState({ bookingId: null, form: null, ...nothing });
}
