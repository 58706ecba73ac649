import { Refusal } from '#kit/refusal.ts';
import { refuseLate } from './membership.ts';
import { isOverdue, type MembershipStatus } from './state.ts';

// Midnight in Seoul is three in the afternoon in Greenwich.
const deadline = new Date('2026-12-01T00:00:00+09:00');
const answerAt = (instant: string) => () =>
  refuseLate({ deadline }, new Date(instant), ['membershipId']);

describe('an answer to an invitation', () => {
  it('is in time up to the last millisecond before the deadline, whatever zone that was named in', () => {
    expect(answerAt('2026-11-30T14:59:59.999Z')).not.toThrow();
    expect(answerAt('2026-11-30T23:59:59.999+09:00')).not.toThrow();
  });

  it('is late at the very millisecond, and says by how much', () => {
    for (const instant of ['2026-11-30T15:00:00.000Z', '2026-11-30T15:00:00.001Z'])
      expect(answerAt(instant)).toThrow(Refusal);
    expect(answerAt('2026-11-30T15:00:00.000Z')).toThrow(
      expect.objectContaining({
        problems: [
          expect.objectContaining({
            code: 'EXPIRED',
            rule: 'DEADLINE',
            limit: '2026-11-30T15:00:00.000Z',
            found: '2026-11-30T15:00:00.000Z',
          }),
        ],
      }),
    );
  });

  it('is never late without a deadline', () => {
    expect(() => refuseLate({ deadline: null }, new Date(8.64e15), [])).not.toThrow();
  });
});

const at = (status: MembershipStatus, instant: string) =>
  isOverdue({ status, deadline }, new Date(instant));

describe('an invitation', () => {
  it.each(['INVITED', 'COUNTERED'] as const)(
    'that is %s is overdue from its deadline on',
    (status) => {
      expect(at(status, '2026-11-30T14:59:59.999Z')).toBe(false);
      expect(at(status, '2026-11-30T15:00:00.000Z')).toBe(true);
      expect(isOverdue({ status, deadline: null }, new Date(8.64e15))).toBe(false);
    },
  );

  it.each(['ACCEPTED', 'DECLINED', 'WITHDRAWN'] as const)(
    'that is %s is never overdue',
    (status) => {
      expect(at(status, '2027-01-01T00:00:00Z')).toBe(false);
    },
  );
});
