import { Badge, Button } from '@mantine/core';
import { CommandButton } from '#renderer/app/commands/command-button.tsx';
import { useCommands } from '#renderer/app/commands/use-commands.ts';
import { clockLabel, leftLabel } from '#renderer/ui/time-labels.ts';
import { useNow } from '#renderer/ui/use-now.ts';
import { Icon } from '#renderer/ui/icons.tsx';
import { platformZone } from '#shared/domain/zone';
import type { VerificationCase } from '#shared/rpc/verification-contract';
import { giveBack, takeClaim } from './claims.ts';
import { DraftNote } from './draft-note.tsx';
import { ageLabel, bandOf, kindWords, statusWords } from './labels.ts';
import type { Claim } from './use-claim.ts';
import styles from './side.module.css';

const priorities = ['', 'High priority', 'Urgent'];

/** Whose case it is, how long it waits, what the system says, and who holds it. */
export function CaseHead({ found, claim }: { found: VerificationCase; claim: Claim }) {
  const { item } = found;
  const now = useNow(30_000);
  const { band, words } = bandOf(item, now);
  return (
    <header className={styles.head}>
      <h2 className={styles.name}>{item.tutorName}</h2>
      <p className={styles.kind}>
        {kindWords[item.kind]}
        {item.attempt > 1 && `, attempt ${item.attempt}`}
        {claim.state !== 'closed' && `, waits ${ageLabel(item.submittedAt, now)} (${words})`}
      </p>
      <p className={styles.flags}>
        {item.status !== 'READY_FOR_REVIEW' && <Badge color="gray">{statusWords[item.status]}</Badge>}
        {item.priority > 0 && <Badge color="red">{priorities[item.priority]}</Badge>}
        {claim.state !== 'closed' && band === 'breach' && <Badge color="red">Over 72 h</Badge>}
        {item.isEscalated && <Badge color="violet">Escalated</Badge>}
        {item.isDisputed && <Badge color="orange">Disputed</Badge>}
        {item.fileState !== 'present' && <Badge color="orange">File {item.fileState}</Badge>}
      </p>
      <ClaimLine caseId={item.caseId} claim={claim} />
      <DraftNote caseId={item.caseId} />
      <SystemLine found={found} />
    </header>
  );
}

function ClaimLine({ caseId, claim }: { caseId: string; claim: Claim }) {
  useCommands([
    {
      id: 'review.release',
      title: 'Release the case',
      group: 'Review',
      keys: ['U'],
      keywords: 'give back unclaim let go',
      isEnabled: claim.state === 'mine',
      run: () => void giveBack(caseId, 'asked'),
    },
  ]);
  return (
    <div className={styles.claim} data-state={claim.state}>
      <ClaimWords claim={claim} />
      {claim.state === 'mine' && (
        <CommandButton command="review.release" variant="default" size="compact-xs">
          Release
        </CommandButton>
      )}
      {(claim.state === 'free' || claim.state === 'refused') && (
        <Button variant="default" size="compact-xs" onClick={() => void takeClaim(caseId)}>
          Claim
        </Button>
      )}
    </div>
  );
}

function ClaimWords({ claim }: { claim: Claim }) {
  switch (claim.state) {
    case 'mine':
      return (
        <p>
          Claimed by you, <Left until={claim.until} /> left
        </p>
      );
    case 'others':
      return (
        <p role="status">
          <Icon name="lock" size={13} /> Claimed by {claim.holder} until{' '}
          {clockLabel(claim.until, platformZone)}. You can look, not decide.
        </p>
      );
    case 'refused':
      return (
        <p role="status">
          <Icon name="lock" size={13} /> {claim.message}
        </p>
      );
    case 'asking':
      return <p>Claiming …</p>;
    case 'free':
      return <p>Not claimed. You can look, not decide.</p>;
    case 'offline':
      return <p>Offline: it is claimed when your draft is confirmed.</p>;
    case 'closed':
      return null;
  }
}

function Left({ until }: { until: number }) {
  const now = useNow(1_000);
  return <span className={styles.figures}>{leftLabel(until, now)}</span>;
}

function SystemLine({ found }: { found: VerificationCase }) {
  const { recommendation, confidence } = found.item;
  if (recommendation === null) {
    return <p className={styles.system}>The system recommends nothing{reasonOf(found)}</p>;
  }
  return (
    <div className={styles.system} data-recommendation={recommendation}>
      <p>
        <strong>The system says {recommendation === 'APPROVE' ? 'approve' : 'reject'}</strong>
        {confidence !== null && `, confidence ${confidence} %`}
      </p>
      {confidence !== null && (
        <div className={styles.meter} aria-hidden="true">
          <span style={{ width: `${confidence}%` }} />
        </div>
      )}
      {found.recommendationReason !== null && <p className={styles.reason}>{found.recommendationReason}</p>}
    </div>
  );
}

function reasonOf({ recommendationReason }: VerificationCase): string {
  return recommendationReason === null ? '.' : `: ${recommendationReason}`;
}
