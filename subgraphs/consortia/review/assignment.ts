/**
 * Who reviews what: the most expert reviewers, the load balanced. A matching that the solver of teams proves best, in a thread of
 * its own. Pure.
 */
import { refusal } from '#kit/refusal.ts';
import { solveMatching } from '../assembly/assembly.ts';
import type { MatchingPair, MatchingProblem } from '../assembly/matching.ts';
import { limits } from '../assembly/search/limits.ts';

/** A project that needs reviewers. */
export interface Need {
  projectId: string;
  /** Reviewers still missing. */
  missing: number;
}

/** A reviewer who may be given reviews. */
export interface Offer {
  reviewerId: string;
  /** Reviews that the reviewer has now. */
  load: number;
  /** Most reviews at the same time. */
  most: number;
}

/** A reviewer for a project. */
export interface Assigned {
  projectId: string;
  reviewerId: string;
}

/** Expertise is counted in thousandths, so that costs are whole numbers and ties are exact. */
export const thousand = 1_000;
/** What one more review on a reviewer costs for each that the reviewer has: a fifth of full expertise. */
export const loadCost = 200;
/** Hundreds of projects and reviewers take less than a second. */
const mostSeconds = 30;

/**
 * Fills as many places as can be filled; of all ways to do so, the one with the most expertise less what uneven load
 * costs. Equal input gives equal output.
 *
 * @param fit expertise 0 to 1 of a reviewer for a project; null where the reviewer may not have it
 * @param path what a refusal names
 * @param solve how the matching is solved; left out: in a thread
 * @throws {Refusal} LIMIT_REACHED (rules REVIEW_PAIRS, REVIEW_SECONDS)
 * @throws {AssemblyFailure} SOLVER
 */
export async function assignReviews(
  needs: readonly Need[],
  offers: readonly Offer[],
  fit: (projectId: string, reviewerId: string) => number | null,
  path: string[],
  solve: typeof solveMatching = solveMatching,
): Promise<Assigned[]> {
  const problem = matchingOf(needs, offers, fit);
  const found = problem.pairs.length;
  if (found === 0) return [];
  if (found > limits.matchingPairs)
    throw refusal('LIMIT_REACHED', 'More projects and reviewers than can be weighed.', path, {
      rule: 'REVIEW_PAIRS',
      limit: String(limits.matchingPairs),
      found: String(found),
    });
  const { status, pairs } = await solve(problem, { timeLimitMillis: mostSeconds * 1_000 });
  if (status !== 'OPTIMAL')
    throw refusal('LIMIT_REACHED', 'Giving reviews came to no end in its time.', path, {
      rule: 'REVIEW_SECONDS',
      limit: String(mostSeconds),
      found: status,
    });
  return pairs.map((number) => {
    const { place = -1, taker = -1 } = problem.pairs[number] ?? {};
    return {
      projectId: needs[place]?.projectId ?? '',
      reviewerId: offers[taker]?.reviewerId ?? '',
    };
  });
}

/** Each further review of a reviewer costs more than the one before: that is what balances the load. */
function matchingOf(
  needs: readonly Need[],
  offers: readonly Offer[],
  fit: (projectId: string, reviewerId: string) => number | null,
): MatchingProblem {
  const pairs = needs.flatMap(({ projectId }, place) =>
    offers.flatMap(({ reviewerId }, taker): MatchingPair[] => {
      const expertise = fit(projectId, reviewerId);
      if (expertise === null) return [];
      return [{ place, taker, cost: Math.round((1 - expertise) * thousand) }];
    }),
  );
  return {
    lacking: needs.map(({ missing }) => missing),
    loads: offers.map(({ load, most }) =>
      Array.from({ length: Math.max(0, most - load) }, (_, place) => (load + place) * loadCost),
    ),
    pairs,
  };
}
