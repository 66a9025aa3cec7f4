import { Button } from '@mantine/core';
import type { AppError, ErrorCode } from '#shared/rpc/errors';
import { Notice } from './notice.tsx';

/** An answer that failed, with what to do about it. */
export function Failure({ error, retry }: { error: AppError; retry: () => void }) {
  const { title, advice } = wordsFor(error.code);
  return (
    <Notice
      icon={error.code === 'OFFLINE' ? 'offline' : error.code === 'FORBIDDEN' ? 'lock' : 'warning'}
      title={title}
      tone="alert"
      actions={error.code === 'FORBIDDEN' ? undefined : <Button onClick={retry}>Try again</Button>}
    >
      <p>{error.message}</p>
      {advice !== null && <p>{advice}</p>}
    </Notice>
  );
}

function wordsFor(code: ErrorCode): { title: string; advice: string | null } {
  switch (code) {
    case 'OFFLINE':
      return { title: 'Not on this machine', advice: 'It can be shown once there is a connection.' };
    case 'FORBIDDEN':
      return {
        title: 'Not yours to see',
        advice: 'If you should see it, an administrator can give you the role.',
      };
    case 'NOT_FOUND':
      return { title: 'Not found', advice: null };
    case 'DISK_FULL':
      return { title: 'The disk is full', advice: 'Free some space, then try again. Nothing has been lost.' };
    case 'STORAGE_CORRUPT':
      return {
        title: 'The local data had to be rebuilt',
        advice: 'The damaged file is kept aside. Edits that could be saved are in the outbox.',
      };
    default:
      return { title: 'This could not be shown', advice: null };
  }
}
