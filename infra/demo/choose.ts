/** Which requirements the demo's project has: drawn from a technology map by who supplies it. */

/** A technology with how many firms supply it. */
export interface SuppliedTechnology {
  id: string;
  code: string;
  name: { ko: string | null; en: string | null };
  supply: {
    /** Firms at level 8 or above. */
    able: number;
  };
}

/** A requirement as the graph takes it. */
export interface Requirement {
  technologyId: string;
  leastLevel: number;
  providers: number;
  weight: number;
  mandatory: boolean;
}

/** How many requirements the project has. */
export const requirementCount = 10;
/** Firms that must be able to meet a requirement, so that there is something to choose. */
const fewest = 2;
/** From so many able firms on, two independent ones are asked for. */
const plenty = 8;

/**
 * Ten requirements from as many domains as possible: from each domain in turn the technology that most firms supply.
 * The last is wished for, not demanded.
 *
 * @throws {RangeError} when the map has too few technologies that anybody supplies
 */
export function chooseRequirements(technologies: readonly SuppliedTechnology[]): Requirement[] {
  const able = technologies
    .filter(({ supply }) => supply.able >= fewest)
    .toSorted((a, b) => b.supply.able - a.supply.able || (a.code < b.code ? -1 : 1));
  const domains = [
    ...Map.groupBy(able, ({ code }) => code.split('.').slice(0, 2).join('.')).values(),
  ];
  const rounds = Math.max(0, ...domains.map((domain) => domain.length));
  const inTurn = Array.from({ length: rounds }, (_, round) =>
    domains.flatMap((domain) => domain[round] ?? []),
  ).flat();
  const chosen = inTurn.slice(0, requirementCount);
  if (chosen.length < requirementCount)
    throw new RangeError(`Only ${chosen.length} technologies have ${fewest} able suppliers.`);
  return chosen.map(({ id, supply }, position) => ({
    technologyId: id,
    leastLevel: 8,
    providers: supply.able >= plenty && position % 3 === 0 ? 2 : 1,
    weight: 200 - position * 15,
    mandatory: position < requirementCount - 1,
  }));
}
