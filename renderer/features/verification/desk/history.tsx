import { Button } from '@mantine/core';
import { useState } from 'react';
import { platformZone, wallClockAt } from '#shared/domain/zone';
import type { VerificationCase } from '#shared/rpc/verification-contract';
import { announce } from '#renderer/app/announcer.tsx';
import { core } from '#renderer/rpc.ts';
import { dayLabel } from '#renderer/ui/time-labels.ts';
import { Section } from './section.tsx';
import { timelineOf } from './timeline.ts';
import { WordsEntry } from './words-entry.tsx';
import styles from './history.module.css';

/** Everything that happened with a case, newest first, and a place for a note. */
export function History({ found }: { found: VerificationCase }) {
  const [isWriting, setIsWriting] = useState(false);
  const { caseId } = found.item;
  const entries = timelineOf(found);
  return (
    <Section title="History">
      {isWriting ? (
        <WordsEntry
          label="Note on this case"
          description="Only staff reads this."
          submit="Add the note"
          onClose={() => setIsWriting(false)}
          onSubmit={async (body) => {
            const client = await core();
            await client['verification.addNote']({ caseId, body });
            announce('Note added');
          }}
        />
      ) : (
        <Button variant="default" size="compact-xs" onClick={() => setIsWriting(true)}>
          Add a note
        </Button>
      )}
      <ol className={styles.entries}>
        {entries.map(({ id, title, by, text, at, tone }) => {
          const { date, time } = wallClockAt(at, platformZone);
          return (
            <li key={id} className={styles.entry} data-tone={tone}>
              <p>
                <strong>{title}</strong>
                {by !== null && ` · ${by}`}
              </p>
              {text !== null && <p className={styles.text}>{text}</p>}
              <p className={styles.at}>
                {dayLabel(date, 'medium')}, {time}
              </p>
            </li>
          );
        })}
      </ol>
    </Section>
  );
}
