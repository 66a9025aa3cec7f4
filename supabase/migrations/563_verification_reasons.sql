-- layer: additive
-- The numbered reasons, and the kinds of notices that decisions send.

insert into public.verification_reasons (code, outcome, kind, number, label, public_text) values
  ('wrong_person', 'REJECT', null, 1, 'Another person''s document',
    'The name on the document is not the name of your account. We can only verify documents that are yours.'),
  ('not_a_qualification', 'REJECT', null, 2, 'Not a certificate or degree',
    'The file is not an examination slip, certificate or degree that we can verify.'),
  ('altered', 'REJECT', null, 3, 'Document was altered',
    'The document shows signs of having been changed. We can only verify unaltered originals.'),
  ('no_passing_grade', 'REJECT', 'certificate', 4, 'No passing grade',
    'The certificate shows no passing grade in a subject that can be taught on iTutor.'),
  ('exam_not_accepted', 'REJECT', 'certificate', 5, 'Examination not accepted',
    'We verify CSEC and CAPE results of the Caribbean Examinations Council. This document is of another examination.'),
  ('institution_unknown', 'REJECT', 'degree', 6, 'Institution not recognised',
    'We could not confirm that the institution named on the document awards this degree.'),
  ('already_used', 'REJECT', null, 7, 'Document used by another account',
    'This document was handed in before, by another account.'),
  ('other_reject', 'REJECT', null, 9, 'Other', 'We could not verify your document.'),
  ('illegible', 'RESUBMIT', null, 1, 'Cannot be read',
    'The file cannot be read well enough. Please send a sharper photo or scan of the whole page.'),
  ('incomplete', 'RESUBMIT', null, 2, 'Pages or edges missing',
    'A part of the document is cut off or a page is missing. Please send every page as a whole.'),
  ('file_missing', 'RESUBMIT', null, 3, 'File missing or empty',
    'No readable file arrived. Please upload your document again.'),
  ('file_damaged', 'RESUBMIT', null, 4, 'File cannot be opened',
    'The file is damaged or of a kind that cannot be opened. Please send it as PDF, JPEG or PNG.'),
  ('name_proof', 'RESUBMIT', null, 5, 'Name differs, proof needed',
    'The name on the document differs from the name of your account. Please add a proof of the change of name.'),
  ('final_slip_needed', 'RESUBMIT', 'certificate', 6, 'Preliminary slip',
    'This is a preliminary slip. Please send the final certificate or the official results slip.'),
  ('other_resubmit', 'RESUBMIT', null, 9, 'Other', 'Please send your document again.'),
  ('found_altered', 'REVOKE', null, 1, 'Found to be altered',
    'A later check found that the document had been changed. Your verification was withdrawn.'),
  ('found_foreign', 'REVOKE', null, 2, 'Found to be another person''s',
    'A later check found that the document is of another person. Your verification was withdrawn.'),
  ('approved_in_error', 'REVOKE', null, 3, 'Approved in error',
    'Your verification was given in error and was withdrawn. You may hand in your document again.'),
  ('other_revoke', 'REVOKE', null, 9, 'Other', 'Your verification was withdrawn.')
on conflict (code) do nothing;

insert into public.notification_types (type, label, delivers) values
  ('verification_approved', 'Document verified', '{email,push}'),
  ('verification_rejected', 'Document not accepted', '{email,push}'),
  ('verification_resubmission', 'Document to be sent again', '{email,push}'),
  ('verification_revoked', 'Verification withdrawn', '{email,push}')
on conflict (type) do nothing;
