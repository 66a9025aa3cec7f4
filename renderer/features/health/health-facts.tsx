import type { ReactNode } from 'react';
import { platformZone } from '#shared/domain/zone';
import type { Sync } from '#renderer/state/core-state.ts';
import { clockLabel, count } from '#renderer/ui/time-labels.ts';
import { useNow } from '#renderer/ui/use-now.ts';
import {
  ageLabel,
  doorbellWords,
  faultWords,
  outOfReach,
  placeWords,
  sizeLabel,
  sourceWords,
  tableLabel,
} from './health-words.ts';
import type { Report } from './use-health.ts';
import styles from './health-screen.module.css';

/** The numbers, each with what it means. */
export function Facts({ report, sync }: { report: Report; sync: Sync }) {
  // Ages are by this machine's clock; the cursor's is by the server's.
  const serverNow = useNow(1_000);
  const now = serverNow - sync.serverOffset;
  const ago = (at: number | null, none: string) => (at === null ? none : `${ageLabel(now - at)} ago`);
  const bell = sync.state === 'offline' ? outOfReach : doorbellWords[report.doorbell];
  const retryAt = report.pullRetryAt ?? report.pushRetryAt;
  return (
    <>
      <Part title="Server" aside={askedLabel(report, now)}>
        <Fact label="Cursor" hint="How old what you see can be at most.">
          {sync.lastSyncedAt === null ? 'No pull yet' : `${ageLabel(serverNow - sync.lastSyncedAt)} old`}
        </Fact>
        <ServerFacts report={report} />
        <Fact label="Doorbell" hint={bell.hint}>
          {bell.text}
          {report.lastRingAt !== null && `, rang ${ago(report.lastRingAt, '')}`}
        </Fact>
        {retryAt !== null && (
          <Fact label="Next try" hint="After a failure the pause grows up to a minute.">
            {retryAt <= now ? 'now' : `in ${ageLabel(retryAt - now)}`}
          </Fact>
        )}
      </Part>
      <Part title="Edits">
        <Fact label="Waiting" hint="Kept on this machine until the server has decided on them.">
          {sync.waitingEdits === 0 ? 'none' : count(sync.waitingEdits, 'edit')}
          {report.oldestEditAt !== null && `, the oldest for ${ageLabel(now - report.oldestEditAt)}`}
        </Fact>
        <Fact label="Need attention">
          {sync.needsAttention === 0 ? 'none' : count(sync.needsAttention, 'edit')}
        </Fact>
        <Fact label="Last answer">{ago(report.lastAnswerAt, 'none since the start')}</Fact>
      </Part>
      <Part title="This machine">
        <Fact label="File">{sizeLabel(report.fileBytes)}</Fact>
        <Fact label="Log beside it (WAL)" hint="Folded into the file in quiet moments.">
          {sizeLabel(report.walBytes)} of at most {sizeLabel(report.walFullBytes)}
        </Fact>
        <Fact label="Reads under way">
          {report.reading.since === null
            ? 'none'
            : `${report.reading.waiting}, the first for ${ageLabel(now - report.reading.since)}`}
        </Fact>
        <Fact
          label="This window"
          hint={sync.isReadOnly ? 'Another window writes.' : 'No other window writes.'}
        >
          {sync.isReadOnly ? 'only reads' : 'reads and writes'}
        </Fact>
        <Fact label="Started anew" hint="Parts of sync that stood still and were restarted since the start.">
          {report.restarts === 0 ? 'never' : count(report.restarts, 'time')}
        </Fact>
      </Part>
    </>
  );
}

function ServerFacts({ report }: { report: Report }) {
  const { server, serverProblem } = report;
  if (server === null) {
    return (
      <Fact label="Server’s lag">
        {serverProblem === null ? 'asking…' : faultWords(serverProblem).toLowerCase()}
      </Fact>
    );
  }
  const { oldestWrite, openWrites, isPartial, behind } = server;
  return (
    <>
      <Fact label="Since the cursor" hint="Transactions that began on the server; most are none of yours.">
        {behind === null ? 'everything' : count(behind, 'transaction')}
      </Fact>
      <Fact
        label="Oldest open write"
        hint="What it writes arrives when it commits. Everything else arrives at once."
      >
        {oldestWrite === null
          ? openWrites === 0
            ? 'none'
            : `${count(openWrites, 'transaction')}, age not told`
          : `${ageLabel(oldestWrite.ageMicros)}, ${placeWords[oldestWrite.place]}`}
        {oldestWrite !== null && openWrites > 1 && `, of ${openWrites}`}
        {oldestWrite !== null && isPartial && ', perhaps older ones'}
      </Fact>
    </>
  );
}

