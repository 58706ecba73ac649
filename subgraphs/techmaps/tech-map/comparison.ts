/** What two versions of a map say differently. No storage. */
import type { Placed } from '../placement/placement.model.ts';

/** A technology as a version has it. */
export type Stated = Placed & { technologyId: string };

/** How one version became another. */
export interface Comparison<Node extends Stated> {
  added: Node[];
  /** In the later version as it is there; `fields` are those that differ, sorted. */
  changed: { before: Node; after: Node; fields: (keyof Placed)[] }[];
  removed: Node[];
}

const compared = [
  'aliases',
  'alternatives',
  'ancestorIds',
  'code',
  'core',
  'description',
  'kind',
  'links',
  'name',
  'parentId',
  'position',
  'requires',
] as const satisfies (keyof Placed)[];

/** Compares two versions technology by technology, each list in the order of codes. */
export function compareVersions<Node extends Stated>(
  before: readonly Node[],
  after: readonly Node[],
): Comparison<Node> {
  const earlier = new Map(before.map((node) => [node.technologyId, node]));
  const later = new Set(after.map(({ technologyId }) => technologyId));
  const added = after.filter(({ technologyId }) => !earlier.has(technologyId));
  const removed = before.filter(({ technologyId }) => !later.has(technologyId));
  const changed = after.flatMap((node) => {
    const was = earlier.get(node.technologyId);
    const fields = was ? compared.filter((field) => !same(was[field], node[field])) : [];
    return was && fields.length > 0 ? [{ before: was, after: node, fields }] : [];
  });
  return {
    added: added.toSorted(byCode),
    changed: changed.toSorted((a, b) => byCode(a.after, b.after)),
    removed: removed.toSorted(byCode),
  };
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function byCode(a: Stated, b: Stated): number {
  return a.code < b.code ? -1 : Number(a.code > b.code);
}
