/** Keeps what running projects need of each technology, from what consortia tells. */
import type { Connection, Model } from 'mongoose';

import { applyFacts, type FactRecord } from '#kit/facts.ts';
import { bringUp } from '#kit/upgrade.ts';
import type { OpenProjectFact, ProjectFact } from '#schema/facts.ts';

import { goneFrom, wayOf, withFormer, type Gone, type Ways } from '../succession/way.ts';
import type { DemandRecord, OpenProjectRecord, ProjectRecord } from './demand.model.ts';
import { needBySector, needOf, noNeed, type Requirement } from './need.ts';

const running = ['SEALED', 'SUBMITTED', 'AWARDED', 'RUNNING'];
const batch = 200;

/** What counting demand needs of a context. */
export interface DemandCounting extends Ways {
  projects: Model<ProjectRecord>;
  demands: Model<DemandRecord>;
}

/** Brings the read model up to what was told, and counts the technologies anew that it concerns. */
export async function applyProjectFacts(
  counting: DemandCounting,
  facts: readonly FactRecord[],
): Promise<void> {
  const before = await counting.projects.find({ _id: { $in: facts.map(({ key }) => key) } }).lean();
  const ids = [
    ...before.flatMap(({ requirements }) => requirements ?? []),
    ...facts.flatMap(({ state }) => (state as ProjectFact | null)?.requirements ?? []),
  ].map(({ technologyId }) => technologyId);
  // Marked first: a stop in between leaves something to count again rather than a wrong count.
  await markWaysDue(counting, ids);
  await applyFacts(counting.projects, facts.map(kept));
  // Marked again: a version may have been published meanwhile.
  await markWaysDue(counting, ids);
  await recountDemand(counting);
}

/** Brings what is known of drafts and forming consortia up to what was told. */
export async function applyOpenProjectFacts(
  openProjects: Model<OpenProjectRecord>,
  facts: readonly FactRecord[],
): Promise<void> {
  await applyFacts(openProjects, facts, ({ requirements }: OpenProjectFact) => ({ requirements }));
}

/**
 * Counts what an earlier run of the service left due, and, once, what was counted in technologies that were renamed or merged
 * before it counted in what they became.
 */
export async function bringDemand(
  counting: DemandCounting & { connection: Connection },
): Promise<void> {
  await bringUp(counting.connection, 'demand-follows', async () => {
    const known = await counting.demands.find({}, { _id: 1 }).lean();
    await markWaysDue(counting, known.map(({ _id }) => _id)); // prettier-ignore
    return null;
  });
  await recountDemand(counting);
}

async function markWaysDue(counting: DemandCounting, ids: readonly string[]): Promise<void> {
  const gone = await goneFrom(counting, ids);
  await markDemandDue(counting, ids.flatMap((id) => wayOf(gone, id))); // prettier-ignore
}

/** Counts every technology that is due, some at a time; safe to repeat. */
export async function recountDemand(counting: DemandCounting): Promise<void> {
  const { projects, demands } = counting;
  for (;;) {
    const due = await demands.find({ due: true }, { _id: 1 }).limit(batch).lean();
    if (due.length === 0) return;
    const ids = due.map(({ _id }) => _id);
    const named = await withFormer(counting, ids);
    const gone = await goneFrom(counting, named);
    const asking = await projects
      .find({ 'requirements.technologyId': { $in: named }, running: true, gone: false })
      .lean();
    const needed = Map.groupBy(neededBy(asking, gone), ({ technologyId }) => technologyId);
    await demands.bulkWrite(
      ids.map((id) => ({
        updateOne: {
          filter: { _id: id },
          update: { $set: { ...counted(needed.get(id) ?? []), due: false } },
        },
      })),
    );
    if (due.length < batch) return;
  }
}

/** What projects need, in the technologies where it counts: those that were renamed or merged became these. */
function neededBy(
  asking: readonly ProjectRecord[],
  gone: ReadonlyMap<string, Gone>,
): (Requirement & { technologyId: string })[] {
  return asking.flatMap(({ _id, sector, requirements }) =>
    (requirements ?? []).map(({ technologyId, level, providers }) => ({
      technologyId: wayOf(gone, technologyId).at(-1) ?? technologyId,
      projectId: _id,
      sector: sector ?? '',
      level,
      providers,
    })),
  );
}

function counted(own: readonly Requirement[]) {
  return { ...needOf(own), sectors: needBySector(own) };
}

/** Marks what projects need of these technologies as due to be counted. */
export async function markDemandDue(
  { demands }: Pick<DemandCounting, 'demands'>,
  technologyIds: readonly string[],
): Promise<void> {
  const ids = [...new Set(technologyIds)];
  if (ids.length === 0) return;
  await demands.bulkWrite(
    ids.map((id) => ({
      updateOne: {
        filter: { _id: id },
        update: { $set: { due: true }, $setOnInsert: { ...noNeed, sectors: {} } },
        upsert: true,
      },
    })),
  );
}

function kept(fact: FactRecord): FactRecord {
  if (fact.state === null) return fact;
  const { status, sector, requirements, memberIds } = fact.state as ProjectFact;
  return {
    ...fact,
    state: { status, sector, requirements, memberIds, running: running.includes(status) },
  };
}
