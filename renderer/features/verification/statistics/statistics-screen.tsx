import { Button, Loader, SegmentedControl } from '@mantine/core';
import { useEffect, useState } from 'react';
import { platformZone, wallClockAt } from '#shared/domain/zone';
import { announce } from '#renderer/app/announcer.tsx';
import { useCommands } from '#renderer/app/commands/use-commands.ts';
import { useMe } from '#renderer/app/use-me.ts';
import { useCore } from '#renderer/state/core-state.ts';
import { Failure } from '#renderer/ui/failure.tsx';
import { Icon } from '#renderer/ui/icons.tsx';
import { Notice } from '#renderer/ui/notice.tsx';
import { DayPlot } from '#renderer/ui/plot/day-plot.tsx';
import { clockLabel, dayLabel } from '#renderer/ui/time-labels.ts';
import { useDelayed } from '#renderer/ui/use-delayed.ts';
import { VerificationTabs } from '../tabs/verification-tabs.tsx';
import { loadFigures, useFigures, type Figures } from './figures.ts';
import { QueueNow } from './queue-now.tsx';
import { ranges, type Range } from './range.ts';
import { ReviewersTable } from './reviewers-table.tsx';
import styles from './statistics-screen.module.css';

/** The queue and how it is kept up with, and how reviewers decide: reviewers see themselves, admins everybody. */
export function StatisticsScreen() {
  const me = useMe();
  if (me === null) return null;
  return <Screen userId={me.userId} isAdmin={me.staffRoles.includes('admin')} />;
}

function Screen({ userId, isAdmin }: { userId: string; isAdmin: boolean }) {
  const [range, setRange] = useState<Range>(30);
  const [turn, setTurn] = useState(0);
  const { figures, error, isAsking } = useFigures(userId, range);
  // While other days are counted the ones before stay, so that the screen does not blank.
  const [last, setLast] = useState(figures);
  if (figures !== null && figures !== last) setLast(figures);
  const shown = figures ?? (error === null ? last : null);
  const isOffline = useCore((state) => state.sync?.state === 'offline');
  const refresh = () => setTurn((count) => count + 1);

  // Also asks again when the connection is back.
  useEffect(() => {
    const stop = new AbortController();
    void loadFigures(userId, range, stop.signal);
    return () => stop.abort();
  }, [userId, range, turn, isOffline]);

  useCommands([
    ...ranges.map((days) => ({
      id: `statistics.days-${days}`,
      title: `Statistics of the last ${days} days`,
      group: 'View' as const,
      isEnabled: range !== days,
      run: () => {
        setRange(days);
        announce(`The last ${days} days`);
      },
    })),
    { id: 'statistics.refresh', title: 'Refresh the statistics', group: 'View' as const, run: refresh },
  ]);

  return (
    <div className={styles.screen}>
      <header className={styles.bar}>
        <VerificationTabs />
        <h1 className="visually-hidden">Review statistics</h1>
        <div className={styles.tools}>
          {shown !== null && <AsOf figures={shown} isStale={error !== null} />}
          <SegmentedControl
            aria-label="Days"
            value={String(range)}
            onChange={(value) => setRange(ranges.find((days) => String(days) === value) ?? 30)}
            data={ranges.map((days) => ({ value: String(days), label: `${days} days` }))}
          />
          <Button variant="default" leftSection={<Icon name="sync" />} loading={isAsking} onClick={refresh}>
            Refresh
          </Button>
        </div>
      </header>
      {shown === null ? (
        <Missing error={error} retry={refresh} />
      ) : (
        <Shown figures={shown} isOld={figures === null} userId={userId} isAdmin={isAdmin} range={range} />
      )}
    </div>
  );
}

function AsOf({ figures, isStale }: { figures: Figures; isStale: boolean }) {
  const { date } = wallClockAt(figures.at, platformZone);
  return (
    <p className={styles.asOf} data-stale={isStale} role={isStale ? 'status' : undefined}>
      {isStale && <Icon name="offline" />}
      {isStale ? 'No newer figures to be had; these are of ' : 'As of '}
      {dayLabel(date, 'medium')}, {clockLabel(figures.at, platformZone)}
    </p>
  );
}

function Missing({ error, retry }: { error: ReturnType<typeof useFigures>['error']; retry: () => void }) {
  const isSlow = useDelayed(error === null, 300);
  if (error === null) {
    return (
      <div className={styles.waiting} role="status">
        {isSlow && (
          <>
            <Loader size="sm" aria-hidden="true" /> Counting
          </>
        )}
      </div>
    );
  }
  if (error.code !== 'OFFLINE' && error.code !== 'BACKEND_UNREACHABLE')
    return <Failure error={error} retry={retry} />;
  return (
    <Notice
      icon="offline"
      title="Statistics need the server"
      actions={<Button onClick={retry}>Try again</Button>}
    >
      <p>They are counted over everything that was ever decided, which is not kept on this machine.</p>
      <p>They appear by themselves when the connection is back.</p>
    </Notice>
  );
}

type ShownProps = { figures: Figures; isOld: boolean; userId: string; isAdmin: boolean; range: Range };

function Shown({ figures: { queue, reviewers }, isOld, userId, isAdmin, range }: ShownProps) {
  const days = queue.days.map(({ day }) => day);
  return (
    <div className={styles.body} tabIndex={0} role="region" aria-label="Figures" aria-busy={isOld}>
      <QueueNow open={queue.open} now={queue.now} />
      <div className={styles.plots}>
        <DayPlot
          title="Submitted and decided"
          days={days}
          isWhole
          format={(value) => String(value ?? 0)}
          series={[
            { name: 'Decided', kind: 'bars', values: queue.days.map((day) => day.decided) },
            { name: 'Decided after 72 h', kind: 'part', values: queue.days.map((day) => day.breached) },
            { name: 'Submitted', kind: 'line', values: queue.days.map((day) => day.submitted) },
          ]}
        />
        <DayPlot
          title="Hours from submission to decision"
          days={days}
          isWhole={false}
          format={(value) => (value === null ? 'no decision' : `${value} h`)}
          series={[{ name: 'Median', kind: 'line', values: queue.days.map((day) => day.medianHours) }]}
          guides={[
            { at: 24, label: '24 h: due' },
            { at: 48, label: '48 h: late' },
            { at: 72, label: '72 h: too late' },
          ]}
        />
      </div>
      <ReviewersTable reviewers={reviewers} userId={userId} isAdmin={isAdmin} range={range} />
    </div>
  );
}
