import { memo } from 'react';
import type { Micros } from '#shared/domain/instant';
import type { QueueItem } from '#shared/rpc/verification-contract';
import { Icon } from '#renderer/ui/icons.tsx';
import { kindWords, statusWords } from '../desk/labels.ts';
import { ageOf, flagsOf, holderOf, recommendationText } from './queue-words.ts';
import styles from './queue-list.module.css';

type Props = {
  item: QueueItem;
  index: number;
  total: number;
  top: number;
  userId: string | null;
  now: Micros;
  /** Whether the desk shows it, the keyboard stands on it, and it is of the selection. */
  isShown: boolean;
  isCursor: boolean;
  isSelected: boolean;
};

/** One case. Clicks are handled by the list, which knows from `data-index` and `data-part` what was hit. */
export const QueueRow = memo(function QueueRow(props: Props) {
  const { item, index, total, top, now } = props;
  const age = ageOf(item, now);
  const holder = holderOf(item, props.userId, now);
  const flags = flagsOf(item);
  return (
    <div
      id={rowId(item.caseId)}
      role="option"
      className={styles.row}
      style={{ transform: `translateY(${top}px)` }}
      aria-selected={props.isSelected}
      aria-current={props.isShown ? 'true' : undefined}
      aria-setsize={total}
      aria-posinset={index + 1}
      data-index={index}
      data-case={item.caseId}
      data-is-cursor={props.isCursor}
    >
      <span className={styles.tick} data-part="tick" title="Select (Space)">
        <span className={styles.box}>{props.isSelected && <Icon name="check" size={12} />}</span>
      </span>
      <span className={styles.head}>
        <span className={styles.name}>{item.tutorName}</span>{' '}
        <span className={styles.age} data-band={age.band}>
          {age.text}
        </span>
      </span>{' '}
      <span className={styles.line}>
        <span className={styles.what}>
          {kindWords[item.kind]} · {statusWords[item.status]}
        </span>{' '}
        {holder !== null && (
          <span className={styles.holder} data-is-mine={holder.isMine}>
            <Icon name={holder.isMine ? 'check' : 'lock'} size={11} />
            {holder.isMine ? holder.text : <>Held by {holder.text}</>}
          </span>
        )}
      </span>{' '}
      <span className={styles.line}>
        <span className={styles.advice} data-advice={item.recommendation ?? 'none'}>
          {recommendationText(item.recommendation, item.confidence)}
        </span>
        {flags.map(({ tone, text }) => (
          <span key={text} className={styles.flag} data-tone={tone}>
            {' '}
            {text}
          </span>
        ))}
      </span>
    </div>
  );
});

export function rowId(caseId: string): string {
  return `queue-${caseId}`;
}