/** Rows of each table, and what the last pull that ended changed. */
export function TableCounts({ report, offset }: { report: Report; offset: number }) {
  const { tables, lastPull, lastChange } = report;
  const changes = new Map(lastChange?.changes.map((change) => [change.table, change]));
  return (
    <section className={styles.part} aria-labelledby="health-tables">
      <h2 id="health-tables" className={styles.heading}>
        Rows on this machine
        <span className={styles.aside}>{pullLabel(lastPull, lastChange, offset)}</span>
      </h2>
      {tables === null ? (
        <p className={styles.empty}>The rows cannot be counted just now.</p>
      ) : (
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">Table</th>
              <th scope="col" className={styles.number}>
                Rows
              </th>
              <th scope="col" className={styles.number}>
                Last change
              </th>
            </tr>
          </thead>
          <tbody>
            {tables.map(({ name, rows }) => (
              <tr key={name}>
                <th scope="row">{tableLabel(name)}</th>
                <td className={styles.number}>{rows.toLocaleString('en-US')}</td>
                <td className={styles.number} data-changed={changes.has(name)}>
                  {changeLabel(changes.get(name))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** What failed lately, without a word of what it was about. */
export function Faults({ report, offset }: { report: Report; offset: number }) {
  return (
    <section aria-labelledby="health-faults">
      <h2 id="health-faults" className={styles.heading}>
        Last errors
      </h2>
      {report.faults.length === 0 ? (
        <p className={styles.empty}>None since the console was started.</p>
      ) : (
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">While</th>
              <th scope="col">What</th>
              <th scope="col">Code</th>
            </tr>
          </thead>
          <tbody>
            {report.faults.map((fault, index) => (
              <tr key={`${fault.at}-${index}`}>
                <td>{clockLabel(fault.at + offset, platformZone)}</td>
                <td>{sourceWords[fault.source]}</td>
                <td>{faultWords(fault.code)}</td>
                <td>
                  <code>{[fault.code, fault.detail].filter(Boolean).join(' ')}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Part({ title, aside, children }: { title: string; aside?: string | null; children: ReactNode }) {
  return (
    <section className={styles.part} aria-label={title}>
      <h2 className={styles.heading}>
        {title}
        {aside != null && <span className={styles.aside}>{aside}</span>}
      </h2>
      <dl className={styles.facts}>{children}</dl>
    </section>
  );
}

export function Fact({ label, hint, children }: { label: string; hint?: string; children: ReactNode }) {
  return (
    <div className={styles.fact}>
      <dt>{label}</dt>
      <dd>
        <span>{children}</span>
        {hint !== undefined && <small>{hint}</small>}
      </dd>
    </div>
  );
}

/** "last pull 14:02, last change 13:58". */
function pullLabel(pull: Report['lastPull'], change: Report['lastChange'], offset: number): string {
  if (pull === null) return 'no pull since the start';
  const at = (one: NonNullable<Report['lastPull']>) => clockLabel(one.endedAt + offset, platformZone);
  return `last pull ${at(pull)}${change === null ? ', nothing new' : `, last change ${at(change)}`}`;
}

/** Said only when it is not from just now. */
function askedLabel({ server }: Report, now: number): string | null {
  const age = server === null ? 0 : now - server.askedAt;
  return age < 20_000_000 ? null : `last asked ${ageLabel(age)} ago`;
}

function changeLabel(change: { received: number; removed: number } | undefined): string {
  if (change === undefined) return '0';
  const parts = [];
  if (change.received > 0) parts.push(`+${change.received.toLocaleString('en-US')}`);
  if (change.removed > 0) parts.push(`−${change.removed.toLocaleString('en-US')}`);
  return parts.length === 0 ? '0' : parts.join(' ');
}
