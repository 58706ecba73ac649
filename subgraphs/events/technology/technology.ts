/** Technologies as others name them: by id or by code, and with everything they contain. */
import type { Model } from 'mongoose';

import type { TechnologyRecord } from './technology.model.ts';

/** A technology tree is this deep at most; a deeper one, or a cycle, is cut off. */
const deepest = 8;

/**
 * The ids that ids or codes stand for.
 *
 * @returns by name as given; a name that no current technology has is missing
 */
export async function technologyIds(
  technologies: Model<TechnologyRecord>,
  names: readonly string[],
): Promise<Map<string, string>> {
  if (names.length === 0) return new Map();
  const found = await technologies
    .find({ $or: [{ _id: { $in: [...names] } }, { code: { $in: [...names] } }], gone: false })
    .lean<TechnologyRecord[]>();
  const byCode = found
    .filter(({ current }) => current)
    .map(({ _id, code }) => [code, _id] as const);
  const byId = found.map(({ _id }) => [_id, _id] as const);
  const asked = new Set(names);
  return new Map([...byCode, ...byId].filter(([name]) => asked.has(name)));
}

/**
 * Technologies with everything that contains them.
 *
 * @returns by id: the ids and codes of the technology itself, of what contains it, and so on upwards
 */
export async function withContainers(
  technologies: Model<TechnologyRecord>,
  ids: readonly string[],
): Promise<Map<string, string[]>> {
  const known = new Map<string, TechnologyRecord>();
  let level = [...ids];
  for (let depth = 0; depth < deepest && level.length > 0; depth += 1) {
    const found = await technologies
      .find({ _id: { $in: level }, gone: false })
      .lean<TechnologyRecord[]>();
    for (const each of found) known.set(each._id, each);
    level = found.flatMap(({ parentId }) => (parentId && !known.has(parentId) ? [parentId] : []));
  }
  return new Map(ids.map((id) => [id, upwards(id, known)]));
}

function upwards(id: string, known: ReadonlyMap<string, TechnologyRecord>): string[] {
  const names = [id];
  const passed = new Set<string>();
  for (let at = known.get(id); at && !passed.has(at._id); at = known.get(at.parentId ?? '')) {
    passed.add(at._id);
    names.push(at._id, at.code);
  }
  return [...new Set(names)];
}

/**
 * Technologies and everything they contain, level by level.
 *
 * @param names ids or codes; an unknown one stands for itself
 * @returns ids, each once
 */
export async function withContents(
  technologies: Model<TechnologyRecord>,
  names: readonly string[],
): Promise<string[]> {
  const known = await technologyIds(technologies, names);
  const all = new Set(names.map((name) => known.get(name) ?? name));
  let level = [...all];
  for (let depth = 0; depth < deepest && level.length > 0; depth += 1) {
    const children = await technologies
      .find({ parentId: { $in: level }, gone: false }, { _id: 1 })
      .lean<{ _id: string }[]>();
    level = children.map(({ _id }) => _id).filter((id) => !all.has(id));
    for (const id of level) all.add(id);
  }
  return [...all];
}
