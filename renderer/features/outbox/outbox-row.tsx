import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type * as z from 'zod';
import type { outboxItem } from '#shared/rpc/contract';
import { platformZone } from '#shared/domain/zone';
import { isDisjoint } from '#shared/domain/conflict';
import { canResend, openRefused } from '#renderer/features/schedule/resend.ts';
import { discardEdit, keepBoth, retryEdit, undoEdit } from '#renderer/state/edits.ts';
import { Icon, type IconName } from '#renderer/ui/icons.tsx';
import { agoLabel, clockLabel } from '#renderer/ui/time-labels.ts';
import { useNow } from '#renderer/ui/use-now.ts';
import { ConflictTable } from './conflict-table.tsx';
import { CopyButton } from './copy-button.tsx';
import { editText } from './copy-text.ts';
import styles from './outbox-screen.module.css';

type Item = z.infer<typeof outboxItem>;

export function OutboxRow({ item }: { item: Item }) {
  const now = useNow(1_000);
  const { word, icon, tone } = stateOf(item, now);
  const navigate = useNavigate();
  // What was tried may have arrived: taking it back then is a new edit.
  const canUndo = ['held', 'queued', 'blocked'].includes(item.state) && item.attempts === 0;
  const isRefused = tone === 'alert';
  const isMixed = item.state === 'conflict' && isDisjoint(item.fields);
  const name = <span className="visually-hidden">: {item.title}</span>;
  const show = () => void navigate({ to: '/schedule', search: { booking: item.rowId } });
  return (
    <li className={styles.row} data-tone={tone} data-wide={item.fields.length > 0}>
      <span className={styles.icon}>
        <Icon name={icon} />
      </span>
      <div className={styles.main}>
        <p className={styles.title}>{item.title}</p>
        <p className={styles.detail}>
          <strong>{word}</strong>, made {agoLabel(item.createdAt, now)} at{' '}
          {clockLabel(item.createdAt, platformZone)}
          {item.attempts > 1 && `, tried ${item.attempts} times`}
        </p>
        {item.problem !== null && <p className={styles.problem}>{item.problem}</p>}
        {item.fields.length > 0 && <ConflictTable fields={item.fields} />}
      </div>
      <div className={styles.actions}>
        {canUndo && (
          <Button variant="default" onClick={() => void undoEdit(item.id)}>
            Undo{name}
          </Button>
        )}
        {isRefused && item.table === 'bookings' && (
          <Button variant="default" onClick={show}>
            Show{name}
          </Button>
        )}
        {isRefused && (
          <>
            {canResend(item) && (
              <Button
                variant={isMixed ? 'default' : 'filled'}
                onClick={() => {
                  openRefused(item);
                  show();
                }}
              >
                Edit and resend{name}
              </Button>
            )}
            {isMixed && <Button onClick={() => void keepBoth(item.id)}>Keep both{name}</Button>}
            {item.state !== 'update-required' && (
              <Button
                variant={canResend(item) || isMixed ? 'default' : 'filled'}
                onClick={() => void retryEdit(item.id)}
              >
                {item.state === 'conflict' ? 'Keep mine' : 'Try again'}
                {name}
              </Button>
            )}
            <CopyButton text={editText(item)} about={item.title} />
            <Button variant="default" onClick={() => void discardEdit(item.id)}>
              {item.state === 'conflict' ? 'Take theirs' : 'Discard'}
              {name}
            </Button>
          </>
        )}
      </div>
    </li>
  );
}

type StateLook = { word: string; icon: IconName; tone: 'waiting' | 'alert' };

function stateOf(item: Item, now: number): StateLook {
  switch (item.state) {
    case 'held': {
      const seconds = Math.max(Math.ceil((item.sendAt - now) / 1_000_000), 0);
      return {
        word: seconds > 0 ? `Sent in ${seconds} s` : 'Sent in a moment',
        icon: 'clock',
        tone: 'waiting',
      };
    }
    case 'queued':
      return { word: 'Waiting to be sent', icon: 'outbox', tone: 'waiting' };
    case 'sending':
      return { word: 'Being sent', icon: 'sync', tone: 'waiting' };
    case 'blocked':
      return { word: 'Waits for an earlier edit of the same thing', icon: 'clock', tone: 'waiting' };
    case 'applied':
      return { word: 'The server has it', icon: 'check', tone: 'waiting' };
    case 'conflict':
      return { word: 'Changed on both sides', icon: 'warning', tone: 'alert' };
    case 'rejected':
      return { word: 'Not accepted', icon: 'warning', tone: 'alert' };
    case 'update-required':
      return { word: 'Needs a newer console', icon: 'warning', tone: 'alert' };
  }
}
