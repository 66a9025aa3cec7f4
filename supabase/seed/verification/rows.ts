import { hourMillis, minuteMillis, type Millis, type SeedWindow } from '../calendar.ts';
import { idOf, randomOf } from '../random.ts';
import { judgementRows, publicTextOf } from './judgement-rows.ts';
import type { SeedBatch, SeedRow } from '../tables.ts';
import type { PlannedCase } from './cases.ts';

/** The rows of some cases. What hangs on them (cases, findings, documents) is derived by the database's own triggers. */
export function verificationRows(cases: readonly PlannedCase[], window: SeedWindow): SeedBatch {
  const certificates = cases.filter((planned) => planned.kind === 'certificate');
  const degrees = cases.filter((planned) => planned.kind === 'degree');
  return {
    ...judgementRows(cases, window),
    tutor_verification_requests: certificates.map(requestRow),
    tutor_verification_events: certificates.flatMap((planned) => eventRows(planned, window)),
    tutor_verified_subjects: certificates.flatMap(verifiedRows),
    degrees: degrees.map(degreeRow),
    degree_documents: degrees.flatMap(degreeDocumentRows),
  };
}

function requestRow(planned: PlannedCase): SeedRow<'tutor_verification_requests'> {
  const { reading, verdict, files } = planned;
  const [file] = files;
  return {
    id: planned.id,
    tutor_id: planned.claimant.id,
    status: planned.status,
    // Both doors write the row first; an upload that broke off leaves it without a path.
    file_path: planned.flaw === 'lost' || file === undefined ? '' : file.path,
    file_type: file?.contentType === 'application/pdf' ? 'pdf' : 'image',
    original_filename: file?.filename ?? null,
    extracted_text: reading?.text ?? null,
    extracted_json: reading?.json ?? null,
    confidence_score: reading?.confidence ?? null,
    system_recommendation: reading?.recommendation ?? null,
    system_reason: reading?.reason ?? null,
    reviewed_by: verdict === null ? null : idOf('user', verdict.by),
    reviewer_decision: verdict?.outcome ?? null,
    reviewer_reason: verdict === null ? null : publicTextOf(planned),
    reviewed_at: verdict?.at ?? null,
    notes: planned.flaw === 'unread' ? { error: 'OCR service did not answer (504)' } : null,
    created_at: planned.submittedAt,
    updated_at: verdict?.at ?? (reading === null ? planned.submittedAt : readAt(planned)),
  };
}

function eventRows(planned: PlannedCase, window: SeedWindow): SeedRow<'tutor_verification_events'>[] {
  const { reading, verdict, submittedAt, door, status } = planned;
  const event = (type: string, at: Millis, payload: object, actor: string | null = null) => ({
    id: idOf('verification-event', `${planned.key}/${type}`),
    request_id: planned.id,
    event_type: type,
    payload,
    created_at: Math.min(at, window.now),
    actor_id: actor,
  });
  const started = door === 'reader' ? [event('OCR_STARTED', submittedAt + 4_000, {})] : [];
  const read =
    reading === null
      ? []
      : [
          event('OCR_DONE', readAt(planned), { confidence: reading.confidence }),
          event('SYSTEM_RECOMMENDED', readAt(planned) + 300, { recommendation: reading.recommendation }),
        ];
  const decided =
    verdict === null
      ? []
      : [
          event('REVIEWER_DECISION', verdict.at, { decision: verdict.outcome }, idOf('user', verdict.by)),
          event('NOTIFIED', verdict.at + minuteMillis, { status }),
        ];
  return [event('SUBMITTED', submittedAt, {}, planned.claimant.id), ...started, ...read, ...decided];
}

/** What an approval verified: the subjects that the tutor teaches and the paper shows. */
function verifiedRows(planned: PlannedCase): SeedRow<'tutor_verified_subjects'>[] {
  const { exam } = planned.document;
  const { verdict } = planned;
  if (verdict?.outcome !== 'APPROVE' || exam === null) return [];
  return exam.results.flatMap((result) => {
    const subject = planned.claimant.subjects.find((each) => each.label === result.subject);
    if (subject === undefined) return [];
    return [
      {
        id: idOf('verified-subject', `${planned.key}/${subject.label}`),
        tutor_id: planned.claimant.id,
        subject_id: idOf('subject', subject.label),
        exam_type: exam.exam,
        grade: result.grade,
        year: exam.year,
        session: exam.sitting,
        verified_by_admin_id: idOf('user', verdict.by),
        verified_at: verdict.at,
        source_request_id: planned.id,
      },
    ];
  });
}

function degreeRow(planned: PlannedCase): SeedRow<'degrees'> {
  const { degree } = planned.document;
  const { verdict } = planned;
  return {
    id: planned.id,
    user_id: planned.claimant.id,
    // What the tutor typed in: the name of the account, whatever the paper says.
    full_name: planned.claimant.name,
    school_name: degree?.university.name ?? '',
    degree: degree?.degree ?? '',
    field: degree?.field ?? '',
    graduation_year: degree?.year ?? 0,
    status: verdict === null ? 'pending' : verdict.outcome === 'APPROVE' ? 'verified' : 'rejected',
    rejection_reason: verdict?.outcome === 'REJECT' ? publicTextOf(planned) : null,
    reviewed_by: verdict === null ? null : idOf('user', verdict.by),
    reviewed_at: verdict?.at ?? null,
    created_at: planned.submittedAt,
    updated_at: verdict?.at ?? planned.submittedAt,
  };
}

function degreeDocumentRows(planned: PlannedCase): SeedRow<'degree_documents'>[] {
  return planned.files.map((file) => ({
    id: file.id,
    degree_id: planned.id,
    file_url: `${file.bucket}/${file.path}`,
    created_at: planned.submittedAt,
  }));
}

/** A quarter of an hour at most after the upload. */
function readAt(planned: PlannedCase): Millis {
  return planned.submittedAt + randomOf(`read/${planned.key}`).between(9_000, hourMillis / 4);
}
