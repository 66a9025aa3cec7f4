import { useEffect, useState } from 'react';
import type { CaseDocument } from '#shared/rpc/verification-contract';
import { core } from '#renderer/rpc.ts';
import { useLive } from '#renderer/state/live.ts';
import { shelf } from '../viewer/desk-shelf.ts';
import { fetchDocument, placeOf } from './documents.ts';

/** Cases whose rows, first documents and first pages are got ready, so that opening one of them waits for nothing. */
export function Ahead({ caseIds }: { caseIds: readonly string[] }) {
  return caseIds.map((caseId, index) => <One key={caseId} caseId={caseId} rank={index} />);
}

/** As many as the shelf has room for beside the case in view and an earlier attempt. */
const preparedCases = 2;
/** What is in view goes first. */
const patienceMillis = 250;

function One({ caseId, rank }: { caseId: string; rank: number }) {
  const documents = useLive('verification.case', { caseId }).data?.found?.documents;
  const [known, setKnown] = useState(documents);
  // The same documents come back with every pull.
  if (JSON.stringify(known) !== JSON.stringify(documents)) setKnown(documents);
  useEffect(() => {
    if (known === undefined) return undefined;
    const timer = setTimeout(() => void getReady(known, rank), patienceMillis * (rank + 1));
    return () => clearTimeout(timer);
  }, [known, rank]);
  return null;
}

async function getReady(documents: readonly CaseDocument[], rank: number): Promise<void> {
  const present = documents.filter((document) => document.state === 'present');
  try {
    if (rank >= preparedCases) {
      const client = await core();
      await client['verification.prefetch']({
        documents: present.flatMap((document) => placeOf(document) ?? []),
      });
      return;
    }
    const [first] = await Promise.all(present.map(fetchDocument));
    const pane = document.querySelector('[data-testid="page-pane"]');
    if (first === undefined || pane === null) return;
    await shelf.prepare(first, { width: pane.clientWidth, height: pane.clientHeight }, devicePixelRatio);
  } catch {
    // It is fetched again, and says what is wrong, when it is looked at.
  }
}
