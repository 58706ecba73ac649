/** What one firm adds to the supply of technologies. No storage. */

/** A technology that a firm names, and the level at which. */
export interface Declared {
  technologyId: string;
  /** Technology readiness level, 1 to 9. */
  level: number;
}

/** A technology in which a firm is counted, and the level at which. */
export interface Counted extends Declared {
  /** Level that it declares there itself; 0 when it is counted for what it can do below alone. */
  declared: number;
}

/** What one firm adds to the counts. */
export interface Footprint {
  counted: readonly Counted[];
  /** In what it is counted besides the whole, such as `sectors.finance`; see `groupsOf`. */
  groups: readonly string[];
}

/** A firm that adds nothing. */
export const noFootprint: Footprint = { counted: [], groups: [] };

/** A change of the counts: by technology, then by the count's path in its record, how many firms more or fewer. */
export type Delta = Map<string, Map<string, number>>;

/** The groups of a firm: its sectors and its region; codes that cannot be a key of a record are left out. */
export function groupsOf(sectors: readonly string[], region: string | null | undefined): string[] {
  const regions = region == null ? [] : [`regions.${region}`];
  return [...sectors.map((sector) => `sectors.${sector}`), ...regions]
    .filter((group) => /^[a-z]+\.[\w-]+$/.test(group))
    .toSorted();
}

/**
 * Where a firm counts: once in each technology that it has, and once in everything above, at the highest level it
 * declares there or below. Sorted by technology.
 *
 * @param claims what the firm declares
 * @param pathOf ancestors of a technology that counts; undefined for one that does not (retired)
 */
export function footprintOf(
  claims: readonly Declared[],
  pathOf: (technologyId: string) => readonly string[] | undefined,
): Counted[] {
  const best = new Map<string, number>();
  const declared = new Map(claims.map(({ technologyId, level }) => [technologyId, level]));
  for (const { technologyId, level } of claims) {
    const path = pathOf(technologyId);
    for (const id of path ? [...path, technologyId] : [])
      best.set(id, Math.max(level, best.get(id) ?? 0));
  }
  return [...best]
    .map(([technologyId, level]) => ({
      technologyId,
      level,
      declared: declared.get(technologyId) ?? 0,
    }))
    .toSorted((a, b) => (a.technologyId < b.technologyId ? -1 : 1));
}

/** Adds to a delta what replacing one footprint by another changes; counts that cancel out are left out. */
export function addDelta(delta: Delta, before: Footprint, after: Footprint): void {
  for (const counted of before.counted) count(delta, counted, before.groups, -1);
  for (const counted of after.counted) count(delta, counted, after.groups, 1);
}

/** Whether two footprints, both sorted, are the same. */
export function sameFootprint(a: Footprint, b: Footprint): boolean {
  return keyOf(a) === keyOf(b);
}

function keyOf({ counted, groups }: Footprint): string {
  return JSON.stringify([
    counted.map(({ technologyId, level, declared }) => [technologyId, level, declared]),
    groups,
  ]);
}

function count(
  delta: Delta,
  { technologyId, level, declared }: Counted,
  groups: readonly string[],
  change: 1 | -1,
): void {
  const counts = delta.get(technologyId) ?? new Map<string, number>();
  const prefixes = ['', ...groups.map((group) => `${group}.`)];
  const paths = prefixes.flatMap((prefix) => [`${prefix}firms`, `${prefix}levels.${level}`]);
  for (const path of declared > 0 ? [...paths, `declared.${declared}`] : paths) {
    const sum = (counts.get(path) ?? 0) + change;
    if (sum === 0) counts.delete(path);
    else counts.set(path, sum);
  }
  if (counts.size === 0) delta.delete(technologyId);
  else delta.set(technologyId, counts);
}
