import { Button } from '@mantine/core';
import { Notice } from '#renderer/ui/notice.tsx';
import { wordsOf, type DocumentProblem } from './problem.ts';

type Props = { problem: DocumentProblem; onRetry: () => void; onOpenExternally?: (() => void) | undefined };

/** A document that is not shown: what it is instead, and the ways on. */
export function ProblemNotice({ problem, onRetry, onOpenExternally }: Props) {
  const { title, text, canOpenElsewhere } = wordsOf(problem.kind);
  return (
    <Notice
      icon="warning"
      title={title}
      tone="alert"
      actions={
        <>
          {canOpenElsewhere && onOpenExternally !== undefined && (
            <Button variant="default" onClick={onOpenExternally}>
              Open externally
            </Button>
          )}
          {problem.kind === 'too-slow' && <Button onClick={onRetry}>Try again</Button>}
        </>
      }
    >
      <p>{text}</p>
    </Notice>
  );
}
