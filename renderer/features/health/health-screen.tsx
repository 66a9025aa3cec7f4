import { CommandButton } from '#renderer/app/commands/command-button.tsx';
import { alarmWords } from '#renderer/app/alarm-words.ts';
import { syncLabel } from '#renderer/app/sync-label.ts';
import { useCore } from '#renderer/state/core-state.ts';
import { Icon } from '#renderer/ui/icons.tsx';
import { useDelayed } from '#renderer/ui/use-delayed.ts';
import { useNow } from '#renderer/ui/use-now.ts';
import { ageLabel } from './health-words.ts';
import { CheckPart, CopyButtons, RebuildButton } from './health-actions.tsx';
import { Faults, Facts, TableCounts } from './health-facts.tsx';
import { useHealth } from './use-health.ts';
import styles from './health-screen.module.css';

/** How the local data stands against the server, in numbers, while one looks; and what can be done about it. */
export function HealthScreen() {
  const report = useHealth();
  const sync = useCore((state) => state.sync);
  const isLinked = useCore((state) => state.link === 'open');
  const isLate = useDelayed(report === undefined, 400);
  const label = syncLabel(sync);
  return (
    <div className={styles.screen}>
      <header className={styles.bar}>
        <h1>Data health</h1>
        <p className={styles.sum} data-tone={label.tone}>
          <Icon name={label.icon} size={14} />
          {label.text}
        </p>
        <CommandButton command="console.sync" />
        <RebuildButton />
        <CopyButtons report={report ?? null} />
      </header>
      <div className={styles.body} tabIndex={0} role="region" aria-label="Data health">
        {!isLinked && (
          <p className={styles.band} role="status">
            <Icon name="warning" /> The console’s core does not answer. These numbers are from before.
          </p>
        )}
        {sync?.isReadOnly === true && (
          <p className={styles.band} role="status">
            <Icon name="lock" /> This window can only read. The other one fetches and sends; when it closes,
            this one takes over by itself.
          </p>
        )}
        {sync?.state === 'offline' && (
          <p className={styles.band} role="status">
            <Icon name="offline" /> Offline. What the server said is from before; everything else is from now.
          </p>
        )}
        <Alarms />
        {sync?.notice != null && (
          <p className={styles.note} role="note">
            {sync.notice}
          </p>
        )}
        {report === undefined && isLate && <p className={styles.empty}>Looking…</p>}
        {report === null && <p className={styles.empty}>No local data is open just now.</p>}
        {report != null && sync !== null && (
          <div className={styles.columns}>
            <div className={styles.column}>
              <Facts report={report} sync={sync} />
              <CheckPart report={report} sync={sync} />
            </div>
            <div className={styles.column}>
              <TableCounts report={report} offset={sync.serverOffset} />
              <Faults report={report} offset={sync.serverOffset} />
            </div>
          </div>
        )}
      </div>
    </div>
  );
}

/** What does not get better by itself: what it is, since when, and what to do. */
function Alarms() {
  const alarms = useCore((state) => state.sync?.alarms);
  const offset = useCore((state) => state.sync?.serverOffset ?? 0);
  const now = useNow(10_000);
  if (alarms === undefined || alarms.length === 0) return null;
  return (
    <section className={styles.alarms} aria-label="Alarms">
      {alarms.map(({ kind, since }) => {
        const { title, meaning, advice } = alarmWords[kind];
        return (
          <div key={kind} className={styles.alarm} role="alert">
            <Icon name="warning" />
            <div>
              <h2>
                {title}, for {ageLabel(now - offset - since)}
              </h2>
              <p>
                {meaning} {advice}
              </p>
            </div>
          </div>
        );
      })}
    </section>
  );
}
