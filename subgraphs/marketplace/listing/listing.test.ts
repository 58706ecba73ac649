import fc from 'fast-check';

import { nextStatuses, stepProblems } from './listing.ts';
import type { ListingStatus } from './listing.model.ts';

const all = Object.keys(nextStatuses) as ListingStatus[];
const good = { url: 'https://market.example/1', note: '사유' };

it('can reach every state from the first one, and begin again from every end', () => {
  const reached = new Set<ListingStatus>(['PREPARING']);
  for (const from of reached) for (const to of nextStatuses[from]) reached.add(to);
  expect([...reached].toSorted()).toEqual(all.toSorted());
  for (const status of all)
    expect(status === 'WITHDRAWN' || nextStatuses[status].includes('WITHDRAWN')).toBe(true);
});

it('takes exactly the steps of the table', () => {
  fc.assert(
    fc.property(fc.constantFrom(...all), fc.constantFrom(...all), (from, to) => {
      const refused = stepProblems(from, { ...good, to }).map(({ code }) => code);
      expect(refused).toEqual(nextStatuses[from].includes(to) ? [] : ['WRONG_STATE']);
    }),
  );
});

it.each([
  ['url', 'LISTED' as const, { ...good, url: null }],
  ['url', 'LISTED' as const, { ...good, url: 'javascript:1' }],
  ['note', 'REJECTED' as const, { ...good, note: null }],
])('wants %s for %s', (path, to, given) => {
  const problems = stepProblems('SUBMITTED', { to, ...given });
  expect(problems.map((each) => each.path)).toEqual([[path]]);
});
