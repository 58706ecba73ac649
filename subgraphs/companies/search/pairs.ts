/** Two facets in one term: an index leads to the firms that have both, without looking at those that have one. Pure. */

/** What is asked for together; a firm has few of each, so that it has few pairs. */
const paired = ['kind', 'sector', 'region', 'size'];

/** Begins a pair; no facet and no gram begins so. */
const mark = 'both:';

/** Every two facets of a firm that are asked for together. */
export function pairsOf(facets: readonly string[]): string[] {
  return facets.flatMap((each, index) => pairsBetween([each], facets.slice(index + 1)));
}

/** The pairs of one facet of each list, as far as these are of two kinds that are asked for together. */
export function pairsBetween(some: readonly string[], others: readonly string[]): string[] {
  return some.flatMap((one) => others.flatMap((other) => pairOf(one, other)));
}

function pairOf(one: string, other: string): string[] {
  const [a, b] = [placeOf(one), placeOf(other)];
  if (a < 0 || b < 0 || a === b) return [];
  return [a < b ? `${mark}${one}&${other}` : `${mark}${other}&${one}`];
}

function placeOf(facet: string): number {
  return paired.indexOf(facet.slice(0, Math.max(0, facet.indexOf(':'))));
}
