// The first few of many by cost: what a full sort would give, without sorting.
import { at } from '../task/dense.ts';

/** A place for the cheapest firms of a kind, as many as are wanted. */
export type Leaders = {
  /** Offers a firm. Of firms of one cost the one offered first is before the others. */
  readonly offer: (firm: number, cost: number) => void;
  /** The cheapest, in order. */
  readonly firms: () => number[];
};

/** Begins with none. */
export function leaders(most: number): Leaders {
  const costs = new Float64Array(most);
  const firms = new Int32Array(most);
  let count = 0;
  return {
    offer: (firm, cost) => {
      if (most === 0 || (count === most && cost >= at(costs, count - 1))) return;
      let place = count < most ? count++ : count - 1;
      while (place > 0 && (costs[place - 1] ?? 0) > cost) {
        costs[place] = costs[place - 1] ?? 0;
        firms[place] = firms[place - 1] ?? 0;
        place--;
      }
      costs[place] = cost;
      firms[place] = firm;
    },
    firms: () => [...firms.subarray(0, count)],
  };
}
