// Further teams that differ: each keeps its distance to all before it, which is exactly one linear row a team.
import type { Instance, QuotaRow, Team } from '../task/instance.ts';
import { searchTeam, type Found } from '../search/search.ts';
import type { Run } from '../search/run.ts';
import { bestTeamTask } from '../task/task.ts';

/** A team in the order of proposing, with what is proven about it. */
export type Ranked = {
  readonly team: Team;
  readonly points: number;
  readonly bound: number;
  /** Least distance to the teams before; null for the first. */
  readonly distance: number | null;
};

/**
 * The row that keeps a team at a Jaccard distance of at least `least` from `team`. Only firms that are free
 * to be left out count, else many demanded firms would make every two teams alike.
 */
export function distanceRow(team: Team, fixed: Uint8Array, least: number): QuotaRow {
  const free = new Set(team.firms.filter((firm) => fixed[firm] === 0));
  const counted = [...fixed.keys()].filter((firm) => free.has(firm) || fixed[firm] === 1);
  const everyone = -(1 - least);
  // |S and X|(2 - d) <= (1 - d)(|S| + |X|), with demanded firms counted in neither.
  return {
    constraint: null,
    least: Number.NEGATIVE_INFINITY,
    most: (1 - least) * free.size,
    everyone,
    firms: Int32Array.from(counted),
    extra: Float64Array.from(counted, (firm) => (free.has(firm) ? 2 - least : -everyone)),
  };
}

/** Share of the free firms of either team that are not in both; 0 where neither has any. */
export function jaccardDistance(a: Team, b: Team, fixed: Uint8Array): number {
  const first = new Set(a.firms.filter((firm) => fixed[firm] === 0));
  const second = new Set(b.firms.filter((firm) => fixed[firm] === 0));
  const union = first.union(second).size;
  return union === 0 ? 0 : 1 - first.intersection(second).size / union;
}

/** Up to `count` further teams, best first, while time is left and any exist. */
export function findAlternatives(
  run: Run,
  instance: Instance,
  best: Found & { outcome: 'TEAM' },
  { alternatives, distance }: { readonly alternatives: number; readonly distance: number },
): Ranked[] {
  const { fixed } = bestTeamTask(instance);
  const teams: Team[] = [best.best.team];
  const ranked: Ranked[] = [];
  while (ranked.length < alternatives && run.left() > 0) {
    const rows = teams.map((team) => distanceRow(team, fixed, distance));
    const found = searchTeam(run, bestTeamTask(instance, { rows }), best.firms);
    if (found.outcome !== 'TEAM') break;
    const { team, score } = found.best;
    const distances = teams.map((earlier) => jaccardDistance(earlier, team, fixed));
    ranked.push({
      team,
      points: score.points,
      bound: found.bound,
      distance: Math.min(...distances),
    });
    teams.push(team);
  }
  return inOrder(ranked, best, fixed);
}

// Where time was short a later team may be better than an earlier one; then only the first bound holds for it.
function inOrder(
  ranked: readonly Ranked[],
  best: Found & { outcome: 'TEAM' },
  fixed: Uint8Array,
): Ranked[] {
  const sorted = ranked.toSorted((a, b) => a.points - b.points);
  return sorted.map((one, index) => {
    if (one === ranked[index]) return one;
    const before = [best.best.team, ...sorted.slice(0, index).map(({ team }) => team)];
    const distances = before.map((team) => jaccardDistance(team, one.team, fixed));
    return { ...one, bound: Math.min(one.bound, best.bound), distance: Math.min(...distances) };
  });
}
