import fc from 'fast-check';

import { trackRecordOf } from './track-record.ts';

const rated = (quality: number, rest = quality) => ({
  quality,
  punctuality: rest,
  communication: rest,
  fairness: rest,
});

function within(value: number | null, least: number, most: number): boolean {
  return value === null || (value >= least && value <= most);
}

describe('a track record', () => {
  it('knows nothing of a firm that has done nothing', () => {
    expect(trackRecordOf([], [])).toEqual({
      projects: 0,
      onTime: null,
      pilotRating: null,
      reviews: 0,
      ratings: null,
      rating: null,
    });
  });

  it('counts projects, how many came on time, and what pilots and partners say', () => {
    const finished = [
      { onTime: true, pilotRating: 4.5 },
      { onTime: true, pilotRating: null },
      { onTime: false, pilotRating: 3.5 },
    ];
    expect(trackRecordOf(finished, [rated(5, 4), rated(4)])).toEqual({
      projects: 3,
      onTime: 6_667,
      pilotRating: 4,
      reviews: 2,
      ratings: { quality: 4.5, punctuality: 4, communication: 4, fairness: 4 },
      rating: 4.13,
    });
  });

  it('stays within its bounds', () => {
    const finished = fc.array(
      fc.record({
        onTime: fc.boolean(),
        pilotRating: fc.option(fc.double({ min: 1, max: 5, noNaN: true })),
      }),
    );
    const reviews = fc.array(fc.integer({ min: 1, max: 5 }).map((each) => rated(each)));
    fc.assert(
      fc.property(finished, reviews, (done, said) => {
        const { onTime, pilotRating, rating } = trackRecordOf(done, said);
        expect(within(onTime, 0, 10_000)).toBe(true);
        expect(within(pilotRating, 1, 5)).toBe(true);
        expect(within(rating, 1, 5)).toBe(true);
      }),
    );
  });
});
