import { randomUUID } from 'node:crypto';
import type * as z from 'zod';
import { keyedKinds, verificationAnswers } from '#shared/domain/verification/wire';
import { AppError } from '#shared/rpc/errors';
import type { Workspace } from '../session/workspace.ts';

type Answers = typeof verificationAnswers;
export type AnswerOf<F extends keyof Answers> = z.output<Answers[F]>;

/**
 * Calls a function of verification and checks its answer. A function that works under a key is called again under the
 * same key when its answer got lost, so it is done once. Throws AppError: the server's refusal, or BACKEND_UNREACHABLE
 * when it cannot be found out.
 */
export async function callVerification<F extends keyof Answers>(
  workspace: Workspace,
  name: F,
  params: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<AnswerOf<F>> {
  const keyed = name in keyedKinds ? { p_key: randomUUID(), ...params } : params;
  let answer = await workspace.ask(name, keyed, signal);
  if (answer.kind === 'doubt' && name in keyedKinds) answer = await workspace.ask(name, keyed, signal);
  if (answer.kind !== 'done') throw answer.error;
  const read = verificationAnswers[name].safeParse(answer.result);
  if (!read.success) {
    throw new AppError('UPDATE_REQUIRED', 'The backend answered in a way this console does not know.');
  }
  // One schema a name: parse keeps the two together where the compiler cannot.
  return read.data as AnswerOf<F>;
}

/** The same for what changes something: the cache shows it before this resolves, where the server can still be asked. */
export async function changeVerification<F extends keyof Answers>(
  workspace: Workspace,
  name: F,
  params: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<AnswerOf<F>> {
  const answer = await callVerification(workspace, name, params, signal);
  // It is done; a pull that fails now is tried again by the engine itself.
  await workspace.engine.pull(signal).catch(() => undefined);
  return answer;
}
