import type * as z from 'zod';
import type { connectionReport } from '#shared/rpc/contract';
import { Icon } from '#renderer/ui/icons.tsx';
import styles from './connect-screen.module.css';

type State = 'ok' | 'failed' | 'skipped';

/** Each thing that was looked at, in the order in which it was. */
export function ProbeResult({ report }: { report: z.infer<typeof connectionReport> }) {
  const after = (earlier: boolean, own: boolean): State => (earlier ? (own ? 'ok' : 'failed') : 'skipped');
  const steps: readonly { title: string; state: State }[] = [
    { title: 'Something answers at the address', state: report.isReachable ? 'ok' : 'failed' },
    { title: 'The key is accepted', state: after(report.isReachable, report.isKeyValid) },
    {
      title: 'The console’s schema is installed',
      state: after(report.isReachable && report.isKeyValid, report.hasSchema),
    },
  ];
  return (
    <div className={styles.result} aria-live="polite">
      <ul className={styles.steps}>
        {steps.map(({ title, state }) => (
          <li key={title} className={styles.step} data-state={state}>
            <Icon name={state === 'ok' ? 'check' : state === 'failed' ? 'cross' : 'clock'} />
            <span>
              {title}
              <span className="visually-hidden">: {words[state]}</span>
            </span>
          </li>
        ))}
      </ul>
      {report.problem !== null && <p className={styles.problem}>{report.problem}</p>}
      {report.problem === null && (
        <p className={styles.capabilities}>
          {report.capabilities.length > 0
            ? `Also available: ${report.capabilities.map((name) => names[name] ?? name).join(', ')}.`
            : 'None of the optional parts is available; the console works without them.'}
        </p>
      )}
    </div>
  );
}

const words: Readonly<Record<State, string>> = { ok: 'yes', failed: 'no', skipped: 'not checked' };

const names: Readonly<Record<string, string>> = {
  realtime: 'live updates',
  storage: 'documents',
  functions: 'payment functions',
  'demo-accounts': 'demo accounts',
  mfa: 'two-factor sign-in',
};
