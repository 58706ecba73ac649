import fc from 'fast-check';

import { calibrate, usualOutlierShare, type Given } from './calibration.ts';

const scale = { points: 100, share: usualOutlierShare };
const panel = (projectId: string, ...totals: number[]): Given[] =>
  totals.map((total, place) => ({
    reviewId: `${projectId}${place}`,
    reviewerId: `r${place}`,
    projectId,
    total,
  }));
const apart = (reviews: Given[], share = usualOutlierShare) =>
  calibrate(reviews, { points: 100, share }).flatMap(({ outliers }) =>
    outliers.flatMap(({ reviewId, breaches }) =>
      breaches.map(({ rule, limit, found }) => [reviewId, rule, limit, found]),
    ),
  );

describe('calibrate', () => {
  it('finds who leans, and the reviews that stand apart', () => {
    const projects = ['p', 'q', 'r', 's', 't', 'u'];
    const reviews = projects.flatMap((projectId, index) => [
      { reviewId: `${projectId}1`, reviewerId: 'mild', projectId, total: 62 },
      { reviewId: `${projectId}2`, reviewerId: 'plain', projectId, total: 60 },
      { reviewId: `${projectId}3`, reviewerId: 'harsh', projectId, total: index === 0 ? 10 : 58 },
    ]);
    const [harsh, mild, plain] = calibrate(reviews, scale);
    expect(harsh).toMatchObject({ reviewerId: 'harsh', reviews: 6 });
    expect(harsh?.outliers.map(({ reviewId }) => reviewId)).toEqual(['p3']);
    expect(harsh?.outliers[0]?.breaches.map(({ rule }) => rule)).toEqual([
      'OUTLIER_DEVIATION',
      'OUTLIER_SHARE',
    ]);
    expect(harsh?.leaning).toBeLessThan(0);
    expect(mild?.leaning).toBeGreaterThan(plain?.leaning ?? 0);
    expect(mild?.spread).toBe(0);
  });

  it('looks at both of two reviews of one project that are far apart', () => {
    expect(apart(panel('p', 20, 100))).toEqual([
      ['p0', 'OUTLIER_SHARE', '30.00', '80.00'],
      ['p1', 'OUTLIER_SHARE', '30.00', '80.00'],
    ]);
  });

  it("looks at the one of three that the two others do not share, by the programme's own share", () => {
    expect(apart(panel('p', 80, 82, 45))).toEqual([['p2', 'OUTLIER_SHARE', '30.00', '36.00']]);
    expect(apart(panel('p', 80, 82, 45), 3_600)).toEqual([]);
    expect(apart(panel('p', 80, 82, 70), 1_000).map(([id]) => id)).toEqual(['p2']);
  });

  it('finds nothing in one review, in none, and without points', () => {
    expect(apart(panel('p', 100))).toEqual([]);
    expect(calibrate([], scale)).toEqual([]);
    expect(calibrate(panel('p', 0, 0), { points: 0, share: 1 }).flatMap((x) => x.outliers)).toEqual(
      [],
    );
  });

  it('finds nothing where all agree, and each review whose share of the scale is passed', () => {
    const totals = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(totals, fc.integer({ min: 1, max: 10_000 }), (given, share) => {
        const same = given.map(() => given[0] ?? 0);
        expect(apart(panel('p', ...same), share)).toEqual([]);
        const found = new Set(
          apart(panel('p', ...given), share)
            .filter(([, rule]) => rule === 'OUTLIER_SHARE')
            .map(([id]) => id),
        );
        const expected = given.flatMap((total, place) => {
          const others = given.toSpliced(place, 1);
          const sum = others.reduce((all, each) => all + each, 0);
          // In whole numbers: |total - sum / n| > share% of 100, times 100 n.
          const isApart = Math.abs(total * others.length - sum) * 100 > share * others.length;
          return isApart ? [`p${place}`] : [];
        });
        expect(found).toEqual(new Set(expected));
      }),
    );
  });
});
