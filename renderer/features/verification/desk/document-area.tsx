import { useEffect, useMemo, useState } from 'react';
import { AppError } from '#shared/rpc/errors';
import { wallClockAt, platformZone } from '#shared/domain/zone';
import type { CaseDocument, VerificationCase } from '#shared/rpc/verification-contract';
import { core } from '#renderer/rpc.ts';
import { sayTrouble } from '#renderer/state/edits.ts';
import { toAppError } from '#renderer/state/live.ts';
import { showToast } from '#renderer/state/toasts.ts';
import { Icon } from '#renderer/ui/icons.tsx';
import { Notice } from '#renderer/ui/notice.tsx';
import { dayLabel } from '#renderer/ui/time-labels.ts';
import type { EarlierAttempt } from '../viewer/compare-pane.tsx';
import { Viewer } from '../viewer/viewer.tsx';
import { fetchDocument, nameOf, placeOf, type FetchedDocument } from './documents.ts';
import { notePage, noteUnshown } from './evidence.ts';
import { statusWords } from './labels.ts';
import { useDocument } from './use-document.ts';
import { useWork } from './work-store.ts';
import styles from './document-area.module.css';

/** As much of a case as its documents are shown by. */
type Papers = Pick<VerificationCase, 'documents' | 'opened' | 'earlier' | 'extracted'> & {
  readonly item: { readonly caseId: string };
};

/** The documents of a case: one in view, the others a click away. */
export function DocumentArea({ found }: { found: Papers }) {
  const { documents } = found;
  const [chosenId, setChosenId] = useState<string | null>(null);
  const chosen = documents.find(({ id }) => id === chosenId) ?? documents[0];
  const earlier = useEarlier(found);
  return (
    <div className={styles.area}>
      {documents.length > 1 && (
        <ul className={styles.tabs} aria-label="Documents of this case">
          {documents.map((document, index) => (
            <Tab
              key={document.id}
              caseId={found.item.caseId}
              document={document}
              label={`${index + 1}. ${nameOf(document)}`}
              isSeen={found.opened[document.id] !== undefined}
              isChosen={document.id === chosen?.id}
              onChoose={() => setChosenId(document.id)}
            />
          ))}
        </ul>
      )}
      {chosen === undefined ? (
        <Notice icon="paper" title="No document was handed in">
          <p>The upload broke off before its file was named. Ask the tutor to hand it in again.</p>
        </Notice>
      ) : chosen.state === 'present' ? (
        <Shown
          key={chosen.id}
          caseId={found.item.caseId}
          candidateNumber={candidateNumberOf(found)}
          document={chosen}
          earlier={earlier}
        />
      ) : (
        <Unshown document={chosen} />
      )}
    </div>
  );
}

type TabProps = {
  caseId: string;
  document: CaseDocument;
  label: string;
  isSeen: boolean;
  isChosen: boolean;
  onChoose: () => void;
};

function Tab({ caseId, document, label, isSeen, isChosen, onChoose }: TabProps) {
  const { opened } = useWork(caseId);
  const hasSeen = isSeen || opened[document.id] !== undefined;
  const state = document.state === 'present' ? (hasSeen ? 'looked at' : 'not looked at') : document.state;
  return (
    <li>
      <button type="button" className={styles.tab} aria-pressed={isChosen} onClick={onChoose}>
        <span className={styles.tabName}>{label}</span>
        {document.state !== 'present' ? (
          <Icon name="warning" size={13} />
        ) : (
          hasSeen && <Icon name="check" size={13} />
        )}
        <span className="visually-hidden">, {state}</span>
      </button>
    </li>
  );
}

function Shown({
  caseId,
  candidateNumber,
  document,
  earlier,
}: {
  caseId: string;
  candidateNumber: string | null;
  document: CaseDocument;
  earlier: readonly EarlierAttempt[];
}) {
  const { content, fetched, retry } = useDocument(document);
  useEffect(() => {
    if (fetched === null) return undefined;
    const timer = setTimeout(() => void noteUnshown({ caseId, candidateNumber }, fetched), unshownMillis);
    return () => clearTimeout(timer);
  }, [caseId, candidateNumber, fetched]);
  const seen = (page: number, pageCount: number) => {
    if (fetched !== null) notePage({ caseId, candidateNumber }, fetched, page, pageCount);
  };
  return (
    <>
      {document.changedAt !== null && (
        <p className={styles.changed} role="status">
          <Icon name="warning" size={14} /> The file behind this name is another one than at an earlier look.
        </p>
      )}
      <div className={styles.viewer}>
        <Viewer
          content={content}
          earlier={earlier}
          onOpenExternally={() => void openExternally(document)}
          onRetry={retry}
          onPageSeen={seen}
        />
      </div>
    </>
  );
}

/** What has no page on the screen by then is asked whether it can be shown at all. */
const unshownMillis = 1_200;

function Unshown({ document }: { document: CaseDocument }) {
  const isMissing = document.state === 'missing';
  return (
    <Notice icon="warning" title={isMissing ? 'The file is missing' : 'The file is empty'}>
      <p>
        {isMissing
          ? `The tutor’s upload names ${nameOf(document)}, and no such file is in the storage.`
          : `${nameOf(document)} was uploaded without content.`}
      </p>
      <p>There is nothing that could be approved. Ask the tutor to hand it in again.</p>
    </Notice>
  );
}

function candidateNumberOf({ extracted }: Pick<VerificationCase, 'extracted'>): string | null {
  const number = extracted?.['candidate_number'];
  return typeof number === 'string' && number !== '' ? number.slice(0, 40) : null;
}

async function openExternally(document: CaseDocument): Promise<void> {
  try {
    const place = placeOf(document);
    if (place === null) throw new AppError('NOT_FOUND', 'The file of this document is missing.');
    const client = await core();
    const { path, isOpened } = await client['verification.openExternally']({
      ...place,
      name: nameOf(document),
    });
    showToast({
      tone: 'calm',
      title: isOpened ? 'Opened in another program' : 'Put among your downloads',
      text: path,
      millis: 6_000,
    });
  } catch (thrown) {
    const error = toAppError(thrown);
    if (error.code !== 'CANCELLED') sayTrouble('Not opened', error.message);
  }
}

/** Earlier uploads of the same tutor, newest first. */
function useEarlier({ earlier }: Pick<VerificationCase, 'earlier'>): readonly EarlierAttempt[] {
  const key = JSON.stringify(earlier);
  return useMemo(() => {
    return earlier.flatMap(({ status, submittedAt, documents }) => {
      const day = dayLabel(wallClockAt(submittedAt, platformZone).date, 'medium');
      return documents
        .filter((document) => document.state === 'present')
        .map((document): EarlierAttempt => ({
          id: document.id,
          label: `${day} · ${statusWords[status].toLowerCase()} · ${nameOf(document)}`,
          load: (): Promise<FetchedDocument> => fetchDocument(document),
        }));
    });
    // oxlint-disable-next-line react/exhaustive-deps -- the rows are new with every pull, what they say seldom
  }, [key]);
}
