import { platformZone } from '#shared/domain/zone';
import { core } from '../rpc.ts';
import type { Sync } from '../state/core-state.ts';
import { toAppError } from '../state/live.ts';
import { showToast } from '../state/toasts.ts';
import { clockLabel, count } from '../ui/time-labels.ts';
import { announce } from './announcer.tsx';

/** "14:02, 5,312 rows, all equal", or how many were put right. */
export function checkLabel(check: NonNullable<Sync['lastCheck']>): string {
  const wrong = check.lost + check.different + check.ghosts;
  const verdict = wrong === 0 ? 'all equal' : `${count(wrong, 'row')} put right`;
  return `${clockLabel(check.at, platformZone)}, ${count(check.rows, 'row')}, ${verdict}`;
}

/** Has the local data compared with the server's, and says what came of it. */
export async function checkData(): Promise<void> {
  announce('Checking local data');
  try {
    const client = await core();
    const check = await client['sync.check']({});
    const wrong = check.lost + check.different + check.ghosts;
    showToast({
      tone: 'calm',
      title: wrong === 0 ? 'Local data is right' : `${count(wrong, 'row')} put right`,
      text: `Checked ${checkLabel(check)}.`,
    });
  } catch (thrown) {
    const error = toAppError(thrown);
    announce(error.message);
    if (error.code !== 'CANCELLED') showToast({ tone: 'alert', title: 'Not checked', text: error.message });
  }
}
