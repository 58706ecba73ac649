import type { CallRecord } from '../call/call.model.ts';
import type { AppealRecord } from './appeal.model.ts';
import { judgeFaults, setAsideFaults, stepAfter } from './appeal-decision.ts';
import type { ReviewRecord } from './review.model.ts';

const matter = {
  appeal: { filedBy: 'filer' } as AppealRecord,
  call: { decidedBy: 'decider' } as CallRecord,
  reviews: [{ userId: 'scorer' }] as ReviewRecord[],
};

const rulesFor = (userId: string) => judgeFaults(userId, matter).map(({ rule }) => rule);

describe('judgeFaults', () => {
  it('lets nobody decide who decided the call, scored the project or appealed', () => {
    expect(rulesFor('somebody else')).toEqual([]);
    for (const who of ['decider', 'scorer', 'filer'])
      expect(rulesFor(who)).toEqual(['OTHER_PERSON']);
  });
});

describe('setAsideFaults', () => {
  const counting = [{ _id: 'a' }, { _id: 'b' }];
  const rules = (outcome: 'REJECT' | 'RERANK' | 'RESCORE', ids: string[]) =>
    setAsideFaults(outcome, ids, counting).map(({ code, rule, path }) => rule ?? [code, ...path]);

  it('takes some but not all reviews for a new ranking, and none otherwise', () => {
    expect(rules('RERANK', ['a'])).toEqual([]);
    expect(rules('RERANK', ['a', 'a'])).toEqual([]);
    expect(rules('RERANK', [])).toEqual(['SET_ASIDE']);
    expect(rules('RERANK', ['a', 'b'])).toEqual(['SET_ASIDE']);
    expect(rules('REJECT', [])).toEqual([]);
    expect(rules('RESCORE', ['a'])).toEqual(['SET_ASIDE']);
    expect(rules('RERANK', ['z'])).toEqual([['NOT_FOUND', 'setAside', '0']]);
  });
});

describe('stepAfter', () => {
  it('moves awards and refusals alone: whoever has begun stays', () => {
    expect(stepAfter('REJECTED', true)).toBe('readmit');
    expect(stepAfter('AWARDED', false)).toBe('displace');
    expect(stepAfter('AWARDED', true)).toBeNull();
    expect(stepAfter('REJECTED', false)).toBeNull();
    expect(stepAfter('RUNNING', false)).toBeNull();
  });
});
