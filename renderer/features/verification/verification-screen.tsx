import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useEffect } from 'react';
import { sectionsOf } from '#shared/domain/roles';
import { useMe } from '#renderer/app/use-me.ts';
import { Notice } from '#renderer/ui/notice.tsx';
import { Desk } from './desk/desk.tsx';
import { forgetDocuments } from './desk/documents.ts';
import { beginWork } from './desk/work-store.ts';
import { QueuePane } from './queue/queue-pane.tsx';
import { VerificationTabs } from './tabs/verification-tabs.tsx';
import { shelf } from './viewer/desk-shelf.ts';
import styles from './verification-screen.module.css';

/** The review desk: the cases that wait, the document of one, and the verdict on it. */
export function VerificationScreen() {
  const me = useMe();
  const { case: caseId = null } = useSearch({ from: '/inside/verification' });
  const navigate = useNavigate({ from: '/verification' });
  const open = useCallback(
    (next: string | null) =>
      void navigate({ search: next === null ? {} : { case: next }, replace: caseId !== null }),
    [navigate, caseId],
  );
  const userId = me?.userId ?? null;
  useEffect(() => {
    if (userId !== null) beginWork(userId);
    return () => {
      shelf.clear();
      forgetDocuments();
    };
  }, [userId]);

  if (me === null) return null;
  if (!sectionsOf(me).includes('verification')) {
    return (
      <Notice icon="lock" title="Verification is for reviewers and admins" isPage>
        <p>If you should review documents, an administrator can give you the role.</p>
      </Notice>
    );
  }
  return (
    <div className={styles.screen}>
      <h1 className="visually-hidden">Verification</h1>
      <div className={styles.tabs}>
        <VerificationTabs />
      </div>
      <div className={styles.list}>
        <QueuePane selectedId={caseId} onOpen={open} />
      </div>
      <Desk caseId={caseId} me={me} onOpen={open} />
    </div>
  );
}
