import { Button, Modal, Progress } from '@mantine/core';
import { useRef, useState } from 'react';
import { announce } from '#renderer/app/announcer.tsx';
import { checkLabel } from '#renderer/app/sync-label.ts';
import { core } from '#renderer/rpc.ts';
import { useCore, type Sync } from '#renderer/state/core-state.ts';
import { toAppError } from '#renderer/state/live.ts';
import { showToast } from '#renderer/state/toasts.ts';
import { Icon } from '#renderer/ui/icons.tsx';
import { count } from '#renderer/ui/time-labels.ts';
import { Fact } from './health-facts.tsx';
import type { Report } from './use-health.ts';
import styles from './health-screen.module.css';

/** The self-check: what it found last, and one that is under way with how far it is. */
export function CheckPart({ report, sync }: { report: Report; sync: Sync }) {
  const running = useRef<AbortController | null>(null);
  const [isAsked, setIsAsked] = useState(false);
  const [outcome, setOutcome] = useState<string | null>(null);
  const check = async () => {
    const stop = new AbortController();
    running.current = stop;
    setIsAsked(true);
    setOutcome(null);
    announce('Checking local data');
    try {
      const client = await core(stop.signal);
      const found = await client['sync.check']({}, stop.signal);
      const wrong = found.lost + found.different + found.ghosts + found.sums;
      const said = wrong === 0 ? 'All rows are equal.' : `${count(wrong, 'thing')} put right.`;
      setOutcome(said);
      announce(said);
    } catch (thrown) {
      const error = toAppError(thrown);
      setOutcome(error.code === 'CANCELLED' ? 'Stopped. Nothing was changed.' : error.message);
      announce(error.code === 'CANCELLED' ? 'Check stopped' : error.message);
    } finally {
      setIsAsked(false);
    }
  };
  const progress = report.check;
  return (
    <section className={styles.part} aria-label="Self-check">
      <h2 className={styles.heading}>Self-check</h2>
      <dl className={styles.facts}>
        <Fact label="Last" hint="Every row is compared with the server, hourly and when you ask.">
          {sync.lastCheck === null ? 'not yet' : checkLabel(sync.lastCheck, sync.serverOffset)}
        </Fact>
      </dl>
      <div className={styles.check}>
        {isAsked ? (
          <>
            <Progress
              className={styles.progress}
              value={progress === null || progress.total === 0 ? 0 : (progress.done / progress.total) * 100}
              aria-label="Tables compared"
            />
            <span className={styles.aside}>
              {progress === null ? 'waiting for a pull' : `${progress.done} of ${progress.total} tables`}
            </span>
            <Button variant="default" onClick={() => running.current?.abort()}>
              Stop checking
            </Button>
          </>
        ) : (
          <>
            <Button variant="default" disabled={sync.isReadOnly} onClick={() => void check()}>
              Check local data
            </Button>
            <span className={styles.aside}>
              {outcome ?? (progress === null ? '' : `${progress.done} of ${progress.total} tables`)}
            </span>
          </>
        )}
      </div>
    </section>
  );
}

/** Asks before throwing the local rows away. */
export function RebuildButton() {
  const sync = useCore((state) => state.sync);
  const [isOpen, setIsOpen] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const waiting = (sync?.waitingEdits ?? 0) + (sync?.needsAttention ?? 0);
  const rebuild = async () => {
    setIsBusy(true);
    setProblem(null);
    try {
      const client = await core();
      await client['sync.rebuild']({});
      setIsOpen(false);
      announce('The local data was fetched anew');
      showToast({ tone: 'calm', title: 'Fetched anew', text: 'All local data comes from the server now.' });
    } catch (thrown) {
      setProblem(toAppError(thrown).message);
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <>
      <Button variant="default" disabled={sync === null || sync.isReadOnly} onClick={() => setIsOpen(true)}>
        Rebuild…
      </Button>
      <Modal opened={isOpen} onClose={() => setIsOpen(false)} title="Rebuild the local data?" size={440}>
        {problem !== null && (
          <p className={styles.problem} role="alert">
            {problem}
          </p>
        )}
        <p>
          Every row on this machine is thrown away and fetched again, which may take a while on a slow
          connection. If the server cannot be reached, nothing is thrown away.
        </p>
        <p className={styles.keeps}>
          {waiting === 0
            ? 'No edit is waiting. Drafts and settings stay.'
            : `${count(waiting, 'edit')} in the outbox, drafts and settings stay.`}
        </p>
        <div className={styles.buttons}>
          <Button variant="default" onClick={() => setIsOpen(false)} data-autofocus>
            Leave it
          </Button>
          <Button loading={isBusy} onClick={() => void rebuild()}>
            Rebuild
          </Button>
        </div>
      </Modal>
    </>
  );
}

/** For support: as text to read, or as JSON to work with. Neither names anybody. */
export function CopyButtons({ report }: { report: Report | null }) {
  const sync = useCore((state) => state.sync);
  const copy = async (what: string, read: () => Promise<string>) => {
    try {
      await navigator.clipboard.writeText(await read());
      announce('Copied');
      showToast({
        tone: 'calm',
        title: `${what} copied`,
        text: 'It holds no names, addresses or contents.',
        millis: 5000,
      });
    } catch (thrown) {
      showToast({ tone: 'alert', title: 'Not copied', text: toAppError(thrown).message });
    }
  };
  const text = async () => (await (await core())['diagnostics.read']({})).text;
  const json = async () => JSON.stringify({ sync, report }, null, 2);
  return (
    <Button.Group>
      <Button
        variant="default"
        leftSection={<Icon name="copy" />}
        onClick={() => void copy('Diagnostics', text)}
      >
        Copy diagnostics
      </Button>
      <Button
        variant="default"
        aria-label="Copy the numbers as JSON"
        disabled={report === null}
        onClick={() => void copy('JSON', json)}
      >
        JSON
      </Button>
    </Button.Group>
  );
}
