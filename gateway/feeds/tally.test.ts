import fc from 'fast-check';

import { Tally } from './tally.ts';

it('counts what was added and not yet taken away, however often it is taken away', () => {
  const steps = fc.array(fc.record({ key: fc.constantFrom('a', 'b'), keep: fc.boolean() }));
  fc.assert(
    fc.property(steps, (given) => {
      const tally = new Tally();
      for (const { key, keep } of given) {
        const takeAway = tally.add(key);
        for (const _ of keep ? [] : [1, 2]) takeAway();
      }
      for (const key of ['a', 'b'])
        expect(tally.of(key)).toBe(given.filter((each) => each.key === key && each.keep).length);
    }),
  );
});
