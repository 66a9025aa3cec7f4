import { core } from '../rpc.ts';
import { useCore } from '../state/core-state.ts';
import { toAppError } from '../state/live.ts';
import { showToast } from '../state/toasts.ts';
import { count } from '../ui/time-labels.ts';
import { announce } from './announcer.tsx';
import { checkLabel } from './sync-label.ts';

/** Has the local data compared with the server's, and says what came of it. */
export async function checkData(): Promise<void> {
  announce('Checking local data');
  try {
    const client = await core();
    const check = await client['sync.check']({});
    const wrong = check.lost + check.different + check.ghosts;
    const isRight = wrong + check.sums === 0;
    showToast({
      tone: 'calm',
      title: isRight ? 'Local data is right' : `${count(wrong + check.sums, 'thing')} put right`,
      text: `Checked ${checkLabel(check, useCore.getState().sync?.serverOffset ?? 0)}.`,
    });
  } catch (thrown) {
    const error = toAppError(thrown);
    announce(error.message);
    if (error.code !== 'CANCELLED') showToast({ tone: 'alert', title: 'Not checked', text: error.message });
  }
}
