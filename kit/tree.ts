/** A tree that another service tells of, kept node by node: named by id or by code, and read with everything that nodes contain. */
import { Schema, type Connection, type Model } from 'mongoose';

import type { Followed } from './facts.ts';
import { modelOf, plainSchema } from './mongo.ts';

/** A node and what contains it. */
export interface NodeRecord extends Followed {
  /** Unique among the nodes that are current. */
  code: string;
  /** What contains it; null at the top. */
  parentId: string | null;
  /** Whether the tree still has it. */
  current: boolean;
}

/** The nodes that the service that owns the connection knows of, in a collection of its own naming. */
export function nodesOf(connection: Connection, collection: string): Model<NodeRecord> {
  const schema = new Schema(
    {
      _id: { type: String, required: true },
      revision: { type: Number, required: true },
      gone: { type: Boolean, required: true },
      code: { type: String },
      parentId: { type: String },
      current: { type: Boolean },
    },
    { ...plainSchema, collection },
  )
    // A node by its code.
    .index({ code: 1 })
    // What a node contains.
    .index({ parentId: 1 });
  return modelOf<NodeRecord>(connection, collection, schema);
}

/** A tree is this deep at most; a deeper one, or a cycle, is cut off. */
const deepest = 8;

/**
 * The ids that ids or codes stand for.
 *
 * @returns by name as given; a name that no current node has is missing
 */
export async function nodeIds(
  nodes: Model<NodeRecord>,
  names: readonly string[],
): Promise<Map<string, string>> {
  if (names.length === 0) return new Map();
  const found = await nodes
    .find({ $or: [{ _id: { $in: [...names] } }, { code: { $in: [...names] } }], gone: false })
    .lean<NodeRecord[]>();
  const byCode = found
    .filter(({ current }) => current)
    .map(({ _id, code }) => [code, _id] as const);
  const byId = found.map(({ _id }) => [_id, _id] as const);
  const asked = new Set(names);
  return new Map([...byCode, ...byId].filter(([name]) => asked.has(name)));
}

/**
 * Nodes with everything that contains them.
 *
 * @returns by id: the ids and codes of the node itself, of what contains it, and so on upwards
 */
export async function withContainers(
  nodes: Model<NodeRecord>,
  ids: readonly string[],
): Promise<Map<string, string[]>> {
  const known = new Map<string, NodeRecord>();
  let level = [...ids];
  for (let depth = 0; depth < deepest && level.length > 0; depth += 1) {
    const found = await nodes.find({ _id: { $in: level }, gone: false }).lean<NodeRecord[]>();
    for (const each of found) known.set(each._id, each);
    level = found.flatMap(({ parentId }) => (parentId && !known.has(parentId) ? [parentId] : []));
  }
  return new Map(ids.map((id) => [id, upwards(id, known)]));
}

function upwards(id: string, known: ReadonlyMap<string, NodeRecord>): string[] {
  const names = [id];
  const passed = new Set<string>();
  for (let at = known.get(id); at && !passed.has(at._id); at = known.get(at.parentId ?? '')) {
    passed.add(at._id);
    names.push(at._id, at.code);
  }
  return [...new Set(names)];
}

/**
 * Nodes and everything they contain, level by level.
 *
 * @param names ids or codes; an unknown one stands for itself
 * @returns ids, each once
 */
export async function withContents(
  nodes: Model<NodeRecord>,
  names: readonly string[],
): Promise<string[]> {
  const known = await nodeIds(nodes, names);
  const all = new Set(names.map((name) => known.get(name) ?? name));
  let level = [...all];
  for (let depth = 0; depth < deepest && level.length > 0; depth += 1) {
    const children = await nodes
      .find({ parentId: { $in: level }, gone: false }, { _id: 1 })
      .lean<{ _id: string }[]>();
    level = children.map(({ _id }) => _id).filter((id) => !all.has(id));
    for (const id of level) all.add(id);
  }
  return [...all];
}
