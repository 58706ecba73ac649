import { capOn, capsOf, type Exposure } from './exposure.ts';

const exposure: Exposure = {
  running: new Map([
    ['busy', 2],
    ['free', 1],
  ]),
  awards: new Map([
    ['busy', 2],
    ['winner', 4],
    ['once', 1],
  ]),
  awardsInAll: 9,
  proposed: new Map([['known', 3]]),
};
const cap = (firm: string, running: number | null, share: number | null, proposed: number | null) =>
  capOn(firm, exposure, { running, awardShare: share, proposed });

describe('capOn', () => {
  it('leaves nobody out where there is no cap', () => {
    for (const firm of ['busy', 'winner', 'known', 'nobody'])
      expect(cap(firm, null, null, null)).toBeNull();
    expect(capsOf(null, null)).toEqual({ running: null, awardShare: null, proposed: null });
  });

  it('leaves out a firm that has as many running projects as it may', () => {
    expect(cap('busy', 2, null, null)).toEqual({
      companyId: 'busy',
      rule: 'FIRM_RUNNING_MOST',
      limit: 2,
      found: 2,
    });
    expect(cap('free', 2, null, null)).toBeNull();
  });

  it('leaves out a firm with more than its part of the awards, but for one award alone', () => {
    expect(cap('winner', null, 4_443, null)).toMatchObject({
      rule: 'FIRM_AWARD_SHARE',
      limit: 4_443,
      found: 4_444,
    });
    expect(cap('winner', null, 4_444, null)).toBeNull();
    expect(cap('once', null, 0, null)).toBeNull();
  });

  it('leaves out a firm that was proposed as often as the caller allows', () => {
    expect(cap('known', null, null, 3)).toMatchObject({ rule: 'PROPOSED_LATELY', found: 3 });
    expect(cap('known', null, null, 4)).toBeNull();
  });
});
