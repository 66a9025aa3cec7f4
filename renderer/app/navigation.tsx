import { Link } from '@tanstack/react-router';
import { useEffect, type ReactNode } from 'react';
import { toMillis } from '#shared/domain/instant';
import type { Me } from '#shared/domain/roles';
import { serverNow, useCore } from '../state/core-state.ts';
import { useLive } from '../state/live.ts';
import { Icon, type IconName } from '../ui/icons.tsx';
import { count } from '../ui/time-labels.ts';
import { isStaffOnly, openSections } from './sections.ts';
import { ToastDock } from './toast-dock.tsx';
import styles from './navigation.module.css';

/** The left side: the sections of the user's roles, then what everybody has. */
export function Navigation({ me }: { me: Me }) {
  const waiting = useCore((state) => state.sync?.waitingEdits ?? 0);
  const attention = useCore((state) => state.sync?.needsAttention ?? 0);
  const drafts = useCore((state) => state.sync?.drafts ?? 0);
  const sections = openSections(me);
  return (
    <div className={styles.rail}>
      <nav aria-label="Sections">
        <ul className={styles.list}>
          {sections.map(({ section, title, path, icon }) => (
            <Item key={section} to={path} icon={icon} title={title}>
              {section === 'schedule' && !isStaffOnly(me) && <RequestsBadge />}
              {section === 'verification' && <CasesBadge />}
            </Item>
          ))}
          {sections.length === 0 && <Item to="/home" icon="calendar" title="Home" />}
        </ul>
        <ul className={`${styles.list} ${styles.own}`}>
          <Item to="/outbox" icon="outbox" title="Outbox">
            {attention > 0 ? (
              <Badge tone="alert" amount={attention} label={`${count(attention, 'edit')} need attention`} />
            ) : (
              waiting + drafts > 0 && (
                <Badge tone="quiet" amount={waiting + drafts} label={waitingLabel(waiting, drafts)} />
              )
            )}
          </Item>
          <Item to="/settings" icon="settings" title="Settings" />
        </ul>
      </nav>
      <ToastDock />
    </div>
  );
}

function waitingLabel(waiting: number, drafts: number): string {
  const edits = waiting === 0 ? [] : [`${count(waiting, 'edit')} waiting`];
  return [...edits, ...(drafts === 0 ? [] : [`${count(drafts, 'draft')} to confirm`])].join(', ');
}

function RequestsBadge() {
  const { data } = useLive('schedule.waiting', { tutorId: null });
  const amount = data?.requests ?? 0;
  if (amount === 0) return null;
  return <Badge tone="accent" amount={amount} label={`${count(amount, 'request')} waiting`} />;
}

/** Cases that wait; in the colour of warning while one waits longer than it may. */
function CasesBadge() {
  const { data, retry } = useLive('verification.counts', {});
  const changesAt = data?.changesAt ?? null;
  useEffect(() => {
    if (changesAt === null) return undefined;
    const timer = setTimeout(retry, Math.min(longestTimer, toMillis(changesAt - serverNow()) + 500));
    return () => clearTimeout(timer);
  }, [changesAt, retry]);
  const amount = data?.open ?? 0;
  if (data === undefined || amount === 0) return null;
  const late = data.breach === 0 ? '' : `, ${data.breach} of them for too long`;
  return (
    <Badge
      tone={data.breach > 0 ? 'warning' : 'accent'}
      amount={amount}
      label={`${count(amount, 'case')} waiting${late}`}
    />
  );
}

/** What a timer can count, and not more than an hour: a clock may be set meanwhile. */
const longestTimer = 3_600_000;

type ItemProps = {
  to: '/schedule' | '/verification' | '/outbox' | '/settings' | '/home';
  icon: IconName;
  title: string;
  children?: ReactNode;
};

function Item({ to, icon, title, children }: ItemProps) {
  return (
    <li>
      <Link
        to={to}
        className={styles.item}
        activeProps={{ 'data-active': true }}
        activeOptions={{ includeSearch: false }}
      >
        <Icon name={icon} />
        <span className={styles.title}>{title}</span>
        {children}
      </Link>
    </li>
  );
}

function Badge({
  tone,
  amount,
  label,
}: {
  tone: 'accent' | 'quiet' | 'warning' | 'alert';
  amount: number;
  label: string;
}) {
  return (
    <span className={styles.badge} data-tone={tone}>
      <span aria-hidden="true">{amount > 999 ? '999+' : amount}</span>
      <span className="visually-hidden">, {label}</span>
    </span>
  );
}
