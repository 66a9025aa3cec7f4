import { Button, CloseButton, Modal } from '@mantine/core';
import { useState } from 'react';
import type { BulkReport } from '#shared/rpc/verification-contract';
import { CopyButton } from '#renderer/features/outbox/copy-button.tsx';
import { useLive } from '#renderer/state/live.ts';
import { Icon, type IconName } from '#renderer/ui/icons.tsx';
import { count, leftLabel } from '#renderer/ui/time-labels.ts';
import { useNow } from '#renderer/ui/use-now.ts';
import { kindWords } from '../desk/labels.ts';
import { dismissBulk, settleBulks, takeBack } from './bulk-actions.ts';
import { bulkVerbs, reportText, rowText, sumText, undoable } from './bulk-words.ts';
import styles from './bulk.module.css';

/** Reports of what was decided together, until they are dismissed: also those of before a crash. */
export function BulkReports() {
  const bulks = useLive('verification.bulks', {}).data?.bulks ?? [];
  const [shownId, setShownId] = useState<string | null>(null);
  const shown = bulks.find(({ id }) => id === shownId);
  if (bulks.length === 0) return null;
  return (
    <ul className={styles.reports} aria-label="Decided together">
      {bulks.map((report) => (
        <li key={report.id} data-state={report.state}>
          <Icon name={report.state === 'in-doubt' ? 'question' : 'check'} size={13} />
          <span>{sumText(report)}</span>
          {report.state === 'in-doubt' && (
            <Button variant="default" size="compact-xs" onClick={() => void settleBulks()}>
              Ask now
            </Button>
          )}
          <Button variant="default" size="compact-xs" onClick={() => setShownId(report.id)}>
            Report<span className="visually-hidden">: {sumText(report)}</span>
          </Button>
          {(report.state === 'done' || report.state === 'nothing') && (
            <CloseButton
              size={24}
              iconSize={12}
              aria-label={`Dismiss report: ${sumText(report)}`}
              onClick={() => void dismissBulk(report.id)}
            />
          )}
        </li>
      ))}
      {shown !== undefined && <ReportDialog report={shown} onClose={() => setShownId(null)} />}
    </ul>
  );
}

/** Row by row what became of them, and the way back while it is open. */
export function ReportDialog({ report: first, onClose }: { report: BulkReport; onClose: () => void }) {
  const bulks = useLive('verification.bulks', {}).data?.bulks;
  const report = bulks?.find(({ id }) => id === first.id) ?? first;
  const now = useNow(1_000);
  const [isUndoing, setIsUndoing] = useState(false);
  const back = undoable(report, now);
  return (
    <Modal opened onClose={onClose} title={`${bulkVerbs[report.outcome]}: ${sumText(report)}`} size={620}>
      {report.problem !== null && <p className={styles.hint}>{report.problem}</p>}
      <ul className={styles.rows} tabIndex={0} aria-label="What became of each case">
        {[...report.rows]
          .toSorted((a, b) => Number(b.state === 'refused') - Number(a.state === 'refused'))
          .map((row) => (
            <li key={row.caseId} data-state={row.state}>
              <Icon name={icons[row.state]} size={12} />
              <strong>{row.tutorName}</strong>
              <span>
                {row.kind === null ? '' : `${kindWords[row.kind]}. `}
                {rowText(row, report.outcome)}
              </span>
            </li>
          ))}
      </ul>
      <div className={styles.buttons}>
        <CopyButton text={reportText(report)} about="the report" />
        {back.ids.length > 0 && (
          <Button
            variant="default"
            leftSection={<Icon name="undo" size={13} />}
            loading={isUndoing}
            onClick={() => {
              setIsUndoing(true);
              void takeBack(back.ids).finally(() => setIsUndoing(false));
            }}
          >
            Undo {count(back.ids.length, 'decision')} ({leftLabel(back.until, now)})
          </Button>
        )}
        <Button data-autofocus onClick={onClose}>
          Close
        </Button>
      </div>
    </Modal>
  );
}

const icons: Readonly<Record<BulkReport['rows'][number]['state'], IconName>> = {
  unknown: 'question',
  untouched: 'minus',
  decided: 'check',
  reversed: 'undo',
  refused: 'warning',
};
