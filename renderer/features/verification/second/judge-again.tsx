import { Radio, Textarea } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { microsPerMinute } from '#shared/domain/instant';
import type { SecondReview } from '#shared/rpc/verification-contract';
import { CommandButton } from '#renderer/app/commands/command-button.tsx';
import { useCommands } from '#renderer/app/commands/use-commands.ts';
import { useCore } from '#renderer/state/core-state.ts';
import { leftLabel } from '#renderer/ui/time-labels.ts';
import { useNow } from '#renderer/ui/use-now.ts';
import { ChecklistForm } from '../desk/checklist-form.tsx';
import { Comparison } from '../desk/comparison.tsx';
import { DocumentArea } from '../desk/document-area.tsx';
import { kindWords } from '../desk/labels.ts';
import { useWork } from '../desk/work-store.ts';
import { DuplicatesPanel } from '../duplicates/duplicates-panel.tsx';
import { giveBackReview, renewHeld, submitVerdict } from './actions.ts';
import { missingFor, verdictWords, type Verdict } from './standing.ts';
import styles from './second-screen.module.css';

type Props = {
  review: SecondReview;
  /** How many reviews are held. */
  held: number;
  onGiven: () => void;
};

/** A claim with less than this left is prolonged while its case is in view. */
const renewBelow = 4 * microsPerMinute;

/** The documents of a case and all that it is judged by, without a word of the first verdict. */
export function JudgeAgain({ review, held, onGiven }: Props) {
  const now = useNow(1_000);
  const navigate = useNavigate();
  const isOffline = useCore((state) => state.sync?.state === 'offline');
  const work = useWork(review.caseId);
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [note, setNote] = useState('');
  const [isSending, setIsSending] = useState(false);
  const left = (review.claimedUntil ?? 0) - now;
  const hasClaim = review.isMine && left > 0;
  const isShort = hasClaim && left < renewBelow;
  useEffect(() => {
    if (isShort && !isOffline) void renewHeld(held);
    // oxlint-disable-next-line react/exhaustive-deps -- once for each lease
  }, [isShort, isOffline, review.claimedUntil]);

  const ticks = { ...review.checklist, ...work.ticks };
  const opened = { ...review.opened, ...work.opened };
  const missing = missingFor({ kind: review.kind, documents: review.documents, opened, ticks }, verdict);
  const send = async () => {
    if (verdict === null) return;
    setIsSending(true);
    if (await submitVerdict(review, { outcome: verdict, note })) onGiven();
    else setIsSending(false);
  };
  useCommands([
    {
      id: 'second.approve',
      title: 'Second verdict: approve',
      group: 'Review',
      keys: ['A'],
      run: () => setVerdict('APPROVE'),
    },
    {
      id: 'second.reject',
      title: 'Second verdict: reject',
      group: 'Review',
      keys: ['X'],
      run: () => setVerdict('REJECT'),
    },
    {
      id: 'second.submit',
      title: 'Give the second verdict',
      group: 'Review',
      keys: ['mod+Enter'],
      worksInFields: true,
      isEnabled: hasClaim && missing.length === 0 && !isOffline && !isSending,
      run: () => void send(),
    },
    {
      id: 'second.release',
      title: 'Give this review back',
      group: 'Review',
      keys: ['U'],
      isEnabled: hasClaim && !isOffline,
      run: () => void giveBackReview(review.id),
    },
  ]);

  return (
    <div className={styles.case}>
      <DocumentArea
        found={{
          item: review,
          documents: review.documents,
          opened: review.opened,
          extracted: review.extracted,
          earlier: [],
        }}
      />
      <aside className={styles.side} aria-label="Second verdict">
        <header className={styles.head}>
          <h2 className={styles.tutor}>{review.tutorName}</h2>
          <p className={styles.detail}>
            {kindWords[review.kind]}
            {review.recommendation !== null &&
              `, the system says ${verdictWords[review.recommendation].toLowerCase()}`}
          </p>
          <div className={styles.claim} data-lost={!hasClaim}>
            <p>
              {hasClaim
                ? `Yours for ${leftLabel(review.claimedUntil ?? now, now)}, prolonged while you look`
                : 'You do not hold this review any more. Take next gives it back to you if it is free.'}
            </p>
            <CommandButton command="second.release" variant="default" size="compact-sm" isHiddenWhenOff>
              Give back
            </CommandButton>
          </div>
        </header>
        <div className={styles.scroll} tabIndex={0} role="region" aria-label="What it is judged by">
          <div className={styles.part}>
            <DuplicatesPanel
              caseId={review.caseId}
              onOpen={(other) => void navigate({ to: '/verification', search: { case: other } })}
            />
          </div>
          <Comparison found={{ item: review, claimed: review.claimed, extracted: review.extracted }} />
          <ChecklistForm found={{ item: review }} verdict={{ checklist: ticks, isEditable: hasClaim }} />
        </div>
        <footer className={styles.foot}>
          <Radio.Group
            label="Your verdict"
            value={verdict ?? ''}
            onChange={(value) => setVerdict(value === 'APPROVE' ? 'APPROVE' : 'REJECT')}
          >
            <div className={styles.verdicts}>
              <Radio value="APPROVE" label="Approve" />
              <Radio value="REJECT" label="Reject" />
            </div>
          </Radio.Group>
          <Textarea
            label="Note, for staff only"
            autosize
            minRows={1}
            maxRows={4}
            maxLength={4000}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
          <p className={styles.detail}>
            {isOffline
              ? 'No connection. What you ticked is kept; the verdict is given when it is back.'
              : missing.length === 0
                ? 'It cannot be taken back. You will be told the first verdict.'
                : `${missing.join('. ')}.`}
          </p>
          <CommandButton command="second.submit" loading={isSending}>
            Give verdict
          </CommandButton>
        </footer>
      </aside>
    </div>
  );
}
