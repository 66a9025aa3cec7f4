import type { GradeEntry } from '#shared/domain/verification/wire';
import { core } from '#renderer/rpc.ts';
import { sayTrouble } from '#renderer/state/edits.ts';
import { toAppError } from '#renderer/state/live.ts';
import { changeWork, workOn } from './work-store.ts';

/** Keeps the grades of a case here, and on the server as soon as typing rests; what cannot be sent goes with the verdict. */
export function saveGrades(caseId: string, grades: readonly GradeEntry[]): void {
  changeWork(caseId, () => ({ grades }));
  clearTimeout(timers.get(caseId));
  timers.set(
    caseId,
    setTimeout(() => void send(caseId), restMillis),
  );
}

/** The verdict takes the grades along. */
export function forgetGrades(caseId: string): void {
  clearTimeout(timers.get(caseId));
  timers.delete(caseId);
}

/** Sends what waits, before the case is given back: after that the server takes none. */
export async function flushGrades(caseId: string): Promise<void> {
  if (!timers.has(caseId)) return;
  clearTimeout(timers.get(caseId));
  await send(caseId);
}

const timers = new Map<string, ReturnType<typeof setTimeout>>();
const restMillis = 1_500;

async function send(caseId: string): Promise<void> {
  timers.delete(caseId);
  const { grades } = workOn(caseId);
  if (grades === null) return;
  try {
    const client = await core();
    await client['verification.setGrades']({ caseId, grades: [...grades] });
  } catch (thrown) {
    const { code, message } = toAppError(thrown);
    if (code === 'REJECTED' || code === 'BAD_INPUT') sayTrouble('The grades were not kept', message);
  }
}
