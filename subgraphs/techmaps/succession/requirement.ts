/** Requirements of projects in technologies that are gone: listed for a person until the project no longer names them. */
import { isDuplicateKey } from '#kit/mongo.ts';

import type { ProjectRecord } from '../demand/demand.model.ts';
import type { Succeeding } from './carry.ts';
import type { Carrying } from './carrying.ts';
import { itemId, type ItemRecord } from './transition.model.ts';

/** What a technology that is gone became, and in which version. */
interface Gone extends Succeeding {
  versionId: string;
}

/** Lists what running projects require of technologies that a version left out; repeating it changes nothing. */
export async function listRequirements(
  carrying: Carrying,
  versionId: string,
  successions: ReadonlyMap<string, Succeeding>,
): Promise<void> {
  const asking = await carrying.projects
    .find({
      'requirements.technologyId': { $in: [...successions.keys()] },
      running: true,
      gone: false,
    })
    .lean();
  const gone = new Map(
    [...successions].map(([id, succeeding]) => [id, { ...succeeding, versionId }]),
  );
  await keep(carrying, asking.flatMap((project) => itemsOf(project, gone))); // prettier-ignore
}

/**
 * Brings the list up to what was told of these projects: what a running one requires of a technology that is gone
 * already is listed, and what no running one requires any more is decided. Safe to repeat.
 */
export async function followRequirements(
  carrying: Carrying,
  projectIds: readonly string[],
): Promise<void> {
  const { projects, items } = carrying;
  const known = await projects.find({ _id: { $in: [...projectIds] } }).lean();
  const gone = await goneOf(carrying, known);
  const listed = known.filter(isRunning).flatMap((project) => itemsOf(project, gone));
  await keep(carrying, listed).catch((error: unknown) => {
    // Listed by a transition in this moment.
    if (!isDuplicateKey(error)) throw error;
  });
  for (const project of known)
    await items.updateMany(
      {
        projectId: project._id,
        outcome: 'TO_DECIDE',
        technologyId: { $nin: isRunning(project) ? requiredBy(project) : [] },
      },
      { $set: { outcome: 'DECIDED' } },
    );
}

/** What became of the technologies that these projects require and that are gone. */
async function goneOf(
  { technologies, successions }: Carrying,
  projects: readonly ProjectRecord[],
): Promise<Map<string, Gone>> {
  const ids = [...new Set(projects.flatMap(requiredBy))];
  const left = await technologies
    .find({ _id: { $in: ids }, current: false, retiredById: { $ne: null } }, { retiredById: 1 })
    .lean();
  const keys = left.map(({ _id, retiredById }) => `${retiredById} ${_id}`);
  const found = await successions.find({ _id: { $in: keys } }).lean();
  return new Map(found.map((each) => [each.technologyId, each]));
}

async function keep({ items }: Carrying, listed: readonly ItemRecord[]): Promise<void> {
  const once = new Map(listed.map((item) => [item._id, item]));
  if (once.size === 0) return;
  await items.bulkWrite(
    [...once.values()].map((item) => ({
      updateOne: { filter: { _id: item._id }, update: { $setOnInsert: item }, upsert: true },
    })),
    { ordered: false },
  );
}

function itemsOf(
  { _id, requirements }: ProjectRecord,
  gone: ReadonlyMap<string, Gone>,
): ItemRecord[] {
  return (requirements ?? []).flatMap(({ technologyId, level }): ItemRecord[] => {
    const became = gone.get(technologyId);
    if (!became) return [];
    return [
      {
        _id: itemId(became.versionId, _id, technologyId),
        versionId: became.versionId,
        companyId: null,
        projectId: _id,
        technologyId,
        kind: became.kind,
        successorIds: [...became.successorIds],
        level,
        outcome: 'TO_DECIDE',
      },
    ];
  });
}

function requiredBy({ requirements }: ProjectRecord): string[] {
  return (requirements ?? []).map(({ technologyId }) => technologyId);
}

function isRunning({ running, gone }: ProjectRecord): boolean {
  return running === true && !gone;
}
