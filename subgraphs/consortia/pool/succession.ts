/** What technologies became. */
import type { Model } from 'mongoose';

import { becameOf } from '#kit/renewal.ts';
import type { TechnologyFact } from '#schema/facts.ts';
import type { TechnologyRecord } from './technology.model.ts';

/** The one technology that took the place of another, or null. */
export function successorOf({ succession }: Pick<TechnologyFact, 'succession'>): string | null {
  const isPlain = succession?.kind === 'RENAMED' || succession?.kind === 'MERGED';
  return isPlain ? (succession.successorIds[0] ?? null) : null;
}

/** Requirements with what their technologies became by being renamed or merged. */
export async function followed<Requirement extends { technologyId: string }>(
  technologies: Model<TechnologyRecord>,
  requirements: readonly Requirement[],
): Promise<Requirement[]> {
  const now: Requirement[] = [];
  for (const requirement of requirements) {
    const { technologyId: before } = requirement;
    const technologyId = await becameOf({ known: technologies, facts: [] }, before, successorOf);
    now.push({ ...requirement, technologyId });
  }
  return now;
}

/** What a technology is now: itself, or what it became over all steps; several where it was split. */
export type NowOf = (technologyId: string) => readonly string[];

/** What technologies are now, read for those that are named. */
export async function readNow(
  technologies: Model<TechnologyRecord>,
  ids: Iterable<string>,
): Promise<NowOf> {
  const successors = new Map<string, readonly string[]>();
  let open = [...new Set(ids)];
  while (open.length > 0) {
    const found = await technologies
      .find({ _id: { $in: open } })
      .select({ succession: 1 })
      .lean<Pick<TechnologyRecord, '_id' | 'succession'>[]>();
    for (const { _id, succession } of found) successors.set(_id, succession?.successorIds ?? []);
    const next = found.flatMap(({ _id }) => successors.get(_id) ?? []);
    open = [...new Set(next)].filter((id) => !successors.has(id));
  }
  return (id) => nowIn(successors, id);
}

/** The ends of all ways from a technology over its successors; itself where there is no end. */
export function nowIn(
  successors: ReadonlyMap<string, readonly string[]>,
  technologyId: string,
): string[] {
  const seen = new Set([technologyId]);
  for (const id of seen) for (const next of successors.get(id) ?? []) seen.add(next);
  const ends = [...seen].filter((id) => (successors.get(id) ?? []).length === 0);
  return ends.length > 0 ? ends : [technologyId];
}
