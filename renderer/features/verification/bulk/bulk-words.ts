import type { GateRule } from '#shared/domain/verification/gate';
import type { DecisionOutcome } from '#shared/domain/verification/status';
import type { BulkReport, BulkRow } from '#shared/rpc/verification-contract';
import { count } from '#renderer/ui/time-labels.ts';
import { kindWords } from '../desk/labels.ts';
import type { Part } from './judge.ts';

/** "3 CXC certificates, system: approve". */
export function partText({ kind, recommendation, ids }: Part): string {
  const advice = recommendation === null ? 'no advice' : recommendation.toLowerCase();
  return `${count(ids.length, kindWords[kind])}, system: ${advice}`;
}

/** What is wrong with `amount` cases of a selection, in few words. */
export function failureText(rule: GateRule, amount: number): string {
  const is = amount === 1 ? 'is' : 'are';
  const has = amount === 1 ? 'has' : 'have';
  const words: Readonly<Record<GateRule, string>> = {
    decided: `${is} decided already`,
    not_claimed: `${is} not claimed by you`,
    escalated: `${is} escalated: an admin decides`,
    not_opened: `${has} documents you have not opened`,
    checklist: `${has} an unfinished checklist`,
    checklist_failed: `${has} a failed check: no approval`,
    file: `${has} a missing or empty file`,
    reason: `${has} no reason`,
    override: `${has} no reason against the system`,
    grades: `${has} no grades entered`,
  };
  return `${amount} ${words[rule]}`;
}

export const bulkVerbs: Readonly<Record<DecisionOutcome, string>> = {
  APPROVE: 'Approve',
  REJECT: 'Reject',
  RESUBMIT: 'Ask again',
};

export const bulkDone: Readonly<Record<DecisionOutcome, string>> = {
  APPROVE: 'approved',
  REJECT: 'rejected',
  RESUBMIT: 'asked again',
};

/** "22 approved, 3 refused": what became of all of them. */
export function sumText({ outcome, state, rows }: BulkReport): string {
  if (state === 'asking') return `${count(rows.length, 'case')} on the way`;
  if (state === 'in-doubt') return `It is not known yet whether ${count(rows.length, 'case')} were decided`;
  if (state === 'nothing') return `Nothing was decided: ${count(rows.length, 'case')} untouched`;
  const amounts = { decided: 0, reversed: 0, refused: 0, untouched: 0, unknown: 0 };
  for (const row of rows) amounts[row.state] += 1;
  return [
    ...(amounts.decided > 0 ? [`${amounts.decided} ${bulkDone[outcome]}`] : []),
    ...(amounts.reversed > 0 ? [`${amounts.reversed} taken back`] : []),
    ...(amounts.refused > 0 ? [`${amounts.refused} refused`] : []),
    ...(amounts.untouched > 0 ? [`${amounts.untouched} untouched`] : []),
  ].join(', ');
}

/** What became of one case, and why. */
export function rowText(row: BulkRow, outcome: DecisionOutcome): string {
  switch (row.state) {
    case 'unknown':
      return 'Not known yet';
    case 'untouched':
      return 'Not touched';
    case 'decided':
      return `${bulkDone[outcome].charAt(0).toUpperCase()}${bulkDone[outcome].slice(1)}`;
    case 'reversed':
      return 'Taken back';
    case 'refused': {
      const words = row.message ?? 'Refused';
      const isNamed = row.by === null || words.includes(row.by);
      return isNamed ? words : `${words} (${row.by})`;
    }
  }
}

/** The whole report as plain text, for the clipboard. */
export function reportText(report: BulkReport): string {
  const head = `${bulkVerbs[report.outcome]}: ${sumText(report)}`;
  const lines = report.rows.map((row) => `${row.tutorName} (${row.caseId}): ${rowText(row, report.outcome)}`);
  return [head, ...(report.problem === null ? [] : [report.problem]), ...lines].join('\n');
}

/** The decisions that can be taken back at `now`, and until when the last of them. */
export function undoable(
  report: BulkReport,
  now: number,
): { readonly ids: readonly string[]; readonly until: number } {
  const open = report.rows.filter(
    ({ state, undoUntil }) => state === 'decided' && undoUntil !== null && undoUntil > now,
  );
  return {
    ids: open.flatMap(({ decisionId }) => decisionId ?? []),
    until: Math.min(...open.map(({ undoUntil }) => undoUntil ?? 0)),
  };
}
