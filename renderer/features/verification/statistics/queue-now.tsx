import type { Micros } from '#shared/domain/instant';
import { agoLabel } from '#renderer/ui/time-labels.ts';
import type { QueueFigures } from './figures.ts';
import styles from './statistics-screen.module.css';

const bands = [
  { key: 'fresh', label: 'Under 24 h' },
  { key: 'due', label: '24 to 48 h' },
  { key: 'late', label: '48 to 72 h' },
  { key: 'breach', label: 'Over 72 h' },
] as const;

/** What waits now, by how long it has. The bar repeats the numbers under it and is left out for those who do not see it. */
export function QueueNow({ open, now }: { open: QueueFigures['open']; now: Micros }) {
  return (
    <section className={styles.card} aria-label="Waiting now">
      <h2 className={styles.heading}>
        {open.total === 0 ? 'Nothing waits for review' : `${open.total} waiting now`}
        {open.oldestSubmittedAt !== null && (
          <span className={styles.aside}> · the oldest came in {agoLabel(open.oldestSubmittedAt, now)}</span>
        )}
      </h2>
      {open.total > 0 && (
        <div className={styles.bands} aria-hidden="true">
          {bands.map(
            ({ key }) => open[key] > 0 && <span key={key} data-band={key} style={{ flexGrow: open[key] }} />,
          )}
        </div>
      )}
      <dl className={styles.sums}>
        {bands.map(({ key, label }) => (
          <div key={key}>
            <dt>
              <span className={styles.swatch} data-band={key} aria-hidden="true" />
              {label}
            </dt>
            <dd>{open[key]}</dd>
          </div>
        ))}
        <Sum label="Certificates" value={open.certificates} />
        <Sum label="Degrees" value={open.degrees} />
        <Sum label="Claimed" value={open.claimed} />
        <Sum label="Escalated" value={open.escalated} />
        <Sum label="File missing" value={open.withoutFile} />
      </dl>
    </section>
  );
}

function Sum({ label, value }: { label: string; value: number }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}
