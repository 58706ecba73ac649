import fc from 'fast-check';

import type { Succeeding } from './carry.ts';
import { wayOf } from './way.ts';

const became = (kind: Succeeding['kind'], ...successorIds: string[]): Succeeding => ({
  kind,
  successorIds,
});

describe('the way of a technology', () => {
  it.each<[string, Record<string, Succeeding>, string[]]>([
    ['that is there ends with itself', {}, ['a']],
    ['that was renamed goes on', { a: became('RENAMED', 'b') }, ['a', 'b']],
    [
      'over several versions is followed to its end',
      { a: became('RENAMED', 'b'), b: became('MERGED', 'c') },
      ['a', 'b', 'c'],
    ],
    ['that was split ends with itself', { a: became('SPLIT', 'b', 'c') }, ['a']],
    ['that was retired ends with itself', { a: became('RETIRED') }, ['a']],
    [
      'that leads to what was split ends there',
      { a: became('MERGED', 'b'), b: became('SPLIT', 'c', 'd') },
      ['a', 'b'],
    ],
  ])('%s', (_, gone, way) => {
    expect(wayOf(new Map(Object.entries(gone)), 'a')).toEqual(way);
  });

  it('ends, whatever is said, and names nothing twice', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd');
    const said = fc.dictionary(
      id,
      fc.tuple(fc.constantFrom('RENAMED' as const, 'MERGED' as const), id),
    );
    fc.assert(
      fc.property(said, id, (all, from) => {
        const gone = new Map(
          Object.entries(all).map(([key, [kind, to]]) => [key, became(kind, to)]),
        );
        const way = wayOf(gone, from);
        expect(way[0]).toBe(from);
        expect(new Set(way).size).toBe(way.length);
      }),
    );
  });
});
