import type { DraftKinds } from './draft.ts';
import { verificationDecision } from './verification/decision-draft.ts';

/** Every kind that this console can draft. The name is also the `p_kind` under which the server records it. */
export const draftKinds: DraftKinds = { 'verification.decide': verificationDecision };
