/**
 * Who reviews what: the most expert reviewers, the load balanced. A whole programme for the solver that assembles teams, proven
 * best by it. Pure.
 */
import { loadSolver, type Solver } from '../assembly/search/highs.ts';
import { addColumn, addRow, emptyProgramme, ones } from '../assembly/search/programme.ts';

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
const mostSeconds = 60;

let solver: Promise<Solver> | null = null;

/**
 * Fills as many places as can be filled; of all ways to do so, the one with the most expertise less what uneven load
 * costs. Equal input gives equal output.
 *
 * @param fit expertise 0 to 1 of a reviewer for a project; null where the reviewer may not have it
 * @throws when the solver does not come to the end
 */
export async function assignReviews(
  needs: readonly Need[],
  offers: readonly Offer[],
  fit: (projectId: string, reviewerId: string) => number | null,
): Promise<Assigned[]> {
  const { programme, pairs } = programmeOf(needs, offers, fit);
  if (pairs.length === 0) return [];
  solver ??= loadSolver();
  const { run } = await solver;
  const { status, values } = run(programme, { seconds: mostSeconds, seed: 1, gap: 0 });
  if (status !== 'OPTIMAL') throw new Error(`Giving reviews came to no end: ${status}.`);
  return pairs
    .filter(({ column }) => (values[column] ?? 0) > 0.5)
    .map(({ projectId, reviewerId }) => ({ projectId, reviewerId }));
}

/** A column for each reviewer who may have a project, and one for each review that a reviewer may take besides. */
function programmeOf(
  needs: readonly Need[],
  offers: readonly Offer[],
  fit: (projectId: string, reviewerId: string) => number | null,
) {
  const programme = emptyProgramme();
  const worth = worthOfPlace(needs, offers);
  const pairs = needs.flatMap(({ projectId }) =>
    offers.flatMap(({ reviewerId }) => {
      const found = fit(projectId, reviewerId);
      if (found === null) return [];
      const cost = Math.round((1 - found) * thousand) - worth;
      return [{ projectId, reviewerId, column: addColumn(programme, { cost, isWhole: true }) }];
    }),
  );
  const byProject = Map.groupBy(pairs, ({ projectId }) => projectId);
  const byReviewer = Map.groupBy(pairs, ({ reviewerId }) => reviewerId);
  for (const { projectId, missing } of needs) {
    const columns = (byProject.get(projectId) ?? []).map(({ column }) => column);
    addRow(programme, columns, ones(columns.length), 0, missing);
  }
  for (const { reviewerId, load, most } of offers) {
    const taken = (byReviewer.get(reviewerId) ?? []).map(({ column }) => column);
    // Each further review of a reviewer costs more than the one before: that is what balances the load.
    const room = Array.from({ length: Math.max(0, most - load) }, (_, place) =>
      addColumn(programme, { cost: (load + place) * loadCost }),
    );
    const values = [...ones(taken.length), ...room.map(() => -1)];
    addRow(programme, [...taken, ...room], values, -taken.length - room.length, 0);
  }
  return { programme, pairs };
}

/** More than what filling one more place can cost, whatever has to move for it: filled places come first. */
function worthOfPlace(needs: readonly Need[], offers: readonly Offer[]): number {
  const moved = Math.min(needs.length, offers.length) * thousand;
  const most = Math.max(0, ...offers.map((offer) => offer.most));
  return moved + most * loadCost + 1;
}
