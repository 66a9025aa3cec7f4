import { useEffect, useState } from 'react';
import { AppError } from '#shared/rpc/errors';
import type { CaseDocument } from '#shared/rpc/verification-contract';
import { toAppError } from '#renderer/state/live.ts';
import type { ViewerContent } from '../viewer/viewer.tsx';
import { documentAtHand, fetchDocument, nameOf, type FetchedDocument } from './documents.ts';

/** A document of a case for the viewer: at once when it was fetched ahead, else as soon as it is here. */
export function useDocument(document: CaseDocument): {
  content: ViewerContent;
  fetched: FetchedDocument | null;
  retry: () => void;
} {
  const [attempt, setAttempt] = useState(0);
  const [settled, setSettled] = useState<Settled | null>(null);
  const atHand = documentAtHand(document);
  const key = `${document.id} ${document.sizeBytes}`;
  useEffect(() => {
    let isWanted = true;
    const settle = (result: FetchedDocument | AppError) => isWanted && setSettled({ key, attempt, result });
    fetchDocument(document).then(settle, (thrown: unknown) => settle(toAppError(thrown)));
    return () => {
      isWanted = false;
    };
    // oxlint-disable-next-line react/exhaustive-deps -- the key says which bytes are meant; the row is new with every pull
  }, [key, attempt]);
  const result = settled?.key === key && settled.attempt === attempt ? settled.result : atHand;
  return {
    content: contentOf(result, nameOf(document)),
    fetched: result instanceof AppError ? null : result,
    retry: () => setAttempt((count) => count + 1),
  };
}

type Settled = {
  readonly key: string;
  readonly attempt: number;
  readonly result: FetchedDocument | AppError;
};

function contentOf(result: FetchedDocument | AppError | null, name: string): ViewerContent {
  if (result === null) return { state: 'loading', name };
  if (result instanceof AppError) return { state: 'failed', name, error: result };
  return { state: 'ready', document: result };
}
