import { useCommands } from '#renderer/app/commands/use-commands.ts';
import { useCore } from '#renderer/state/core-state.ts';
import { claimNext } from './claims.ts';
import { neighbourOf } from './queue-order.ts';

type Props = {
  caseId: string | null;
  ids: readonly string[];
  onOpen: (caseId: string | null) => void;
};

/** What the keyboard and the palette can do on the desk, whichever case is open. */
export function DeskCommands({ caseId, ids, onOpen }: Props) {
  const isOffline = useCore((state) => state.sync?.state === 'offline');
  const go = (by: 1 | -1) => {
    const to = neighbourOf(ids, caseId, by);
    if (to !== null) onOpen(to);
  };
  useCommands([
    {
      id: 'review.next',
      title: 'Next case',
      group: 'Review',
      keys: ['J'],
      isEnabled: neighbourOf(ids, caseId, 1) !== null,
      run: () => go(1),
    },
    {
      id: 'review.previous',
      title: 'Previous case',
      group: 'Review',
      keys: ['K'],
      isEnabled: neighbourOf(ids, caseId, -1) !== null,
      run: () => go(-1),
    },
    {
      id: 'review.claimNext',
      title: 'Claim next',
      group: 'Review',
      keys: ['N'],
      keywords: 'take oldest case work',
      isEnabled: !isOffline,
      run: () =>
        void claimNext().then((next) => {
          if (next !== null) onOpen(next);
        }),
    },
    {
      id: 'review.close',
      title: 'Close the case',
      group: 'Review',
      keywords: 'queue nothing leave',
      isEnabled: caseId !== null,
      run: () => onOpen(null),
    },
  ]);
  return null;
}
