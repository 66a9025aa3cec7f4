import { Textarea } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { noticeOf } from '#shared/domain/verification/notice';
import { isAgainst, type DecisionOutcome } from '#shared/domain/verification/status';
import type { VerificationCase } from '#shared/rpc/verification-contract';
import { ReasonPicker } from './reason-picker.tsx';
import { Section } from './section.tsx';
import type { Verdict } from './use-verdict.ts';
import { changeWork, type Work } from './work-store.ts';
import styles from './verdict-form.module.css';

/** What goes with a verdict: reasons, the words to the tutor, a note for staff, and why the system is not followed. */
export function VerdictForm({ found, verdict }: { found: VerificationCase; verdict: Verdict }) {
  const { caseId, kind, recommendation } = found.item;
  const { work, chosen, publicText, catalogue, reasons } = verdict;
  const { intent } = work;
  const change = (parts: Partial<Work>) => changeWork(caseId, () => parts);
  const top = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (intent !== 'APPROVE') top.current?.scrollIntoView({ block: 'nearest' });
  }, [intent]);
  if (catalogue === null || !verdict.isEditable) return null;
  const notice = noticeOf(kind, intent, publicText, catalogue.settings.resubmissionDays);
  return (
    <div ref={top}>
      <Section title={titles[intent]}>
        <div className={styles.form}>
          {intent !== 'APPROVE' && (
            <ReasonPicker
              label="Reasons"
              reasons={reasons}
              chosen={work.reasonCodes}
              onChange={(reasonCodes) => change({ reasonCodes })}
            />
          )}
          {isAgainst(intent, recommendation) && (
            <Textarea
              label="Why against the system"
              description={`The system recommends to ${recommendation === 'APPROVE' ? 'approve' : 'reject'}. Only staff reads this.`}
              maxLength={4000}
              value={work.overrideReason}
              onChange={(event) => change({ overrideReason: event.currentTarget.value })}
            />
          )}
          <Textarea
            label={intent === 'APPROVE' ? 'A word to the tutor (optional)' : 'To the tutor'}
            {...(intent === 'APPROVE' || work.publicText !== null
              ? {}
              : {
                  description:
                    chosen.length === 0
                      ? 'Filled in by the reasons.'
                      : 'From the reasons; change it as you like.',
                })}
            minRows={intent === 'APPROVE' ? 1 : 3}
            maxRows={8}
            maxLength={2000}
            value={publicText}
            onChange={(event) => {
              const words = event.currentTarget.value;
              change({ publicText: words === '' ? null : words });
            }}
          />
          <Textarea
            label="Private note (optional)"
            description="Only staff reads this."
            minRows={1}
            maxLength={4000}
            value={work.privateNote}
            onChange={(event) => change({ privateNote: event.currentTarget.value })}
          />
          <div className={styles.preview}>
            <p className={styles.label}>The tutor will receive</p>
            <blockquote className={styles.notice}>
              <p className={styles.noticeTitle}>{notice.title}</p>
              <p>{notice.message === '' ? 'Choose a reason to see the words.' : notice.message}</p>
            </blockquote>
            <p className={styles.hint}>
              Sent {catalogue.settings.undoSeconds} seconds after the decision, unless you undo it.
            </p>
          </div>
        </div>
      </Section>
    </div>
  );
}

const titles: Readonly<Record<DecisionOutcome, string>> = {
  APPROVE: 'With the approval',
  REJECT: 'With the rejection',
  RESUBMIT: 'What to hand in again',
};
