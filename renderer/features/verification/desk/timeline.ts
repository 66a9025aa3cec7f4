import type { Micros } from '#shared/domain/instant';
import type { VerificationCase } from '#shared/rpc/verification-contract';
import { outcomeDone } from './labels.ts';

export type TimelineEntry = {
  readonly id: string;
  readonly title: string;
  readonly by: string | null;
  readonly text: string | null;
  readonly at: Micros;
  readonly tone: 'event' | 'decision' | 'note';
};

type Told = Pick<VerificationCase, 'events' | 'decisions' | 'notes'>;

/** Events, decisions and notes of a case as one story, newest first. A decision stands for the event that it caused. */
export function timelineOf({ events, decisions, notes }: Told): readonly TimelineEntry[] {
  const decided = decisions.flatMap(
    ({ id, reviewer, outcome, publicText, overrideReason, decidedAt, reversedAt, overturnedAt }) => [
      {
        id,
        title: outcomeDone[outcome],
        by: reviewer,
        text: [
          publicText,
          overrideReason === null || overrideReason === '' ? null : `Against the system: ${overrideReason}`,
        ]
          .filter((words) => words !== null && words !== '')
          .join('\n'),
        at: decidedAt,
        tone: 'decision' as const,
      },
      ...(reversedAt === null
        ? []
        : [
            {
              id: `${id}-reversed`,
              title: `Taken back: ${outcomeDone[outcome].toLowerCase()}`,
              by: reviewer,
              text: null,
              at: reversedAt,
              tone: 'decision' as const,
            },
          ]),
      ...(overturnedAt === null
        ? []
        : [
            {
              id: `${id}-overturned`,
              title: `Overturned: ${outcomeDone[outcome].toLowerCase()}`,
              by: null,
              text: null,
              at: overturnedAt,
              tone: 'decision' as const,
            },
          ]),
    ],
  );
  const noted = notes.map(({ id, author, kind, body, createdAt }) => ({
    id,
    title: noteTitles[kind] ?? 'Note',
    by: author,
    text: body,
    at: createdAt,
    tone: 'note' as const,
  }));
  const happened = events
    .filter(({ type }) => !toldByDecisions.has(type))
    .map(({ id, type, actor, createdAt }) => ({
      id,
      title: eventWords(type),
      by: actor,
      text: null,
      at: createdAt,
      tone: 'event' as const,
    }));
  return [...decided, ...noted, ...happened]
    .map((entry) => ({ ...entry, text: entry.text === '' ? null : entry.text }))
    .toSorted((a, b) => b.at - a.at);
}

/** Events that a decision of the same moment tells better. */
const toldByDecisions = new Set(['REVIEWER_DECISION', 'RESUBMISSION_REQUESTED', 'REVOKED', 'REVERSED']);

const noteTitles: Readonly<Record<string, string>> = {
  note: 'Note',
  decision: 'Private note',
  override: 'Why against the system',
  escalation: 'Why it was escalated',
};

/** "OCR_STARTED" as "OCR started". */
function eventWords(type: string): string {
  const words = type
    .toLowerCase()
    .replaceAll('_', ' ')
    .replace(/\bocr\b/g, 'OCR');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
