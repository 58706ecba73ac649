// Weights a little different from those that were asked for.
import type { Weights } from '../problem.ts';

/** The weights with one of them changed by a share of itself; they still sum to 1,000. */
export function shiftWeights(weights: Weights, aim: keyof Weights, change: number): Weights {
  const shifted = Math.min(1000, Math.max(0, weights[aim] * (1 + change)));
  const others = 1000 - weights[aim];
  const rest = 1000 - shifted;
  const aims = ['coverage', 'track', 'cost', 'size', 'cohesion'] as const;
  const next = aims.map((one) => {
    if (one === aim) return [one, shifted] as const;
    // Where nothing else had a weight, the rest is shared alike.
    return [one, others > 0 ? (weights[one] / others) * rest : rest / 4] as const;
  });
  return { ...weights, ...Object.fromEntries(next) };
}
