import { Refusal } from '#kit/refusal.ts';
import { reportSteps } from '../progress/state.ts';
import { readVerdict } from './verdict.ts';

const now = new Date('2026-11-22T00:00:00Z');
const decide = (isYes: boolean, verdict: string | null, from: 'SUBMITTED' | 'ACCEPTED') => () =>
  readVerdict(
    reportSteps,
    from,
    { isYes, steps: ['accept', 'return'], verdict },
    ['reportId'],
    now,
  );

describe('readVerdict', () => {
  it('leads by the table, and keeps what was said tidied', () => {
    expect(decide(true, null, 'SUBMITTED')()).toEqual({
      status: 'ACCEPTED',
      verdict: null,
      decidedAt: now,
    });
    expect(decide(false, '  다시 써 주세요. '.normalize('NFD'), 'SUBMITTED')()).toEqual({
      status: 'RETURNED',
      verdict: '다시 써 주세요.',
      decidedAt: now,
    });
  });

  it('asks for a reason with a no, of any length up to the most', () => {
    for (const verdict of [null, '', '아', '가'.repeat(1_001)])
      expect(decide(false, verdict, 'SUBMITTED')).toThrow(Refusal);
    expect(decide(true, '가'.repeat(1_001), 'SUBMITTED')).toThrow(Refusal);
    expect(decide(false, '가'.repeat(1_000), 'SUBMITTED')()).toMatchObject({ status: 'RETURNED' });
  });

  it('decides nothing twice', () => {
    expect(decide(false, '늦었습니다.', 'ACCEPTED')).toThrow(Refusal);
  });
});
