import { Button, CloseButton } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { newestUndoable, undoToast } from '../state/edits.ts';
import { closeToast, isUndoable, useToasts, type Toast } from '../state/toasts.ts';
import { Icon } from '../ui/icons.tsx';
import { leftLabel } from '../ui/time-labels.ts';
import { useNow } from '../ui/use-now.ts';
import type { Micros } from '#shared/domain/instant';
import { Keys } from './commands/keys-hint.tsx';
import { useCommands } from './commands/use-commands.ts';
import styles from './toast-dock.module.css';

/** Short messages at the foot of the navigation: never over the row or block that has the focus (WCAG 2.4.11). */
export function ToastDock() {
  const { toasts } = useToasts();
  const undoable = toasts.findLast(isUndoable)?.id;
  useCommands([
    {
      id: 'edits.undo',
      title: 'Undo the last edit',
      group: 'Edits',
      keys: ['Z', 'mod+Z'],
      isEnabled: undoable !== undefined,
      run: () => {
        const toast = newestUndoable();
        if (toast !== null) undoToast(toast);
      },
    },
  ]);
  return (
    <section aria-label="Messages">
      <ul className={styles.dock}>
        {toasts.map((toast) => (
          <Item key={toast.id} toast={toast} hasKey={toast.id === undoable} />
        ))}
      </ul>
    </section>
  );
}

function Item({ toast, hasKey }: { toast: Toast; hasKey: boolean }) {
  const navigate = useNavigate();
  const [isHeld, setIsHeld] = useState(false);
  const left = useRef(toast.millis ?? Number.POSITIVE_INFINITY);
  useEffect(() => {
    if (isHeld || left.current === Number.POSITIVE_INFINITY) return;
    const began = performance.now();
    const timer = setTimeout(() => closeToast(toast.id), left.current);
    return () => {
      clearTimeout(timer);
      // An edit leaves when its time is up, looked at or not; only messages wait for a reader.
      if (!isUndoable(toast)) left.current -= performance.now() - began;
    };
  }, [isHeld, toast]);

  const hold = isUndoable(toast) ? () => undefined : setIsHeld;
  return (
    <li
      className={styles.toast}
      data-tone={toast.tone}
      onMouseEnter={() => hold(true)}
      onMouseLeave={() => hold(false)}
    >
      <div className={styles.head}>
        <span className={styles.icon}>
          <Icon name={toast.tone === 'alert' ? 'warning' : 'check'} size={14} />
        </span>
        <p className={styles.title}>{toast.title}</p>
        <CloseButton
          size={24}
          iconSize={12}
          aria-label={`Close message: ${toast.title}`}
          onClick={() => closeToast(toast.id)}
        />
      </div>
      {toast.text !== undefined && <p className={styles.text}>{toast.text}</p>}
      {isUndoable(toast) && (
        <Button
          size="compact-xs"
          variant="light"
          className={styles.action}
          rightSection={hasKey ? <Keys keys="Z" /> : undefined}
          onClick={() => undoToast(toast)}
        >
          Undo
          {toast.undo !== undefined && <Left until={toast.undo.until} />}
        </Button>
      )}
      {toast.action !== undefined && (
        <Button
          size="compact-xs"
          variant="light"
          color="red"
          className={styles.action}
          onClick={toast.action.run}
        >
          {toast.action.label}
        </Button>
      )}
      {toast.about !== undefined && (
        <Button
          size="compact-xs"
          variant="light"
          color="red"
          className={styles.action}
          onClick={() => {
            closeToast(toast.id);
            void navigate({ to: '/outbox' });
          }}
        >
          See what you can do
        </Button>
      )}
      {toast.undoes !== undefined && <span className={styles.timer} aria-hidden="true" />}
    </li>
  );
}

/** What is left of a window, by the server's clock. */
function Left({ until }: { until: Micros }) {
  const now = useNow(1_000);
  return (
    <span className={styles.left} aria-hidden="true">
      {leftLabel(until, now)}
    </span>
  );
}
