import { estimate, estimateDone, frequencyIn, isQuickerInOrder, type Sample } from './estimate.ts';
import { entryQuery } from './query.ts';

const drawn = Array.from({ length: 100 }, (_, index) => {
  const rare = index < 2 ? ['rare'] : [];
  return new Set(['common', index % 2 === 0 ? 'even' : 'odd', ...rare]);
});
const states = drawn.map(() => 'APPROVED' as const);
const records = drawn.map((_, index) => ({ completed: index % 20, onTime: 9_000, rating: 4 }));
const sample: Sample = { total: 100_000, drawn, states, records };

describe('estimate', () => {
  it.each([
    [{ all: [], anyOf: [] }, 1, 100_000],
    [{ all: ['common'], anyOf: [] }, 1, 100_000],
    [{ all: ['common', 'even'], anyOf: [] }, 0.5, 50_000],
    [{ all: ['rare'], anyOf: [['even', 'odd']] }, 0.02, 2_000],
    [{ all: ['even'], anyOf: [['odd']] }, 0.005, 50_000],
    [{ all: ['unseen'], anyOf: [] }, 0.005, 500],
  ])('of %j is a share of %d, and %i with the rarest', (terms, share, rarest) => {
    expect(estimate(sample, terms)).toEqual({ share, rarest });
  });

  it('goes without a sample while there is nothing', () => {
    const nothing = estimate(
      { total: 0, drawn: [], states: [], records: [] },
      { all: ['x'], anyOf: [] },
    );
    expect(nothing).toEqual({ share: 0.5, rarest: 0 });
  });
});

describe('estimateDone', () => {
  it.each([
    [{}, 1, 100_000],
    [{ projects: 10 }, 0.5, 50_000],
    [{ projects: 19, onTime: 9_001 }, 0.005, 5_000],
    [{ onTime: 9_000 }, 0.95, 95_000],
    [{ rating: 4.5 }, 0.005, 100_000],
  ])('of %j is a share of %d, with %i to look at', (wanted, share, rarest) => {
    expect(estimateDone(sample, wanted)).toEqual({ share, rarest });
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

describe('frequencyIn', () => {
  it('puts the rarest of what must hold first', () => {
    const terms = entryQuery({ sizes: null, text: '클라우드' }, '2026-01-01', null, (term) =>
      term === '우드' ? 1 : 5,
    );
    expect(JSON.stringify(terms)).toContain('"$all":["우드","클라","라우"]');
    expect(frequencyIn(sample)('rare')).toBe(2);
    expect(frequencyIn(sample)('unseen')).toBe(0);
  });
});
