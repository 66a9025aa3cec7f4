import type * as z from 'zod';
import { platformZone } from '#shared/domain/zone';
import type { outboxItem } from '#shared/rpc/contract';
import { formatMoney } from '#shared/domain/money';
import { clockLabel, dayLabel } from '#renderer/ui/time-labels.ts';
import { wallClockAt } from '#shared/domain/zone';
import styles from './outbox-screen.module.css';

type Field = z.infer<typeof outboxItem>['fields'][number];

/** Field by field: what it was when the edit was made, what the server has now, what was meant. */
export function ConflictTable({ fields }: { fields: readonly Field[] }) {
  return (
    <table className={styles.conflict}>
      <caption className="visually-hidden">What changed on both sides</caption>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">It was</th>
          <th scope="col">On the server</th>
          <th scope="col">Mine</th>
        </tr>
      </thead>
      <tbody>
        {fields.map(({ field, base, theirs, mine }) => (
          <tr key={field}>
            <th scope="row">{fieldName(field)}</th>
            <td>{valueText(field, base)}</td>
            <td>{valueText(field, theirs)}</td>
            <td>{valueText(field, mine)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

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
