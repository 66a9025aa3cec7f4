import type * as z from 'zod';
import type { outboxItem } from '#shared/rpc/contract';
import { fieldName, valueText } from './value-text.ts';
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
