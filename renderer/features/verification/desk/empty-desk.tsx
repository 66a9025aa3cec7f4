import { CommandButton } from '#renderer/app/commands/command-button.tsx';
import { useLive } from '#renderer/state/live.ts';
import { Notice } from '#renderer/ui/notice.tsx';
import { count } from '#renderer/ui/time-labels.ts';

/** Nothing is open: how the queue stands, and how to begin. */
export function EmptyDesk() {
  const { data } = useLive('verification.counts', {});
  if (data === undefined) return <div aria-busy="true" />;
  if (data.open === 0) {
    return (
      <Notice icon="check" title="Nobody waits for a verdict">
        <p>New uploads appear in the list by themselves.</p>
      </Notice>
    );
  }
  const facts = [
    ...(data.breach > 0 ? [`${data.breach} far too late`] : []),
    ...(data.late > 0 ? [`${data.late} late`] : []),
    ...(data.due > 0 ? [`${data.due} due`] : []),
    ...(data.mine > 0 ? [`${data.mine} held by you`] : []),
  ];
  return (
    <Notice
      icon="paper"
      title={`${count(data.open, 'case')} to decide`}
      actions={<CommandButton command="review.claimNext" />}
    >
      <p>{facts.length === 0 ? 'All of them are in time.' : `${facts.join(', ')}.`}</p>
      <p>Claim the next one, or choose a case from the list.</p>
    </Notice>
  );
}
