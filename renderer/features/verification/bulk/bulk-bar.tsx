import { Button, SegmentedControl } from '@mantine/core';
import { useEffect, useState } from 'react';
import { decisionOutcome, type DecisionOutcome } from '#shared/domain/verification/status';
import { useMe } from '#renderer/app/use-me.ts';
import { useCore } from '#renderer/state/core-state.ts';
import { useLive } from '#renderer/state/live.ts';
import { count } from '#renderer/ui/time-labels.ts';
import { useNow } from '#renderer/ui/use-now.ts';
import { keepClaim } from '../desk/claims.ts';
import { claimAll } from './bulk-actions.ts';
import { BulkDialog } from './bulk-dialog.tsx';
import { bulkVerbs, failureText, partText } from './bulk-words.ts';
import { judgeSelection } from './judge.ts';
import styles from './bulk.module.css';

type Props = {
  chosen: readonly string[];
  onSelect: (ids: readonly string[]) => void;
};

/** What can be done with the selected cases at once, and what stands in the way of which. */
export function BulkBar({ chosen, onSelect }: Props) {
  const me = useMe();
  const now = useNow(5_000);
  const isOffline = useCore(({ sync }) => sync?.state === 'offline');
  const [wanted, setWanted] = useState<DecisionOutcome | null>(null);
  const [isAsking, setIsAsking] = useState(false);
  // What is selected was looked at and waits for the others: leaving it at the desk does not give it back.
  useEffect(() => {
    for (const id of chosen) keepClaim(id, true);
    return () => {
      for (const id of chosen) keepClaim(id, false);
    };
  }, [chosen]);
  const catalogue = useLive('verification.catalogue', {}).data;
  const candidates = useLive('verification.candidates', { caseIds: [...chosen] }).data?.candidates;
  if (me === null || catalogue === undefined || candidates === undefined) return null;
  const outcome = wanted ?? candidates[0]?.item.recommendation ?? 'APPROVE';
  const { bulkLimit } = catalogue.settings;
  const who = { userId: me.userId, isAdmin: me.staffRoles.includes('admin'), now };
  const { refusal, parts, failures } = judgeSelection(candidates, outcome, bulkLimit, who);
  const without = (ids: readonly string[]) => onSelect(chosen.filter((id) => !ids.includes(id)));
  const [largest] = parts;
  const isReady = refusal === null && failures.length === 0 && candidates.length > 0;
  return (
    <section className={styles.bar} aria-label="Selected cases">
      <div className={styles.head}>
        <p aria-live="polite">
          <strong>{count(chosen.length, 'case')} selected</strong>
          {largest !== undefined && parts.length === 1 && `: ${partText(largest)}`}
        </p>
        <Button variant="subtle" size="compact-xs" onClick={() => onSelect([])}>
          Clear
        </Button>
      </div>
      {refusal !== null && (
        <div className={styles.problem} data-rule={refusal.rule}>
          <p>{refusal.message}</p>
          {refusal.rule === 'mixed' && (
            <ul>
              {parts.map((part) => (
                <li key={partText(part)}>
                  <span>{partText(part)}</span>
                  <Button variant="default" size="compact-xs" onClick={() => onSelect(part.ids)}>
                    Keep only these<span className="visually-hidden">: {partText(part)}</span>
                  </Button>
                </li>
              ))}
            </ul>
          )}
          {refusal.rule === 'too_many' && (
            <Button variant="default" size="compact-xs" onClick={() => onSelect(chosen.slice(0, bulkLimit))}>
              Keep the first {bulkLimit}
            </Button>
          )}
        </div>
      )}
      {failures.length > 0 && (
        <ul className={styles.problem} aria-label="In the way">
          {failures.map(({ rule, ids }) => (
            <li key={rule} data-rule={rule}>
              <span>{failureText(rule, ids.length)}</span>
              {rule === 'not_claimed' && (
                <Button
                  variant="default"
                  size="compact-xs"
                  disabled={isOffline}
                  onClick={() => void claimAll(ids, 'claim')}
                >
                  Claim {ids.length}
                </Button>
              )}
              <Button variant="default" size="compact-xs" onClick={() => without(ids)}>
                Deselect {ids.length}
                <span className="visually-hidden">: {failureText(rule, ids.length)}</span>
              </Button>
            </li>
          ))}
        </ul>
      )}
      <div className={styles.actions}>
        <SegmentedControl
          aria-label="Decision"
          value={outcome}
          onChange={(value) => setWanted(decisionOutcome.parse(value))}
          data={decisionOutcome.options.map((value) => ({ value, label: bulkVerbs[value] }))}
        />
        <Button
          disabled={!isReady || isOffline}
          color={outcome === 'APPROVE' ? 'brand' : 'red'}
          onClick={() => {
            void claimAll(chosen, 'renew');
            setIsAsking(true);
          }}
        >
          {bulkVerbs[outcome]} {chosen.length}…
        </Button>
      </div>
      {isOffline && (
        <p className={styles.hint}>Cases are decided together only while there is a connection.</p>
      )}
      {isAsking && (
        <BulkDialog
          candidates={candidates}
          outcome={outcome}
          catalogue={catalogue}
          onClose={(isDone) => {
            setIsAsking(false);
            if (isDone) onSelect([]);
          }}
        />
      )}
    </section>
  );
}
