/** The laws of a technology tree: where a node may stand, and what its path is. No storage. */
import { problem, type Problem } from '#kit/refusal.ts';

import { technologyKinds, type TechnologyKind } from '../technology/content.ts';

/** How many levels a tree has at most. */
export const depthLimit = 8;
/** How many nodes stand directly below one at most, so that a list of children stays readable. */
export const breadthLimit = 1_000;

/** A node of a tree. */
export interface TreeNode {
  technologyId: string;
  kind: TechnologyKind;
  parentId: string | null;
  /** Every node above, top first; the last is the parent. */
  ancestorIds: string[];
}

/** The ancestors of whatever stands directly below the node, top first; none at the top. */
export function pathBelow(parent: TreeNode | null): string[] {
  return parent === null ? [] : [...parent.ancestorIds, parent.technologyId];
}

/** How many levels there are below the node, among its descendants. */
export function heightOf(node: TreeNode, descendants: readonly TreeNode[]): number {
  return descendants.reduce(
    (height, { ancestorIds }) => Math.max(height, ancestorIds.length - node.ancestorIds.length),
    0,
  );
}

/** Where a descendant's ancestors are after the node above it moved below other ancestors. */
export function rebased(
  ancestorIds: readonly string[],
  movedId: string,
  ancestorsOfMoved: readonly string[],
): string[] {
  return [...ancestorsOfMoved, ...ancestorIds.slice(ancestorIds.indexOf(movedId))];
}

/**
 * Every law that a node would break below the parent: `TREE_HAS_NO_CYCLE`, `KIND_FITS_PLACE`, `TREE_DEPTH`.
 *
 * @param node a node of the tree, or one to come (`technologyId` null)
 * @param height how many levels come with it, see `heightOf`
 */
export function placeFaults(
  node: { technologyId: string | null; kind: TechnologyKind },
  parent: TreeNode | null,
  height: number,
  path: string[],
): Problem[] {
  if (parent && node.technologyId !== null && pathBelow(parent).includes(node.technologyId))
    return [
      problem('INVALID', 'A technology cannot be moved below itself.', path, {
        rule: 'TREE_HAS_NO_CYCLE',
      }),
    ];
  return [...kindFaults(node.kind, parent, path), ...depthFaults(parent, height, path)];
}

/** Whether a kind may stand below another: a domain at the top and only there, nothing above a broader kind. */
export function kindFits(kind: TechnologyKind, parent: TechnologyKind | null): boolean {
  if (parent === null || kind === 'DOMAIN') return parent === null && kind === 'DOMAIN';
  return technologyKinds.indexOf(parent) <= technologyKinds.indexOf(kind);
}

/** A node may not become of a kind that something directly below it is broader than. */
export function broaderBelow(
  kind: TechnologyKind,
  technologyId: string | null,
  descendants: readonly TreeNode[],
  path: string[],
): Problem[] {
  const broader = descendants.find(
    (each) => each.parentId === technologyId && !kindFits(each.kind, kind),
  );
  if (!broader) return [];
  return [
    problem('INVALID', 'Something broader stands below it.', path, {
      rule: 'KIND_FITS_PLACE',
      found: `${broader.kind} below ${kind}`,
    }),
  ];
}

function kindFaults(kind: TechnologyKind, parent: TreeNode | null, path: string[]): Problem[] {
  if (kindFits(kind, parent?.kind ?? null)) return [];
  return [
    problem(
      'INVALID',
      'A domain stands at the top, an area below a domain or an area, a technology below any of them.',
      path,
      {
        rule: 'KIND_FITS_PLACE',
        found: parent ? `${kind} below ${parent.kind}` : `${kind} at the top`,
      },
    ),
  ];
}

function depthFaults(parent: TreeNode | null, height: number, path: string[]): Problem[] {
  const depth = pathBelow(parent).length + 1 + height;
  if (depth <= depthLimit) return [];
  return [
    problem('LIMIT_REACHED', `A tree has at most ${depthLimit} levels.`, path, {
      rule: 'TREE_DEPTH',
      limit: String(depthLimit),
      found: String(depth),
    }),
  ];
}
