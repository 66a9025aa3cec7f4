import type { Me } from '#shared/domain/roles';
import type { VerificationCase } from '#shared/rpc/verification-contract';
import { CaseHead } from './case-head.tsx';
import { Comparison } from './comparison.tsx';
import { useClaim } from './use-claim.ts';
import styles from './side.module.css';

type Props = {
  found: VerificationCase;
  me: Me;
  next: string | null;
  onOpen: (caseId: string | null) => void;
};

/** What a case is decided by, and the verdict. */
export function Side({ found, me }: Props) {
  const claim = useClaim(found.item, me.userId);
  return (
    <aside className={styles.side} aria-label="Decision">
      <CaseHead found={found} claim={claim} />
      <div className={styles.scroll} tabIndex={0} role="region" aria-label="What it is decided by">
        <Comparison found={found} />
      </div>
    </aside>
  );
}
