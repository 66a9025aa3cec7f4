import type { DecisionInput } from '#shared/domain/verification/wire';
import type { BulkReport } from '#shared/rpc/verification-contract';
import { announce } from '#renderer/app/announcer.tsx';
import { core } from '#renderer/rpc.ts';
import { sayTrouble } from '#renderer/state/edits.ts';
import { toAppError } from '#renderer/state/live.ts';
import { count } from '#renderer/ui/time-labels.ts';
import { endWork } from '../desk/work-store.ts';
import { sumText } from './bulk-words.ts';

/** Has the server decide them all. Null when that could not even be begun, which is said. */
export async function decideTogether(decisions: readonly DecisionInput[]): Promise<BulkReport | null> {
  try {
    const client = await core();
    const report = await client['verification.decideMany']({ decisions: [...decisions] });
    for (const { caseId, state } of report.rows) if (state === 'decided') endWork(caseId);
    announce(sumText(report));
    return report;
  } catch (thrown) {
    sayTrouble('Nothing was decided', toAppError(thrown).message);
    return null;
  }
}

/** Takes decisions back; what could not be taken back is said, with why. */
export async function takeBack(decisionIds: readonly string[]): Promise<void> {
  try {
    const client = await core();
    const { results } = await client['verification.reverse']({
      decisionIds: [...decisionIds],
      reason: 'Decided together, and taken back together.',
    });
    const refused = results.flatMap((result) => (result.outcome === 'refused' ? [result.message] : []));
    announce(`${count(results.length - refused.length, 'decision')} taken back`);
    const [why] = refused;
    if (why !== undefined) sayTrouble(`${count(refused.length, 'decision')} not taken back`, why);
  } catch (thrown) {
    sayTrouble('Not taken back', toAppError(thrown).message);
  }
}

/** Claims cases, or prolongs the claims on them; who was quicker is said. */
export async function claimAll(caseIds: readonly string[], how: 'claim' | 'renew'): Promise<void> {
  try {
    const client = await core();
    const { results } = await client[`verification.${how}`]({ caseIds: [...caseIds] });
    const refused = results.flatMap((result) => (result.outcome === 'refused' ? [result.message] : []));
    const [why] = refused;
    if (how === 'claim') announce(`${count(results.length - refused.length, 'case')} claimed`);
    if (why !== undefined) sayTrouble(`${count(refused.length, 'case')} not claimed`, why);
  } catch (thrown) {
    sayTrouble('Not claimed', toAppError(thrown).message);
  }
}

/** Asks now what became of decisions whose answer got lost. */
export async function settleBulks(): Promise<void> {
  try {
    const client = await core();
    await client['verification.bulkSettle']({});
  } catch (thrown) {
    sayTrouble('Not asked', toAppError(thrown).message);
  }
}

export async function dismissBulk(id: string): Promise<void> {
  try {
    const client = await core();
    await client['verification.bulkDismiss']({ id });
  } catch (thrown) {
    sayTrouble('Not dismissed', toAppError(thrown).message);
  }
}
