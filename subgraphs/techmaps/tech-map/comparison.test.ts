import fc from 'fast-check';

import { newContent } from '../technology/content.ts';
import { compareVersions, type Stated } from './comparison.ts';

function stated(technologyId: string, given: Partial<Stated> = {}): Stated {
  return {
    ...newContent({ name: { en: technologyId }, kind: 'AREA' }),
    technologyId,
    code: technologyId,
    parentId: null,
    ancestorIds: [],
    requires: [],
    alternatives: [],
    ...given,
  };
}

it('tells what was added, changed and removed, in the order of codes', () => {
  const before = [stated('c'), stated('a'), stated('b')];
  const after = [stated('e'), stated('b'), stated('a', { core: true, parentId: 'b' }), stated('d')];
  const { added, changed, removed } = compareVersions(before, after);
  expect(added.map(({ code }) => code)).toEqual(['d', 'e']);
  expect(changed.map((each) => [each.after.code, each.fields])).toEqual([
    ['a', ['core', 'parentId']],
  ]);
  expect(removed.map(({ code }) => code)).toEqual(['c']);
});

it('finds nothing between a version and itself, and the opposite in the opposite direction', () => {
  const node = fc
    .record({ id: fc.constantFrom('a', 'b', 'c', 'd'), core: fc.boolean() })
    .map(({ id, core }) => stated(id, { core }));
  const version = fc.uniqueArray(node, { selector: ({ technologyId }) => technologyId });
  fc.assert(
    fc.property(version, version, (one, other) => {
      expect(compareVersions(one, one)).toEqual({ added: [], changed: [], removed: [] });
      const there = compareVersions(one, other);
      const back = compareVersions(other, one);
      expect(back.added).toEqual(there.removed);
      expect(back.removed).toEqual(there.added);
      expect(back.changed.map(({ fields }) => fields)).toEqual(
        there.changed.map(({ fields }) => fields),
      );
    }),
  );
});
