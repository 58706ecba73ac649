/** How a sum is spread. Pure. */

/** A part of a sum. */
export interface Part {
  key: string;
  /** Won. */
  amount: number;
  /** Of the whole, 0 to 1. */
  share: number;
}

/** How a sum is spread over its parts. */
export interface Concentration {
  /** Herfindahl index: the sum of the squared shares; 0 when there is nothing. */
  index: number;
  /** The largest first, at most 100. */
  parts: Part[];
}

const partsLimit = 100;

/** The concentration of amounts by key. */
export function concentrationOf(
  amounts: readonly (readonly [key: string, amount: number])[],
): Concentration {
  const sums = new Map<string, number>();
  for (const [key, amount] of amounts) sums.set(key, (sums.get(key) ?? 0) + amount);
  const whole = [...sums.values()].reduce((total, amount) => total + amount, 0);
  const parts = [...sums]
    .filter(([, amount]) => amount > 0)
    .map(([key, amount]) => ({
      key,
      // What is more than whole won can count is shown as the most.
      amount: Math.min(amount, Number.MAX_SAFE_INTEGER),
      share: amount / whole,
    }))
    .toSorted((a, b) => b.amount - a.amount || (a.key < b.key ? -1 : 1));
  const index = parts.reduce((total, { share }) => total + share * share, 0);
  return { index, parts: parts.slice(0, partsLimit) };
}
