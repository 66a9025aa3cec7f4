import { useEffect, useState } from 'react';
import type { ViewerDocument } from './open-document.ts';
import { problemOf, type DocumentProblem } from './problem.ts';
import { shelf } from './desk-shelf.ts';
import type { ShelvedDocument } from './shelf.ts';

export type Opened =
  | { readonly state: 'opening' }
  | { readonly state: 'open'; readonly opened: ShelvedDocument }
  | { readonly state: 'failed'; readonly problem: DocumentProblem };

/** Opens a document while the calling component shows it. `again` closes what failed and opens it anew. */
export function useOpened(document: ViewerDocument): Opened & { again(): void; fail(error: unknown): void } {
  const [attempt, setAttempt] = useState(0);
  const [settled, setSettled] = useState<Settled | null>(null);

  useEffect(() => {
    let isWanted = true;
    const settle = (result: Opened) => isWanted && setSettled({ document, attempt, result });
    shelf.open(document).then(
      (opened) => settle({ state: 'open', opened }),
      (error: unknown) => settle(failure(error)),
    );
    return () => {
      isWanted = false;
      shelf.release(document);
    };
  }, [document, attempt]);

  const isCurrent = settled?.document === document && settled.attempt === attempt;
  return {
    ...(isCurrent ? settled.result : opening),
    again: () => setAttempt((count) => count + 1),
    fail(error) {
      const result = failure(error);
      if (result.state !== 'failed') return;
      shelf.drop(document);
      setSettled({ document, attempt, result });
    },
  };
}

type Settled = { readonly document: ViewerDocument; readonly attempt: number; readonly result: Opened };
const opening: Opened = { state: 'opening' };

/** What was cancelled has not failed. */
function failure(error: unknown): Opened {
  try {
    return { state: 'failed', problem: problemOf(error) };
  } catch {
    return opening;
  }
}
