import { countDone, estimate, isQuickerInOrder } from './estimate.ts';
import { plainWay, shortestWay, termsOfFilter, type CompanyFilter } from './query.ts';
import { pairsOf } from './pairs.ts';
import { frequencyIn, sampleFrom } from './sample.ts';

const today = '2026-01-01';
const entries = Array.from({ length: 100 }, (_, index) => {
  const facets = [
    'kind:SAAS',
    index % 2 === 0 ? 'region:KR-11' : 'region:KR-26',
    index < 10 ? 'size:LARGE' : 'size:SME',
    ...(index < 2 ? ['sector:finance'] : []),
  ];
  return {
    status: 'APPROVED' as const,
    completed: index % 20,
    onTime: 9_000,
    rating: 4,
    forms: ['한빛'],
    technologies: [{ technologyId: 'mesh', level: 1 + (index % 5) }],
    certificates: [],
    facets,
    terms: [...facets, ...pairsOf(facets), 'technology:mesh'],
  };
});
const sample = sampleFrom(100_000, entries);
const frequency = frequencyIn(sample);
const wayOf = (filter: CompanyFilter) => shortestWay(termsOfFilter(filter), frequency);

describe('estimate', () => {
  it.each<[CompanyFilter, number, number]>([
    [{}, 1, 100_000],
    [{ kinds: ['SAAS'] }, 1, 100_000],
    [{ kinds: ['SAAS'], regions: ['KR-11'] }, 0.5, 50_000],
    [{ kinds: ['SAAS', 'MSP'], sectors: ['finance'] }, 0.02, 2_000],
    [{ regions: ['KR-11'], sizes: ['LARGE'] }, 0.05, 5_000],
    [{ regions: ['US'] }, 0.005, 500],
    [{ technologies: [{ technologyId: 'mesh', level: 5 }] }, 0.2, 100_000],
    [{ trackRecord: { projects: 19, onTime: 9_001 } }, 0.005, 100_000],
    [{ statuses: ['CLOSED'] }, 0.005, 100_000],
  ])('of %j is a share of %d, with %i to look at', (filter, share, rarest) => {
    expect(estimate(sample, filter, wayOf(filter), today)).toEqual({ share, rarest });
  });

  it('goes without a sample while there is nothing', () => {
    const nothing = estimate(sampleFrom(0, []), { kinds: ['SAAS'] }, [['kind:SAAS']], today);
    expect(nothing).toEqual({ share: 0.5, rarest: 0 });
  });
});

describe('countDone', () => {
  it.each([
    [{}, 100_000],
    [{ projects: 10 }, 50_000],
    [{ projects: 19, onTime: 9_001 }, 5_000],
    [{ onTime: 9_000 }, 95_000],
    [{ rating: 4.5 }, 100_000],
  ])('for %j is %i', (trackRecord, looked) => {
    expect(countDone(sample, { trackRecord })).toBe(looked);
  });
});

describe('isQuickerInOrder', () => {
  it.each([
    [{ share: 0.5, rarest: 50_000 }, true],
    [{ share: 0.02, rarest: 2_000 }, true],
    [{ share: 0.005, rarest: 500 }, false],
  ])('for %j is %s', (found, quicker) => {
    expect(isQuickerInOrder(found, 21)).toBe(quicker);
  });
});

describe('the shortest way', () => {
  it('is by the pair that the fewest have, then by what else must hold', () => {
    expect(wayOf({ kinds: ['SAAS'], regions: ['KR-11'], sizes: ['LARGE'] })).toEqual([
      ['both:region:KR-11&size:LARGE'],
      ['kind:SAAS'],
    ]);
  });

  it('is by the pairs of lists', () => {
    expect(wayOf({ regions: ['KR-11', 'KR-26'], sizes: ['LARGE', 'MICRO'] })).toEqual([
      [
        'both:region:KR-11&size:LARGE',
        'both:region:KR-11&size:MICRO',
        'both:region:KR-26&size:LARGE',
        'both:region:KR-26&size:MICRO',
      ],
    ]);
  });

  it('is by a word that fewer have', () => {
    const terms = termsOfFilter({ text: '한빛', kinds: ['SAAS'], regions: ['KR-11'] });
    expect(shortestWay(terms, frequency)[0]).toEqual(['한빛']);
  });

  it('is by the lists themselves where their pairs are too many, or a list is empty', () => {
    const regions = Array.from({ length: 51 }, (_, index) => `X${index}`);
    const many: CompanyFilter = { kinds: ['SAAS'], regions };
    expect(new Set(wayOf(many))).toEqual(new Set(plainWay(termsOfFilter(many))));
    expect(wayOf({ kinds: [], sizes: ['SME'] })).toEqual([[], ['size:SME']]);
  });

  it('goes by the term that the fewest have', () => {
    const way = shortestWay(termsOfFilter({ text: '클라우드' }), ([term]) =>
      term === '우드' ? 1 : 5,
    );
    expect(way).toEqual([['우드'], ['클라'], ['라우']]);
    expect(frequency(['sector:finance'])).toBe(2);
    expect(frequency(['size:LARGE', 'sector:finance'])).toBe(10);
    expect(frequency(['unseen'])).toBe(0);
  });
});
