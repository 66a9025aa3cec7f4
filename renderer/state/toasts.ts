import { create } from 'zustand';
import type { Micros } from '#shared/domain/instant';

export type Toast = {
  id: string;
  tone: 'calm' | 'alert';
  title: string;
  text?: string;
  /** The edit that "Undo" takes back, or the group of edits. */
  undoes?: string;
  isGroup?: boolean;
  /** Takes back what is done already, while the server allows it. */
  undo?: { readonly until: Micros; readonly run: () => void };
  /** A way on from an alert. */
  action?: { readonly label: string; readonly run: () => void };
  /** Where "See why" leads: the edit in the outbox. */
  about?: string;
  /** Milliseconds it stays; alerts stay until closed. */
  millis?: number;
};

export const useToasts = create<{ toasts: readonly Toast[] }>(() => ({ toasts: [] }));

const mostShown = 3;
let last = 0;

/** Shows a toast in the dock at the foot of the navigation, where it covers nothing that has the focus. */
export function showToast(toast: Omit<Toast, 'id'>): string {
  last += 1;
  const id = `toast-${last}`;
  useToasts.setState(({ toasts }) => ({ toasts: [...toasts, { ...toast, id }].slice(-mostShown) }));
  return id;
}

export function closeToast(id: string): void {
  useToasts.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }));
}

/** Closes what offered to undo this edit or group, once that is no longer possible or has been done. */
export function closeUndo(id: string): void {
  useToasts.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.undoes !== id) }));
}

/** Whether a message offers to take something back. */
export function isUndoable(toast: Toast): boolean {
  return toast.undoes !== undefined || toast.undo !== undefined;
}
