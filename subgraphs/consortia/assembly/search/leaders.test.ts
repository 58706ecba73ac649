import fc from 'fast-check';
import { leaders } from './leaders.ts';

describe('leaders', () => {
  it('are the first of all in the order of their cost, those offered earlier first', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -5, max: 5 })),
        fc.integer({ min: 0, max: 6 }),
        (costs, most) => {
          const found = leaders(most);
          for (const [firm, cost] of costs.entries()) found.offer(firm, cost);
          const sorted = [...costs.keys()].toSorted((a, b) => (costs[a] ?? 0) - (costs[b] ?? 0));
          expect(found.firms()).toEqual(sorted.slice(0, most));
        },
      ),
    );
  });
});
