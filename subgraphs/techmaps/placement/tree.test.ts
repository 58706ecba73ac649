import fc from 'fast-check';

import type { TechnologyKind } from '../technology/content.ts';
import {
  depthLimit,
  heightOf,
  kindFits,
  pathBelow,
  placeFaults,
  rebased,
  type TreeNode,
} from './tree.ts';

function node(technologyId: string, kind: TechnologyKind, parent: TreeNode | null): TreeNode {
  return {
    technologyId,
    kind,
    parentId: parent?.technologyId ?? null,
    ancestorIds: pathBelow(parent),
  };
}

const runtime = node('runtime', 'DOMAIN', null);
const storage = node('storage', 'AREA', runtime);
const block = node('block', 'TECHNOLOGY', storage);
const rules = (...found: Parameters<typeof placeFaults>) =>
  placeFaults(...found).map(({ rule }) => rule);

describe('where a technology may stand', () => {
  it('refuses a move below itself or below anything that stands below it', () => {
    expect(rules(storage, storage, 1, ['parentId'])).toEqual(['TREE_HAS_NO_CYCLE']);
    expect(placeFaults(runtime, block, 2, ['parentId'])).toEqual([
      expect.objectContaining({ code: 'INVALID', rule: 'TREE_HAS_NO_CYCLE', path: ['parentId'] }),
    ]);
  });

  it('lets a domain stand at the top alone, and nothing above a broader kind', () => {
    expect(kindFits('DOMAIN', null)).toBe(true);
    expect(kindFits('DOMAIN', 'DOMAIN')).toBe(false);
    expect(kindFits('AREA', null)).toBe(false);
    expect(kindFits('AREA', 'AREA')).toBe(true);
    expect(kindFits('AREA', 'TECHNOLOGY')).toBe(false);
    expect(kindFits('TECHNOLOGY', 'DOMAIN')).toBe(true);
    expect(kindFits('TECHNOLOGY', 'TECHNOLOGY')).toBe(true);
    expect(rules({ technologyId: null, kind: 'AREA' }, block, 0, [])).toEqual(['KIND_FITS_PLACE']);
  });

  it('counts the levels that come along against the depth', () => {
    const [deepest] = Array.from({ length: depthLimit }).reduce<TreeNode[]>(
      (chain, _, level) => [
        node(`n${level}`, level === 0 ? 'DOMAIN' : 'AREA', chain[0] ?? null),
        ...chain,
      ],
      [],
    );
    expect(deepest?.ancestorIds).toHaveLength(depthLimit - 1);
    const fresh = { technologyId: null, kind: 'TECHNOLOGY' } as const;
    expect(rules(fresh, deepest ?? null, 0, [])).toEqual(['TREE_DEPTH']);
    expect(rules(fresh, storage, depthLimit - 3, [])).toEqual([]);
    expect(rules(fresh, storage, depthLimit - 2, [])).toEqual(['TREE_DEPTH']);
  });

  it('measures the levels below a node', () => {
    expect(heightOf(runtime, [storage, block])).toBe(2);
    expect(heightOf(block, [])).toBe(0);
  });
});

describe('moves', () => {
  it('whatever is moved where the laws allow it, the tree stays a tree and paths stay true', () => {
    const kinds = fc.constantFrom<TechnologyKind>('DOMAIN', 'AREA', 'TECHNOLOGY');
    const moves = fc.array(fc.tuple(fc.nat(11), fc.option(fc.nat(11), { nil: null })), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(fc.array(kinds, { minLength: 2, maxLength: 12 }), moves, (given, steps) => {
        // Beginning: domains at the top, everything else below the first domain.
        const top = node('n0', 'DOMAIN', null);
        const tree = [
          top,
          ...given.map((kind, index) =>
            node(`n${index + 1}`, kind, kind === 'DOMAIN' ? null : top),
          ),
        ];
        for (const [from, to] of steps) move(tree, tree[from], to === null ? null : tree[to]);
        for (const each of tree) expect(each.ancestorIds).toEqual(walked(tree, each));
        expect(Math.max(...tree.map(({ ancestorIds }) => ancestorIds.length))).toBeLessThan(
          depthLimit,
        );
      }),
    );
  });
});

function move(tree: TreeNode[], moved: TreeNode | undefined, parent: TreeNode | null | undefined) {
  if (!moved || parent === undefined) return;
  const below = tree.filter(({ ancestorIds }) => ancestorIds.includes(moved.technologyId));
  if (placeFaults(moved, parent, heightOf(moved, below), []).length > 0) return;
  const ancestorIds = pathBelow(parent);
  for (const each of below)
    each.ancestorIds = rebased(each.ancestorIds, moved.technologyId, ancestorIds);
  moved.parentId = parent?.technologyId ?? null;
  moved.ancestorIds = ancestorIds;
}

/** The path by following parents, which a cycle would never end. */
function walked(tree: TreeNode[], from: TreeNode): string[] {
  const path: string[] = [];
  for (let id = from.parentId; id !== null && path.length <= tree.length;) {
    path.unshift(id);
    id = tree.find(({ technologyId }) => technologyId === id)?.parentId ?? null;
  }
  return path;
}
