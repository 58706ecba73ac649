/** Where technologies went: what is said of one that was renamed or merged counts for what it became. */
import type { Model } from 'mongoose';

import { placementId } from '../placement/placement.model.ts';
import type { IndexedTechnology } from '../technology/technology.model.ts';
import type { Succeeding } from './carry.ts';
import type { SuccessionRecord } from './succession.model.ts';

/** Technologies and what became of them. */
export interface Ways {
  technologies: Model<IndexedTechnology>;
  successions: Model<SuccessionRecord>;
}

/** What a technology that is gone became, and in which version. */
export interface Gone extends Succeeding {
  versionId: string;
}

/** What became of those of the technologies that are gone, and of everything on their ways. */
export async function goneFrom(ways: Ways, ids: readonly string[]): Promise<Map<string, Gone>> {
  const gone = new Map<string, Gone>();
  for (let next = [...new Set(ids)]; next.length > 0;) {
    const found = await goneAmong(ways, next);
    for (const each of found) gone.set(each.technologyId, each);
    const became = found.flatMap((each) => successorIn(each) ?? []);
    next = [...new Set(became)].filter((id) => !gone.has(id));
  }
  return gone;
}

/** The technologies with all that became one of them by being renamed or merged. */
export async function withFormer(ways: Ways, ids: readonly string[]): Promise<string[]> {
  const all = new Set(ids);
  for (let next = [...all]; next.length > 0;) {
    const said = await ways.successions
      .find({ successorIds: { $in: next }, kind: { $in: ['RENAMED', 'MERGED'] } })
      .lean();
    // A draft says it too, of technologies that are still there.
    const found = await goneAmong(ways, said.map(({ technologyId }) => technologyId)); // prettier-ignore
    next = found.map(({ technologyId }) => technologyId).filter((id) => !all.has(id));
    for (const id of next) all.add(id);
  }
  return [...all];
}

/** A technology and what it became by being renamed or merged, in that order: the last is where it counts. No storage. */
export function wayOf(gone: ReadonlyMap<string, Succeeding>, technologyId: string): string[] {
  const way = [technologyId];
  for (;;) {
    const became = gone.get(way.at(-1) ?? technologyId);
    const next = became ? successorIn(became) : null;
    if (next === null || way.includes(next)) return way;
    way.push(next);
  }
}

/** The one technology that took the place of another, or null. */
function successorIn({ kind, successorIds }: Succeeding): string | null {
  return kind === 'RENAMED' || kind === 'MERGED' ? (successorIds[0] ?? null) : null;
}

async function goneAmong(
  { technologies, successions }: Ways,
  ids: readonly string[],
): Promise<SuccessionRecord[]> {
  const left = await technologies
    .find(
      { _id: { $in: [...ids] }, current: false, retiredById: { $ne: null } },
      { retiredById: 1 },
    )
    .lean();
  if (left.length === 0) return [];
  const keys = left.map(({ _id, retiredById }) => placementId(retiredById ?? '', _id));
  return successions.find({ _id: { $in: keys } }).lean();
}
