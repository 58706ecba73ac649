import { identityProblems, intakeProblems } from './intake.ts';

describe('a call that takes rows in', () => {
  it.each(['seed', 'cncf-landscape', '2026', 'a'.repeat(64)])(
    'has a source such as %s',
    (source) => {
      expect(intakeProblems(source, 500)).toEqual([]);
    },
  );

  it.each(['', 'a', ' seed', 'Seed', '-seed', '씨앗', 'a_b', 'a'.repeat(65), 'seed\n'])(
    'has no source such as %j',
    (source) => {
      expect(intakeProblems(source, 0)).toMatchObject([{ code: 'INVALID', path: ['source'] }]);
    },
  );

  it('is told of every fault at once', () => {
    expect(intakeProblems('', 501)).toMatchObject([
      { code: 'INVALID', path: ['source'] },
      { code: 'LIMIT_REACHED', path: ['rows'], limit: '500', found: '501' },
    ]);
  });
});

describe("a row's identity", () => {
  const path = ['rows', '7'];

  it('has 1 to 300 characters', () => {
    expect(identityProblems('가', new Set(), path)).toEqual([]);
    expect(identityProblems('x'.repeat(300), new Set(), path)).toEqual([]);
    for (const wrong of ['', 'x'.repeat(301)])
      expect(identityProblems(wrong, new Set(), path)).toMatchObject([
        { code: 'INVALID', path: ['rows', '7', 'externalId'] },
      ]);
  });

  it('is its own', () => {
    expect(identityProblems('one', new Set(['one']), path)).toMatchObject([
      { code: 'TAKEN', path: ['rows', '7', 'externalId'], found: 'one' },
    ]);
  });
});
