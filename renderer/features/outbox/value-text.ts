import { formatMoney } from '#shared/domain/money';
import { platformZone, wallClockAt } from '#shared/domain/zone';
import { clockLabel, dayLabel } from '#renderer/ui/time-labels.ts';

/** "Confirmed start", from "confirmed_start_at". */
export function fieldName(field: string): string {
  const text = field.replace(/_(at|cents)$/, '').replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A value in words, by what its column's name says it is: instants end in _at, money in _cents. */
export function valueText(field: string, value: unknown): string {
  if (value === null || value === undefined) return '(none)';
  if (typeof value === 'number' && field.endsWith('_at')) {
    return `${dayLabel(wallClockAt(value, platformZone).date, 'medium')}, ${clockLabel(value, platformZone)}`;
  }
  if (typeof value === 'number' && field.endsWith('_cents')) return formatMoney(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') {
    return /^[A-Z_]+$/.test(value) ? value.replaceAll('_', ' ').toLowerCase() : value;
  }
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}
