// Points: what makes one team better than another. Fewer is better; 0 is the ideal team.
import { at } from './dense.ts';
import type { Objective } from './instance.ts';
import type { Weights } from '../problem.ts';

/** What the points of an instance are made of. */
type Ingredients = {
  readonly weights: Weights;
  readonly maxPartners: number;
  readonly costReferenceWon: number;
  readonly entryWon: Float64Array;
  readonly track: Float64Array;
  readonly start: Int32Array;
  readonly requirement: Int32Array;
  readonly quality: Float64Array;
  readonly priceWon: Float64Array;
  readonly want: Int32Array;
  readonly share: Float64Array;
};

/** The points as coefficients of members and pairs. */
export function pointsObjective(from: Ingredients): Objective {
  const { weights, maxPartners } = from;
  const perWon = weights.cost / from.costReferenceWon;
  const x = from.entryWon.map((won) => won * perWon + weights.size / maxPartners);
  const y = new Float64Array(from.requirement.length);
  for (let firm = 0; firm < from.entryWon.length; firm++) {
    const track = weights.track * at(from.track, firm);
    for (let pair = at(from.start, firm); pair < at(from.start, firm + 1); pair++) {
      const requirement = at(from.requirement, pair);
      const worth = at(from.share, requirement) / (from.want[requirement] ?? 1);
      const credit = weights.coverage * at(from.quality, pair) + track;
      y[pair] = perWon * at(from.priceWon, pair) - worth * credit;
    }
  }
  return { constant: weights.coverage + weights.track, x, y, u: weights.cohesion / maxPartners };
}
