import fc from 'fast-check';

import { awardDown, type Exposed, type Place } from './award.ts';

const place = (projectId: string, more: Partial<Place> = {}): Place => ({
  projectId,
  sector: 'healthcare',
  cost: 10,
  isReviewed: true,
  ...more,
});
const exposed = (
  members: Record<string, string[]>,
  caps: Partial<Exposed['caps']>,
  before: Partial<Exposed['exposure']> = {},
): Exposed => ({
  caps: { running: null, awardShare: null, proposed: null, ...caps },
  exposure: {
    running: new Map(),
    awards: new Map(),
    awardsInAll: 0,
    proposed: new Map(),
    ...before,
  },
  membersOf: new Map(Object.entries(members)),
});
const limits = { slots: 10, budget: 1_000 };
const awarded = (found: ReturnType<typeof awardDown>) =>
  [...found].flatMap(([id, { isAwarded }]) => (isAwarded ? [id] : []));

describe('awardDown', () => {
  it('says of every project that is passed over what the call had not left for it, all at once', () => {
    const places = [
      place('a', { cost: 7 }),
      place('b', { cost: 4 }),
      place('c', { cost: 3 }),
      place('d', { cost: 1, isReviewed: false }),
    ];
    const found = awardDown(places, { slots: 2, budget: 10 }, new Set(), null);
    const told = [...found].map(([id, { isAwarded, breaches }]) => [
      id,
      isAwarded,
      breaches.map(({ rule, limit, found: value }) => [rule, limit, value]),
    ]);
    expect(told).toEqual([
      ['a', true, []],
      ['b', false, [['BUDGET_LEFT', '3', '4']]],
      ['c', true, []],
      [
        'd',
        false,
        [
          ['REVIEWED', '1', '0'],
          ['SLOTS_LEFT', '2', '3'],
          ['BUDGET_LEFT', '0', '1'],
        ],
      ],
    ]);
  });

  it('gives no sector more than its cap, what was awarded to it before counted first', () => {
    const places = [
      place('a', { cost: 7 }),
      place('b', { cost: 4 }),
      place('c', { cost: 4, sector: 'finance' }),
      place('d', { cost: 3 }),
    ];
    const found = awardDown(places, { ...limits, sectorCap: 10 }, new Set(), null);
    expect(awarded(found)).toEqual(['a', 'c', 'd']);
    expect(found.get('b')?.breaches).toMatchObject([
      { rule: 'SECTOR_LEFT', limit: '3', found: '4' },
    ]);
    const again = awardDown(places, { ...limits, sectorCap: 10 }, new Set(['b']), null);
    expect(awarded(again)).toEqual(['b', 'c', 'd']);
    expect(awarded(awardDown(places, limits, new Set(), null))).toEqual(['a', 'b', 'c', 'd']);
  });

  it('passes over a project that would give a firm one running project too many, and says so', () => {
    const places = ['a', 'b', 'c'].map((id) => place(id));
    const members = { a: ['x', 'y'], b: ['x', 'z'], c: ['z'] };
    const found = awardDown(places, limits, new Set(), exposed(members, { running: 1 }));
    expect(awarded(found)).toEqual(['a', 'c']);
    expect(found.get('b')?.breaches).toMatchObject([
      { rule: 'FIRM_RUNNING_MOST', limit: '1', found: '1', path: ['members', 'x'] },
    ]);
    expect(found.get('c')?.breaches).toEqual([]);
  });

  it('counts what firms have of other calls', () => {
    const before = { running: new Map([['x', 1]]), awards: new Map([['x', 1]]), awardsInAll: 1 };
    const found = awardDown(
      [place('a'), place('b')],
      limits,
      new Set(),
      exposed({ a: ['x'], b: ['y'] }, { running: 1 }, before),
    );
    expect(awarded(found)).toEqual(['b']);
  });

  it('measures a part against all awards that the decision leaves', () => {
    const members = { a: ['x'], b: ['x'], c: ['y'], d: ['z'] };
    const places = Object.keys(members).map((id) => place(id));
    const half = exposed(members, { awardShare: 5_000 });
    expect(awarded(awardDown(places, limits, new Set(), half))).toEqual(['a', 'b', 'c', 'd']);
    const short = awardDown(places, { slots: 3, budget: 1_000 }, new Set(), half);
    expect(awarded(short)).toEqual(['a', 'c', 'd']);
    expect(short.get('b')?.breaches).toMatchObject([
      { rule: 'FIRM_AWARD_SHARE', limit: '5000', found: '6666' },
    ]);
  });

  it('leaves awards that stand, and counts their firms first', () => {
    const members = { a: ['x'], b: ['x'] };
    const found = awardDown(
      [place('a'), place('b')],
      limits,
      new Set(['b']),
      exposed(members, { running: 1 }),
    );
    expect(awarded(found)).toEqual(['b']);
  });

  it('gives nobody more than its part, and passes over nobody without a reason', () => {
    const firms = fc.uniqueArray(fc.constantFrom('u', 'v', 'w', 'x'), { minLength: 1 });
    fc.assert(
      fc.property(
        fc.array(fc.record({ members: firms, cost: fc.integer({ min: 0, max: 50 }) }), {
          maxLength: 8,
        }),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 0, max: 200 }),
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 0, max: 10_000 }),
        (projects, slots, budget, running, awardShare) => {
          const places = projects.map(({ cost }, index) => place(`p${index}`, { cost }));
          const members = Object.fromEntries(
            projects.map((project, index) => [`p${index}`, project.members]),
          );
          const found = awardDown(
            places,
            { slots, budget },
            new Set(),
            exposed(members, { running, awardShare }),
          );
          const given = awarded(found);
          for (const firm of ['u', 'v', 'w', 'x']) {
            const own = given.filter((id) => members[id]?.some((member) => member === firm)).length;
            expect(own).toBeLessThanOrEqual(running);
            expect(own < 2 || Math.floor((own * 10_000) / given.length) <= awardShare).toBe(true);
          }
          const spent = places
            .filter(({ projectId }) => given.includes(projectId))
            .reduce((sum, { cost }) => sum + cost, 0);
          expect(given.length).toBeLessThanOrEqual(slots);
          expect(spent).toBeLessThanOrEqual(budget);
          for (const { projectId, cost } of places) {
            const { isAwarded, breaches } = found.get(projectId) ?? { breaches: [] };
            const isOver = given.length === slots || cost > budget - spent || breaches.length > 0;
            expect(isAwarded || isOver).toBe(true);
            expect(isAwarded && breaches.length > 0).toBe(false);
          }
        },
      ),
    );
  });
});
