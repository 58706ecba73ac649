/** Requirements of projects in technologies that are gone: those in renamed and merged ones follow, all others wait for a person. */
import type { FactRecord } from '#kit/facts.ts';
import { isDuplicateKey } from '#kit/mongo.ts';
import type { OpenProjectFact, ProjectFact } from '#schema/facts.ts';

import type { OpenProjectRecord, ProjectRecord } from '../demand/demand.model.ts';
import { markDemandDue, recountDemand } from '../demand/demand.ts';
import type { Succeeding } from './carry.ts';
import type { Carrying } from './carrying.ts';
import { itemId, type ItemRecord, type Outcome } from './transition.model.ts';
import { goneFrom, wayOf, withFormer, type Gone } from './way.ts';

/** What a project requires, whether it is running, drafted or forming its team. */
interface Asking {
  projectId: string;
  requirements: readonly { technologyId: string; level: number }[];
}

/**
 * Lists what projects require of technologies that a version left out, and counts what they need anew; repeating it changes
 * nothing.
 */
export async function listRequirements(
  carrying: Carrying,
  versionId: string,
  successions: ReadonlyMap<string, Succeeding>,
): Promise<void> {
  const named = { $in: await withFormer(carrying, [...successions.keys()]) };
  const filter = { 'requirements.technologyId': named, gone: false };
  const asking = await askingOf(carrying, filter);
  const gone = await goneFrom(carrying, asking.flatMap(requiredBy));
  const items = asking.flatMap((each) => itemsOf(each, gone));
  await keep(carrying, items.filter((item) => item.versionId === versionId)); // prettier-ignore
  await markDemandDue(carrying, asking.flatMap((each) => waysOf(each, gone))); // prettier-ignore
  await recountDemand(carrying);
}

/**
 * Takes in what was told of projects, and brings the list up to it: what one requires of a technology that is gone already is
 * listed, and what it does not require any more is decided. Safe to repeat.
 *
 * @param apply takes in what was told
 */
export async function followRequirements(
  carrying: Carrying,
  facts: readonly FactRecord[],
  apply: () => Promise<void>,
): Promise<void> {
  const ids = [...new Set(facts.map(({ key }) => key))];
  await listFollowed(carrying, ids, facts.flatMap(askingIn)); // prettier-ignore
  await apply();
  const asking = await askingOf(carrying, { _id: { $in: ids }, gone: false });
  const gone = await goneFrom(carrying, asking.flatMap(requiredBy));
  const listed = asking.flatMap((each) => itemsOf(each, gone));
  await keepTold(carrying, listed);
  const own = Map.groupBy(asking, ({ projectId }) => projectId);
  for (const projectId of ids) {
    const required = (own.get(projectId) ?? []).flatMap((each) => waysOf(each, gone));
    await carrying.items.updateMany(
      { projectId, outcome: 'TO_DECIDE', technologyId: { $nin: required } },
      { $set: { outcome: 'DECIDED' } },
    );
  }
}

/**
 * Consortia may let a draft follow before the version is carried out here: what it required until now, and is told to require as
 * what that became, is listed before it is forgotten.
 */
async function listFollowed(
  carrying: Carrying,
  projectIds: readonly string[],
  told: readonly Asking[],
): Promise<void> {
  const before = await askingOf(carrying, { _id: { $in: [...projectIds] }, gone: false });
  const gone = await goneFrom(carrying, before.flatMap(requiredBy));
  await keepTold(carrying, before.flatMap((each) => followedItems(each, told, gone))); // prettier-ignore
}

function askingIn({ key, state }: FactRecord): Asking[] {
  const requirements = (state as OpenProjectFact | ProjectFact | null)?.requirements;
  return requirements ? [{ projectId: key, requirements }] : [];
}

/** What projects require that are running, drafted or forming their team; over while nobody asks any more. */
async function askingOf({ projects, openProjects }: Carrying, filter: object): Promise<Asking[]> {
  const running = await projects.find({ ...filter, running: true }).lean<ProjectRecord[]>();
  const open = await openProjects.find(filter).lean<OpenProjectRecord[]>();
  return [...running, ...open].map(({ _id, requirements }) => ({
    projectId: _id,
    requirements: requirements ?? [],
  }));
}

/** What waited for a person and was decided waits again once a project requires it again. */
async function keep({ items }: Carrying, listed: readonly ItemRecord[]): Promise<void> {
  const once = new Map<string, ItemRecord>();
  for (const item of listed)
    if ((once.get(item._id)?.level ?? 0) < item.level) once.set(item._id, item);
  if (once.size === 0) return;
  await items.bulkWrite(
    [...once.values()].map(({ _id, outcome, level, ...item }) => ({
      updateOne: {
        filter: { _id },
        update: { $set: { outcome, level }, $setOnInsert: item },
        upsert: true,
      },
    })),
    { ordered: false },
  );
}

async function keepTold(carrying: Carrying, listed: readonly ItemRecord[]): Promise<void> {
  await keep(carrying, listed).catch((error: unknown) => {
    // Listed by a transition in this moment.
    if (!isDuplicateKey(error)) throw error;
  });
}

function itemsOf(
  { projectId, requirements }: Asking,
  gone: ReadonlyMap<string, Gone>,
): ItemRecord[] {
  return requirements.flatMap(({ technologyId, level }) =>
    wayOf(gone, technologyId).flatMap((each) => {
      const became = gone.get(each);
      return became ? [itemOf(projectId, each, level, became)] : [];
    }),
  );
}

/** What became of the requirements that a project had and that went on as others, which it has from now on. */
function followedItems(
  { projectId, requirements }: Asking,
  now: readonly Asking[],
  gone: ReadonlyMap<string, Gone>,
): ItemRecord[] {
  const required = now.filter((each) => each.projectId === projectId).flatMap(requiredBy);
  const went = requirements.filter(({ technologyId }) =>
    wayOf(gone, technologyId)
      .slice(1)
      .some((each) => required.includes(each)),
  );
  return itemsOf({ projectId, requirements: went }, gone).filter(
    ({ technologyId }) => !required.includes(technologyId),
  );
}

function itemOf(
  projectId: string,
  technologyId: string,
  level: number,
  { versionId, kind, successorIds }: Gone,
): ItemRecord {
  const follows = kind === 'RENAMED' || kind === 'MERGED';
  const outcome: Outcome = follows ? 'CARRIED' : 'TO_DECIDE';
  return {
    _id: itemId(versionId, projectId, technologyId),
    versionId,
    companyId: null,
    projectId,
    technologyId,
    kind,
    successorIds: [...successorIds],
    level,
    outcome,
  };
}

function requiredBy({ requirements }: Asking): string[] {
  return requirements.map(({ technologyId }) => technologyId);
}

function waysOf(asking: Asking, gone: ReadonlyMap<string, Gone>): string[] {
  return requiredBy(asking).flatMap((id) => wayOf(gone, id));
}
