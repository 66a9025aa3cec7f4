import { Button } from '@mantine/core';
import type { AppContract } from '#shared/rpc/contract';
import type { OutputOf } from '#shared/rpc/define';
import { platformZone } from '#shared/domain/zone';
import { useCore } from '#renderer/state/core-state.ts';
import { acceptDraft, confirmDraft, discardDraft, settleDrafts } from '#renderer/state/drafts.ts';
import { Icon, type IconName } from '#renderer/ui/icons.tsx';
import { agoLabel, clockLabel } from '#renderer/ui/time-labels.ts';
import { useNow } from '#renderer/ui/use-now.ts';
import { CopyButton } from './copy-button.tsx';
import { draftText } from './copy-text.ts';
import { fieldName, valueText } from './value-text.ts';
import styles from './outbox-screen.module.css';

type Draft = OutputOf<AppContract['drafts.list']>['items'][number];

/** A decision that is kept here until it is confirmed: what it says, where it stands, what can be done. */
export function DraftRow({ draft }: { draft: Draft }) {
  const now = useNow(30_000);
  const isOffline = useCore((state) => state.sync?.state === 'offline');
  const isReadOnly = useCore((state) => state.sync?.isReadOnly === true);
  const { word, icon, tone } = looks[draft.state];
  const can = (states: readonly Draft['state'][]) => states.includes(draft.state) && !isReadOnly;
  const name = <span className="visually-hidden">: {draft.title}</span>;
  return (
    <li className={styles.row} data-tone={tone} data-wide={draft.changes.length > 0}>
      <span className={styles.icon}>
        <Icon name={icon} />
      </span>
      <div className={styles.main}>
        <p className={styles.title}>{draft.title}</p>
        <p className={styles.detail}>
          <strong>{word}</strong>, made {agoLabel(draft.createdAt, now)} at{' '}
          {clockLabel(draft.createdAt, platformZone)}
          {isOffline && draft.state === 'ready' && '; can be confirmed when the connection is back'}
        </p>
        {draft.lines.length > 0 && (
          <dl className={styles.lines}>
            {draft.lines.map(({ label, text }) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{text}</dd>
              </div>
            ))}
          </dl>
        )}
        {draft.problem !== null && <p className={styles.problem}>{draft.problem}</p>}
        {draft.changes.length > 0 && <Changes changes={draft.changes} />}
      </div>
      <div className={styles.actions}>
        {can(['ready', 'refused', 'blocked']) && (
          <Button disabled={isOffline} onClick={() => void confirmDraft(draft.id, draft.title)}>
            {draft.state === 'ready' ? 'Confirm' : 'Confirm again'}
            {name}
          </Button>
        )}
        {can(['review']) && (
          <Button onClick={() => void acceptDraft(draft.id)}>
            It still stands
            {name}
          </Button>
        )}
        {can(['in-doubt']) && (
          <Button disabled={isOffline} onClick={() => void settleDrafts()}>
            Ask the server
            {name}
          </Button>
        )}
        {draft.state !== 'confirmed' && <CopyButton text={draftText(draft)} about={draft.title} />}
        {can(['ready', 'refused', 'blocked', 'review', 'gone', 'update-required', 'confirmed']) && (
          <Button variant="default" onClick={() => void discardDraft(draft.id)}>
            {draft.state === 'confirmed' ? 'Remove from list' : 'Discard'}
            {name}
          </Button>
        )}
      </div>
    </li>
  );
}

function Changes({ changes }: { changes: Draft['changes'] }) {
  return (
    <div className={styles.tableBox} tabIndex={0} role="region" aria-label="What changed since">
      <table className={styles.conflict}>
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">When you decided</th>
            <th scope="col">Now</th>
          </tr>
        </thead>
        <tbody>
          {changes.map(({ field, base, theirs }) => (
            <tr key={field}>
              <th scope="row">{fieldName(field)}</th>
              <td>{valueText(field, base)}</td>
              <td data-is-changed={true}>{valueText(field, theirs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

type Look = { readonly word: string; readonly icon: IconName; readonly tone: 'waiting' | 'alert' };

const looks: Readonly<Record<Draft['state'], Look>> = {
  ready: { word: 'Draft, not sent', icon: 'clock', tone: 'waiting' },
  review: { word: 'Changed since you decided', icon: 'warning', tone: 'alert' },
  blocked: { word: 'Cannot be confirmed now', icon: 'warning', tone: 'alert' },
  gone: { word: 'What it is about is not there any more', icon: 'warning', tone: 'alert' },
  refused: { word: 'Not accepted', icon: 'warning', tone: 'alert' },
  confirming: { word: 'Being confirmed', icon: 'sync', tone: 'waiting' },
  'in-doubt': { word: 'No answer yet', icon: 'question', tone: 'alert' },
  confirmed: { word: 'The server has it', icon: 'check', tone: 'waiting' },
  'update-required': { word: 'Needs a newer console', icon: 'warning', tone: 'alert' },
};
