import fc from 'fast-check';

import {
  beginningProblems,
  messageText,
  standingProblems,
  subjectProblems,
  textProblems,
} from './consultation-form.ts';

describe('messageText', () => {
  it.each([
    ['한글'.normalize('NFD'), '한글'],
    [' a\r\nb\rc ', 'a\nb\nc'],
    ['a\u0000\u202Eb\u200B', 'ab'],
    ['a\tb', 'a\tb'],
  ])('keeps %j as %j', (text, kept) => {
    expect(messageText(text)).toBe(kept);
  });

  it('changes nothing that it has kept once', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const kept = messageText(text);
        expect(messageText(kept)).toBe(kept);
      }),
    );
  });
});

describe('the bounds', () => {
  it.each([
    ['', 0, 1],
    ['', 1, 0],
    ['a', 0, 0],
    ['가'.repeat(10_000), 0, 0],
    ['가'.repeat(10_001), 0, 1],
    // Counted by characters, not by halves of them.
    ['😀'.repeat(10_000), 0, 0],
  ])('of a message find %#', (text, files, faults) => {
    expect(textProblems(text, files)).toHaveLength(faults);
  });

  it.each([
    ['', 1],
    ['a', 0],
    ['a'.repeat(201), 1],
  ])('of a subject find %#', (subject, faults) => {
    expect(subjectProblems(subject)).toHaveLength(faults);
  });
});

describe('a firm', () => {
  it.each(['PENDING', 'SUSPENDED', 'MERGED', 'CLOSED'] as const)(
    'that is %s writes nothing',
    (status) => {
      expect(standingProblems({ status }, ['companyId'])).toMatchObject([
        { code: 'WRONG_STATE', rule: 'COMPANY_STATUS', found: status },
      ]);
    },
  );

  it('that is restricted begins nothing until that is over', () => {
    const firm = { status: 'APPROVED', restrictedUntil: new Date(1_000) } as const;
    const rules = (now: number) =>
      beginningProblems(firm, [], new Date(now)).map(({ rule }) => rule);
    expect(rules(999)).toEqual(['RESTRICTED']);
    expect(rules(1_000)).toEqual([]);
  });
});
