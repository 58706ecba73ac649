/** What one firm adds to the supply of technologies. No storage. */

/** A technology in which a firm is counted, and the level at which. */
export interface Counted {
  technologyId: string;
  /** Technology readiness level, 1 to 9. */
  level: number;
}

/** A change of the counts: by technology, then by level, how many firms more or fewer. */
export type Delta = Map<string, Map<number, number>>;

/**
 * Where a firm counts: once in each technology that it has, and once in everything above, at the highest level it
 * declares there or below. Sorted by technology.
 *
 * @param claims what the firm declares
 * @param pathOf ancestors of a technology that counts; undefined for one that does not (retired)
 */
export function footprintOf(
  claims: readonly Counted[],
  pathOf: (technologyId: string) => readonly string[] | undefined,
): Counted[] {
  const best = new Map<string, number>();
  for (const { technologyId, level } of claims) {
    const path = pathOf(technologyId);
    for (const id of path ? [...path, technologyId] : [])
      best.set(id, Math.max(level, best.get(id) ?? 0));
  }
  return [...best]
    .map(([technologyId, level]) => ({ technologyId, level }))
    .toSorted((a, b) => (a.technologyId < b.technologyId ? -1 : 1));
}

/** Adds to a delta what replacing one footprint by another changes; levels that cancel out are left out. */
export function addDelta(
  delta: Delta,
  before: readonly Counted[],
  after: readonly Counted[],
): void {
  for (const counted of before) count(delta, counted, -1);
  for (const counted of after) count(delta, counted, 1);
}

/** Whether two footprints, both sorted, are the same. */
export function sameFootprint(a: readonly Counted[], b: readonly Counted[]): boolean {
  return (
    a.length === b.length &&
    a.every(
      ({ technologyId, level }, index) =>
        b[index]?.technologyId === technologyId && b[index].level === level,
    )
  );
}

function count(delta: Delta, { technologyId, level }: Counted, change: 1 | -1): void {
  const levels = delta.get(technologyId) ?? new Map<number, number>();
  const sum = (levels.get(level) ?? 0) + change;
  if (sum === 0) levels.delete(level);
  else levels.set(level, sum);
  if (levels.size === 0) delta.delete(technologyId);
  else delta.set(technologyId, levels);
}
