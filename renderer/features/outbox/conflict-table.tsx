import type * as z from 'zod';
import { sideOf } from '#shared/domain/conflict';
import type { outboxItem } from '#shared/rpc/contract';
import { fieldName, valueText } from './value-text.ts';
import styles from './outbox-screen.module.css';

type Field = z.infer<typeof outboxItem>['fields'][number];

/** Field by field: what it was when the edit was made, what the server has now, what was meant, and who changed it. */
export function ConflictTable({ fields }: { fields: readonly Field[] }) {
  return (
    <div className={styles.tableBox} tabIndex={0} role="region" aria-label="What changed on both sides">
      <table className={styles.conflict}>
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">It was</th>
            <th scope="col">On the server</th>
            <th scope="col">Mine</th>
            <th scope="col">Changed by</th>
          </tr>
        </thead>
        <tbody>
          {fields.map((item) => (
            <tr key={item.field}>
              <th scope="row">{fieldName(item.field)}</th>
              <td>{valueText(item.field, item.base)}</td>
              <td data-is-changed={isChanged(item.base, item.theirs)}>
                {valueText(item.field, item.theirs)}
              </td>
              <td data-is-changed={isChanged(item.base, item.mine)}>{valueText(item.field, item.mine)}</td>
              <td>{sides[sideOf(item)]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const sides = { theirs: 'them', mine: 'me', both: 'both', same: 'both, alike', none: '' } as const;

function isChanged(base: unknown, now: unknown): boolean {
  return JSON.stringify(base) !== JSON.stringify(now);
}
