import { announce } from '../app/announcer.tsx';
import { core } from '../rpc.ts';
import { sayTrouble } from './edits.ts';
import { toAppError } from './live.ts';
import { showToast } from './toasts.ts';

/** Has the server do what a draft says, and tells how that ended. */
export async function confirmDraft(id: string, title: string): Promise<void> {
  try {
    const client = await core();
    const { outcome, problem } = await client['drafts.confirm']({ id });
    switch (outcome) {
      case 'confirmed':
        announce(`Confirmed: ${title}`);
        showToast({ tone: 'calm', title: `Confirmed: ${title}`, millis: 4_000 });
        return;
      case 'review':
        sayTrouble(
          'Look at it again',
          problem ?? 'It changed since. Nothing was sent; the outbox shows what is new.',
        );
        return;
      case 'refused':
        sayTrouble(`Refused: ${title}`, problem ?? 'The server did not take it.');
        return;
      case 'in-doubt':
        sayTrouble(
          'No answer yet',
          problem ??
            'Whether the server has done it is found out as soon as it can be asked. Nothing is done twice.',
        );
    }
  } catch (thrown) {
    sayTrouble('Not confirmed', toAppError(thrown).message);
  }
}

/** Stands by a draft although its row changed. */
export function acceptDraft(id: string): Promise<void> {
  return act(async (client) => client['drafts.accept']({ id }), 'It still stands. Confirm it to send it');
}

export function discardDraft(id: string): Promise<void> {
  return act(async (client) => client['drafts.discard']({ id }), 'Discarded');
}

/** Asks what became of decisions whose answer got lost. */
export function settleDrafts(): Promise<void> {
  return act(async (client) => client['drafts.settle']({}), 'Asked');
}

async function act(
  work: (client: Awaited<ReturnType<typeof core>>) => Promise<unknown>,
  done: string,
): Promise<void> {
  try {
    await work(await core());
    announce(done);
  } catch (thrown) {
    sayTrouble('That did not work', toAppError(thrown).message);
  }
}
