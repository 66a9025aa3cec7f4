import { CloseButton } from '@mantine/core';
import { useEffect } from 'react';
import { sessionStatusLabel } from '#shared/domain/booking-labels';
import { formatMoney } from '#shared/domain/money';
import { zoneOr } from '#shared/domain/zone';
import type { ScheduleItem } from '#shared/rpc/contract';
import { Icon } from '#renderer/ui/icons.tsx';
import { agoLabel, durationLabel, spanLabel, untilLabel } from '#renderer/ui/time-labels.ts';
import { useNow } from '#renderer/ui/use-now.ts';
import { closeForm, useAction } from './action-store.ts';
import { ActionForms } from './action-forms.tsx';
import { Decisions } from './decisions.tsx';
import { lookOf } from './look.ts';
import { Messages } from './messages.tsx';
import { MonthSums } from './month-sums.tsx';
import { PendingNote } from './pending-note.tsx';
import { useSchedule } from './schedule-context.ts';
import { StudentZone } from './student-zone.tsx';
import { useSelected } from './use-item.ts';
import styles from './details-pane.module.css';

/** Everything about the selected booking, and what can be done with it. */
export function DetailsPane() {
  const item = useSelected();
  const { week, selectedId } = useSchedule();
  const formFor = useAction((state) => state.bookingId);
  useEffect(() => {
    // By what is selected, not by what is shown: a form that came with a link is there before its booking.
    if (formFor !== null && formFor !== selectedId) closeForm();
  }, [formFor, selectedId]);

  if (item === null) {
    return (
      <section className={styles.empty} aria-label="Details">
        <p className={styles.emptyTitle}>{week.items.length === 0 ? 'A free week' : 'Nothing selected'}</p>
        <p>
          {week.items.length === 0
            ? 'No lesson and no request falls into these days.'
            : 'Choose a booking on the week to see its details and what you can do with it.'}
        </p>
        <MonthSums />
      </section>
    );
  }
  return (
    <section className={styles.pane} aria-label="Details" key={item.bookingId}>
      <Head item={item} />
      <PendingNote item={item} />
      <When item={item} zone={week.zone} />
      <Decisions item={item} />
      <ActionForms item={item} />
      <Facts item={item} />
      <Messages bookingId={item.bookingId} />
    </section>
  );
}

function Head({ item }: { item: ScheduleItem }) {
  const { select } = useSchedule();
  const look = lookOf(item);
  return (
    <header className={styles.head}>
      <div className={styles.titles}>
        <h2 className={styles.subject}>{item.subject}</h2>
        <p className={styles.student}>{item.studentName}</p>
      </div>
      <CloseButton size={24} iconSize={14} aria-label="Close details" onClick={() => select(null)} />
      <p className={styles.state} data-look={look.kind}>
        {look.icon !== null && <Icon name={look.icon} size={12} />}
        {look.word}
      </p>
    </header>
  );
}

function When({ item, zone }: { item: ScheduleItem; zone: string }) {
  const now = useNow(30_000);
  const isAhead = item.startAt > now;
  return (
    <div className={styles.when}>
      <p className={styles.span}>{spanLabel(item.startAt, item.endAt, zone)}</p>
      <p className={styles.muted}>
        {durationLabel(item.endAt - item.startAt)},{' '}
        {isAhead ? untilLabel(item.startAt, now) : agoLabel(item.startAt, now)}
      </p>
      {item.proposedStartAt !== null && item.proposedEndAt !== null && (
        <p className={styles.proposed}>
          <Icon name="swap" size={13} />
          <span>Proposed: {spanLabel(item.proposedStartAt, item.proposedEndAt, zone)}</span>
        </p>
      )}
      <StudentZone item={item} zone={zone} studentZone={zoneOr(item.studentTimezone)} />
    </div>
  );
}

function Facts({ item }: { item: ScheduleItem }) {
  const now = useNow(60_000);
  return (
    <>
      <dl className={styles.facts}>
        <dt>Price</dt>
        <dd>{formatMoney(item.priceCents)}</dd>
        {item.sessionStatus !== null && (
          <>
            <dt>Lesson</dt>
            <dd>{sessionStatusLabel(item.sessionStatus)}</dd>
          </>
        )}
        <dt>Payment</dt>
        <dd>{paymentWords(item.paymentStatus)}</dd>
        <dt>Asked</dt>
        <dd>{agoLabel(item.createdAt, now)}</dd>
      </dl>
      {item.studentNotes !== null && item.studentNotes !== '' && (
        <div className={styles.notes}>
          <h3 className={styles.label}>Note from the student</h3>
          <p>{item.studentNotes}</p>
        </div>
      )}
    </>
  );
}

function paymentWords(status: string): string {
  const text = status.replaceAll('_', ' ').toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}
