import type { AppContract } from '#shared/rpc/contract';
import type { OutputOf } from '#shared/rpc/define';
import { hoursOn, weekdays, type HoursRule } from '#shared/domain/weekly-hours';
import { platformZone, wallClockAt } from '#shared/domain/zone';
import { clockLabel, dayLabel } from '#renderer/ui/time-labels.ts';
import { fieldName, valueText } from './value-text.ts';

type Item = OutputOf<AppContract['outbox.list']>['items'][number];
type Draft = OutputOf<AppContract['drafts.list']>['items'][number];

/** What an edit meant, in plain words for the clipboard: to be said to somebody, or done by hand elsewhere. */
export function editText(item: Pick<Item, 'title' | 'createdAt' | 'args' | 'problem'>): string {
  return lines(item.title, item.createdAt, meaning(item.args), item.problem);
}

export function draftText(draft: Pick<Draft, 'title' | 'createdAt' | 'lines' | 'problem'>): string {
  const said = draft.lines.map(({ label, text }) => `${label}: ${text}`);
  return lines(draft.title, draft.createdAt, said, draft.problem);
}

function lines(title: string, at: number, said: readonly string[], problem: string | null): string {
  const made = `Made ${dayLabel(wallClockAt(at, platformZone).date, 'long')}, ${clockLabel(at, platformZone)}`;
  return [title, ...said, made, ...(problem === null ? [] : [`Not accepted: ${problem}`])].join('\n');
}

function meaning(args: Item['args']): string[] {
  return Object.entries(args).flatMap(([field, value]) => {
    if (field === 'rules' && isRules(value)) {
      return weekdays.map((day, index) => `${fieldName(day)}: ${hoursOn(value, index) ?? 'none'}`);
    }
    // Ids say nothing to people, and what is empty was not said.
    const isSilent = field === 'id' || field.endsWith('_id') || value === null || value === '';
    return isSilent ? [] : [`${fieldName(field)}: ${valueText(field, value)}`];
  });
}

/** Checked by the core when the edit was made. */
function isRules(value: unknown): value is HoursRule[] {
  return Array.isArray(value);
}
