import { Link } from '@tanstack/react-router';
import { useLive } from '#renderer/state/live.ts';
import styles from './verification-tabs.module.css';

/** The screens of verification, with how much waits on each. Stands in the bar of each of them. */
export function VerificationTabs() {
  const { data } = useLive('verification.counts', {});
  const second = (data?.secondReviews ?? 0) + (data?.disputed ?? 0);
  return (
    <nav className={styles.tabs} aria-label="Verification">
      <Tab to="/verification" title="Queue" amount={data?.open ?? 0} isExact />
      <Tab to="/verification/second" title="Second reviews" amount={second} />
      <Tab to="/verification/statistics" title="Statistics" amount={0} />
    </nav>
  );
}

type TabProps = {
  to: '/verification' | '/verification/second' | '/verification/statistics';
  title: string;
  amount: number;
  isExact?: boolean;
};

function Tab({ to, title, amount, isExact = false }: TabProps) {
  return (
    <Link
      to={to}
      className={styles.tab}
      activeProps={{ 'data-active': true }}
      activeOptions={{ includeSearch: false, exact: isExact }}
    >
      {title}
      {amount > 0 && (
        <span className={styles.amount}>
          <span className="visually-hidden">, </span>
          {amount > 999 ? '999+' : amount}
          <span className="visually-hidden"> waiting</span>
        </span>
      )}
    </Link>
  );
}
