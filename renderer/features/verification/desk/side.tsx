import type { Me } from '#shared/domain/roles';
import type { VerificationCase } from '#shared/rpc/verification-contract';
import { DuplicatesPanel } from '../duplicates/duplicates-panel.tsx';
import { CaseHead } from './case-head.tsx';
import { ChecklistForm } from './checklist-form.tsx';
import { Comparison } from './comparison.tsx';
import { DecidedBar } from './decided-bar.tsx';
import { GradesForm } from './grades-form.tsx';
import { History } from './history.tsx';
import { useClaim } from './use-claim.ts';
import { useVerdict } from './use-verdict.ts';
import { VerdictBar } from './verdict-bar.tsx';
import { VerdictForm } from './verdict-form.tsx';
import styles from './side.module.css';

type Props = {
  found: VerificationCase;
  me: Me;
  next: string | null;
  onOpen: (caseId: string | null) => void;
};

/** What a case is decided by, and the verdict. */
export function Side({ found, me, next, onOpen }: Props) {
  const claim = useClaim(found.item, me.userId);
  const verdict = useVerdict(found, claim, me);
  return (
    <aside className={styles.side} aria-label="Decision">
      <CaseHead found={found} claim={claim} />
      <div className={styles.scroll} tabIndex={0} role="region" aria-label="What it is decided by">
        {/* First, because a paper that somebody else handed in changes how one reads the rest. */}
        <div className={styles.section}>
          <DuplicatesPanel caseId={found.item.caseId} onOpen={onOpen} />
        </div>
        <Comparison found={found} />
        <ChecklistForm found={found} verdict={verdict} />
        {found.item.kind === 'certificate' && <GradesForm found={found} verdict={verdict} />}
        <VerdictForm found={found} verdict={verdict} />
        <History found={found} />
      </div>
      {claim.state === 'closed' ? (
        <DecidedBar found={found} me={me} catalogue={verdict.catalogue} onOpen={onOpen} />
      ) : (
        <VerdictBar found={found} verdict={verdict} next={next} onOpen={onOpen} />
      )}
    </aside>
  );
}
