/** What teams miss of each aim. Pure. */
import type { Weights } from '../assembly/problem.ts';
import type { Parts } from '../assembly/result.ts';

/** The points of a team by aim where each weight is 1; null where that is not known. */
export type Misses = Readonly<Record<keyof Weights, number | null>>;

/** What a team misses, from its points; not known of an aim without a weight. */
export function missesFrom(parts: Parts, weights: Weights): Misses {
  const miss = (aim: keyof Weights) => (weights[aim] > 0 ? parts[aim] / weights[aim] : null);
  return {
    coverage: miss('coverage'),
    track: miss('track'),
    cost: miss('cost'),
    size: miss('size'),
    cohesion: miss('cohesion'),
  };
}
