import fc from 'fast-check';

import { pairsBetween, pairsOf } from './pairs.ts';

const facets = ['kind:SAAS', 'kind:MSP', 'sector:finance', 'region:KR', 'region:KR-11', 'size:SME'];
const some = fc.uniqueArray(fc.constantFrom(...facets));

describe('pairs', () => {
  it('are of every two facets of different names, whichever comes first', () => {
    expect(pairsOf(['size:SME', 'kind:SAAS', 'kind:MSP', 'region:KR'])).toEqual([
      'both:kind:SAAS&size:SME',
      'both:kind:MSP&size:SME',
      'both:region:KR&size:SME',
      'both:kind:SAAS&region:KR',
      'both:kind:MSP&region:KR',
    ]);
  });

  it.each([
    ['technology:t', 'kind:SAAS'],
    ['available:yes', 'region:KR'],
    ['클라', 'kind:SAAS'],
    ['kind:SAAS', 'kind:MSP'],
  ])('are not kept of %s and %s', (one, other) => {
    expect(pairsOf([one, other])).toEqual([]);
    expect(pairsBetween([one], [other])).toEqual([]);
  });

  it('are with a firm exactly when it has a facet of both lists', () => {
    fc.assert(
      fc.property(some, some, some, (own, one, other) => {
        const asked = pairsBetween(one, other);
        const kept = new Set(pairsOf(own));
        const has = one.some(
          (a) =>
            own.includes(a) &&
            other.some((b) => own.includes(b) && a.split(':')[0] !== b.split(':')[0]),
        );
        expect(asked.some((pair) => kept.has(pair))).toBe(has);
      }),
    );
  });
});
