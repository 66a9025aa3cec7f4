import { useEffect, useState } from 'react';
import type { SecondReview } from '#shared/rpc/verification-contract';
import { CommandButton } from '#renderer/app/commands/command-button.tsx';
import { useCommands } from '#renderer/app/commands/use-commands.ts';
import { useMe } from '#renderer/app/use-me.ts';
import { useCore } from '#renderer/state/core-state.ts';
import { useLive } from '#renderer/state/live.ts';
import { Failure } from '#renderer/ui/failure.tsx';
import { Notice } from '#renderer/ui/notice.tsx';
import { forgetDocuments } from '../desk/documents.ts';
import { beginWork } from '../desk/work-store.ts';
import { VerificationTabs } from '../tabs/verification-tabs.tsx';
import { shelf } from '../viewer/desk-shelf.ts';
import { takeNext } from './actions.ts';
import { JudgeAgain } from './judge-again.tsx';
import { ReviewList } from './review-list.tsx';
import { Verdicts } from './verdicts.tsx';
import styles from './second-screen.module.css';

/** A sample of the decided cases, judged again by somebody who does not know the first verdict; and what came of it. */
export function SecondScreen() {
  const me = useMe();
  const userId = me?.userId ?? null;
  useEffect(() => {
    if (userId !== null) beginWork(userId);
    return () => {
      shelf.clear();
      forgetDocuments();
    };
  }, [userId]);
  if (me === null) return null;
  return <Screen userId={me.userId} isAdmin={me.staffRoles.includes('admin')} />;
}

const none: readonly SecondReview[] = [];

function Screen({ userId, isAdmin }: { userId: string; isAdmin: boolean }) {
  const { data, error, retry } = useLive('verification.secondReviews', {});
  const free = useLive('verification.counts', {}).data?.secondReviews ?? 0;
  const isOffline = useCore((state) => state.sync?.state === 'offline');
  const [chosenId, setChosenId] = useState<string | null>(null);
  const [isTaking, setIsTaking] = useState(false);
  const reviews = data?.reviews ?? none;
  const held = reviews.filter((review) => review.isMine);
  const chosen = reviews.find((review) => review.id === chosenId) ?? held[0] ?? null;
  const waiting = Math.max(0, free - held.length);

  const take = async () => {
    setIsTaking(true);
    const id = await takeNext();
    if (id !== null) setChosenId(id);
    setIsTaking(false);
  };
  useCommands([
    {
      id: 'second.take',
      title: 'Take the next second review',
      group: 'Review',
      keys: ['N'],
      keywords: 'claim blind opinion',
      isEnabled: !isOffline && !isTaking,
      run: () => void take(),
    },
  ]);

  return (
    <div className={styles.screen}>
      <header className={styles.bar}>
        <VerificationTabs />
        <h1 className="visually-hidden">Second reviews</h1>
        <CommandButton command="second.take">Take next</CommandButton>
      </header>
      {data === undefined ? (
        error !== undefined && <Failure error={error} retry={retry} />
      ) : (
        <div className={styles.panes}>
          <ReviewList
            reviews={reviews}
            waiting={waiting}
            chosenId={chosen?.id ?? null}
            onChoose={setChosenId}
          />
          {chosen === null ? (
            <Empty waiting={waiting} isOffline={isOffline} />
          ) : chosen.status === 'OPEN' ? (
            <JudgeAgain
              key={chosen.id}
              review={chosen}
              held={held.length}
              // What came of it stays in view, although another review may be held.
              onGiven={() => setChosenId(chosen.id)}
            />
          ) : (
            <Verdicts key={chosen.id} review={chosen} userId={userId} isAdmin={isAdmin} />
          )}
        </div>
      )}
    </div>
  );
}

function Empty({ waiting, isOffline }: { waiting: number; isOffline: boolean }) {
  return (
    <Notice icon="compare" title={waiting > 0 ? 'Judge again, blind' : 'Nothing to judge again now'}>
      <p>
        A sample of the decided cases is judged a second time by somebody who is not told the first verdict.
        Where the two differ, an admin looks at it. It changes nothing for the tutor by itself.
      </p>
      {waiting === 0 && (
        <p>Cases wait here once their first decision can no longer be taken back, never your own ones.</p>
      )}
      {isOffline && <p>There is no connection: reviews can be taken and given when it is back.</p>}
    </Notice>
  );
}
