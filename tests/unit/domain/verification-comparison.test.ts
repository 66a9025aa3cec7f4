import { describe, expect, test } from 'vitest';
import { compareFields, differences, type ComparedField } from '#shared/domain/verification/comparison';

const short = (lines: readonly ComparedField[]) =>
  lines.map(({ label, claimed, extracted, likeness }) => [label, claimed, extracted, likeness]);

describe('claimed and extracted fields', () => {
  test('of a certificate agree without regard to case, accents and the order of names', () => {
    const lines = compareFields(
      'certificate',
      { candidate_name: 'José Anthony Singh', subjects: [{ name: 'CSEC Mathematics', exam_type: 'CSEC' }] },
      {
        candidate_name: 'SINGH JOSE ANTHONY',
        candidate_number: '1600450123',
        year: 2019,
        subjects: [{ name: 'Mathematics', grade: 'I' }],
      },
    );
    expect(short(lines)).toEqual([
      ['Name', 'José Anthony Singh', 'SINGH JOSE ANTHONY', 'same'],
      ['Candidate number', null, '1600450123', 'extra'],
      ['Year', null, '2019', 'extra'],
      ['Subject', 'CSEC Mathematics', 'Mathematics · I', 'same'],
    ]);
    expect(differences(lines)).toBe(0);
  });

  test('are marked where a name agrees in part, a subject was not found, or a grade is another', () => {
    const lines = compareFields(
      'certificate',
      {
        candidate_name: 'Aaliyah Mohammed',
        year: 2018,
        subjects: [{ name: 'Physics', grade: 'I' }, { name: 'French' }],
      },
      {
        candidate_name: 'AALIYAH MOHAMED',
        year: 2019,
        subjects: [
          { name: 'Physics', grade: 'III' },
          { name: 'Biology', grade: 'II' },
        ],
      },
    );
    expect(lines.map(({ likeness }) => likeness)).toEqual([
      'similar',
      'different',
      'different',
      'absent',
      'extra',
    ]);
    expect(differences(lines)).toBe(3);
  });

  test('tell a subject of one examination from that of the other', () => {
    const claimed = {
      subjects: [
        { name: 'Physics', exam_type: 'CAPE' },
        { name: 'Physics', exam_type: 'CSEC' },
      ],
    };
    const extracted = { exam_type: 'CSEC', subjects: [{ name: 'Physics Unit 1', grade: 'II' }] };
    expect(short(compareFields('certificate', claimed, extracted))).toEqual([
      ['Examination', null, 'CSEC', 'extra'],
      ['Subject', 'CAPE Physics', null, 'absent'],
      ['Subject', 'CSEC Physics', 'CSEC Physics Unit 1 · II', 'same'],
    ]);
  });

  test('say that nothing was read, instead of calling it different', () => {
    const claimed = { candidate_name: 'Aaliyah Mohammed', subjects: ['Physics'] };
    for (const extracted of [null, {}, { candidate_name: null }]) {
      expect(compareFields('certificate', claimed, extracted).map(({ likeness }) => likeness)).toEqual([
        'unread',
        'unread',
      ]);
    }
  });

  test('of a degree set the name on it against that of the account', () => {
    const claimed = {
      account_name: 'Kerwin Joseph',
      candidate_name: 'Marcus Ali',
      school_name: 'UWI',
      graduation_year: 2015,
    };
    expect(short(compareFields('degree', claimed, null))).toEqual([
      ['Name on the degree', 'Kerwin Joseph', 'Marcus Ali', 'different'],
      ['Institution', 'UWI', null, 'unread'],
      ['Year', '2015', null, 'unread'],
    ]);
  });

  test('of a shape that nobody expected are passed over', () => {
    const odd = { candidate_name: { first: 'A' }, subjects: [1, null, { grade: 'I' }], year: '' };
    expect(compareFields('certificate', odd, odd)).toEqual([]);
  });
});
