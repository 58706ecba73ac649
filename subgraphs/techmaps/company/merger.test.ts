import type { Claim } from '../capability/capability.model.ts';
import { united } from './merger.ts';

function claim(technologyId: string, level: number): Claim {
  return { technologyId, level, capacity: null, evidence: [], since: null };
}

it('unites what two companies can do, each technology once at the higher level', () => {
  const both = united(
    [claim('a', 3), claim('b', 8)],
    [claim('b', 2), claim('c', 5), claim('a', 4)],
  );
  expect(both).toEqual([claim('a', 4), claim('b', 8), claim('c', 5)]);
  expect(united([], [claim('a', 1)])).toEqual([claim('a', 1)]);
  expect(united([claim('a', 1)], [])).toEqual([claim('a', 1)]);
});
