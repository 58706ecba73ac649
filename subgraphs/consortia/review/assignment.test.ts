import fc from 'fast-check';

import { solveMatchingHere } from '../assembly/matching.ts';
import { loadSolver } from '../assembly/search/highs.ts';
import { assignReviews, type Assigned, type Need, type Offer } from './assignment.ts';
import { assignByFlow } from './least-cost-flow.ts';

const solver = await loadSolver();

// In this thread: hundreds of them would take a while to start.
const assign = (needs: readonly Need[], offers: readonly Offer[], fits: Fits) =>
  assignReviews(needs, offers, fits, ['callId'], (problem, { timeLimitMillis }) =>
    Promise.resolve(solveMatchingHere(solver, problem, { timeLimitMillis, seed: 0 })),
  );

// A solver whose time was over.
const late = () => Promise.resolve({ status: 'UNDECIDED' as const, pairs: [] });

const need = (projectId: string, missing = 1): Need => ({ projectId, missing });
const offer = (reviewerId: string, most = 9, load = 0): Offer => ({ reviewerId, most, load });

/** Expertise in thousandths less what load costs, as the docs of the module say. */
function worth(assigned: readonly Assigned[], offers: readonly Offer[], fits: Fits): number {
  const skill = assigned.reduce(
    (sum, each) => sum + Math.round((1 - (fits(each.projectId, each.reviewerId) ?? 0)) * 1_000),
    0,
  );
  const load = offers.reduce((sum, { reviewerId, load: before }) => {
    const count = assigned.filter((each) => each.reviewerId === reviewerId).length;
    return (
      sum + Array.from({ length: count }, (_, i) => (before + i) * 200).reduce((a, b) => a + b, 0)
    );
  }, 0);
  return skill + load;
}

type Fits = (projectId: string, reviewerId: string) => number | null;

/** Every way to give reviewers to projects. */
function everyWay(needs: readonly Need[], offers: readonly Offer[], fits: Fits): Assigned[][] {
  const pairs = needs.flatMap(({ projectId }) =>
    offers
      .filter(({ reviewerId }) => fits(projectId, reviewerId) !== null)
      .map(({ reviewerId }) => ({ projectId, reviewerId })),
  );
  return Array.from({ length: 2 ** pairs.length }, (_, bits) =>
    pairs.filter((_pair, index) => (bits >> index) % 2 === 1),
  ).filter(
    (way) =>
      needs.every((n) => way.filter((w) => w.projectId === n.projectId).length <= n.missing) &&
      offers.every(
        (o) =>
          way.filter((w) => w.reviewerId === o.reviewerId).length <= Math.max(0, o.most - o.load),
      ),
  );
}

const byName: Fits = (_, reviewer) => ({ expert: null, good: 0.9, poor: 0.1 })[reviewer] ?? null;
const twoFit: Fits = (project, reviewer) =>
  reviewer === 'both' ? 1 : project === 'p' ? 0.2 : null;

describe('assignReviews', () => {
  it('gives a project to whoever knows most, and never where it may not be', async () => {
    const offers = [offer('expert'), offer('poor'), offer('good')];
    const given = [{ projectId: 'p', reviewerId: 'good' }];
    expect(await assign([need('p')], offers, byName)).toEqual(given);
    // The same in a thread of its own, as the platform does it.
    expect(await assignReviews([need('p')], offers, byName, ['callId'])).toEqual(given);
  });

  it('moves an earlier choice to fill a place that would stay empty', async () => {
    const found = await assign([need('p'), need('q')], [offer('both', 1), offer('one', 1)], twoFit);
    expect(found).toEqual([
      { projectId: 'p', reviewerId: 'one' },
      { projectId: 'q', reviewerId: 'both' },
    ]);
  });

  it('balances the load among the equally expert', async () => {
    const needs = ['p', 'q', 'r', 's'].map((id) => need(id));
    const found = await assign(needs, [offer('a'), offer('b', 9, 2), offer('c')], () => 1);
    const count = (id: string) => found.filter(({ reviewerId }) => reviewerId === id).length;
    expect([count('a'), count('b'), count('c')]).toEqual([2, 0, 2]);
  });

  it('weighs no more pairs than the solver can hold, and says when it came to no end', async () => {
    const many = Array.from({ length: 1_000 }, (_, index) => need(`p${index}`));
    const offers = Array.from({ length: 601 }, (_, index) => offer(`r${index}`));
    await expect(assign(many, offers, () => 1)).rejects.toMatchObject({
      problems: [
        { code: 'LIMIT_REACHED', path: ['callId'], rule: 'REVIEW_PAIRS', found: '601000' },
      ],
    });
    await expect(
      assignReviews([need('p')], [offer('good')], byName, ['callId'], late),
    ).rejects.toMatchObject({ problems: [{ code: 'LIMIT_REACHED', rule: 'REVIEW_SECONDS' }] });
  });

  it('is as good as the best of all ways, on small cases', async () => {
    const cases = fc.record({
      missing: fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 1, maxLength: 3 }),
      reviewers: fc.array(
        fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 2 })),
        {
          minLength: 1,
          maxLength: 4,
        },
      ),
      fits: fc.array(fc.option(fc.integer({ min: 0, max: 10 })), { minLength: 12, maxLength: 12 }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ missing, reviewers, fits: numbers }) => {
        const needs = missing.map((count, index) => need(`p${index}`, count));
        const offers = reviewers.map(([most, load], index) => offer(`r${index}`, most, load));
        const fits: Fits = (project, reviewer) => {
          const found = numbers[Number(project.slice(1)) * 4 + Number(reviewer.slice(1))];
          return found == null ? null : found / 10;
        };
        const found = await assign(needs, offers, fits);
        const ways = everyWay(needs, offers, fits);
        const most = Math.max(...ways.map((way) => way.length));
        const best = Math.min(
          ...ways.filter((way) => way.length === most).map((way) => worth(way, offers, fits)),
        );
        expect([found.length, worth(found, offers, fits)]).toEqual([most, best]);
        expect(ways.some((way) => way.length === found.length)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('is as good as a flow of least cost, on cases too large for all ways', async () => {
    const size = fc.record({
      projects: fc.integer({ min: 1, max: 30 }),
      reviewers: fc.integer({ min: 1, max: 20 }),
      missing: fc.integer({ min: 0, max: 4 }),
      most: fc.integer({ min: 0, max: 9 }),
      seed: fc.array(fc.option(fc.integer({ min: 0, max: 10 })), { minLength: 97, maxLength: 97 }),
    });
    await fc.assert(
      fc.asyncProperty(size, async ({ projects, reviewers, missing, most, seed }) => {
        const needs = Array.from({ length: projects }, (_, index) => need(`${index}`, missing));
        const offers = Array.from({ length: reviewers }, (_, index) =>
          offer(`${index}`, most, index % 3),
        );
        const fits: Fits = (project, reviewer) => {
          const found = seed[(Number(project) * 31 + Number(reviewer)) % seed.length];
          return found == null ? null : found / 10;
        };
        const found = await assign(needs, offers, fits);
        const flow = assignByFlow(needs, offers, fits);
        expect([found.length, worth(found, offers, fits)]).toEqual([
          flow.length,
          worth(flow, offers, fits),
        ]);
        expect(await assign(needs, offers, fits)).toEqual(found);
        const counts = offers.map(
          ({ reviewerId }) => found.filter((each) => each.reviewerId === reviewerId).length,
        );
        expect(counts.every((count, index) => count <= Math.max(0, most - (index % 3)))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
