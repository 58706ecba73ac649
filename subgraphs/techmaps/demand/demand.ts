/** Keeps what running projects need of each technology, from what consortia tells. */
import type { Model } from 'mongoose';

import { applyFacts, type FactRecord } from '#kit/facts.ts';
import type { ProjectFact } from '#schema/facts.ts';

import type { DemandRecord, ProjectRecord } from './demand.model.ts';
import { needBySector, needOf, noNeed, type Requirement } from './need.ts';

const running = ['SEALED', 'SUBMITTED', 'AWARDED', 'RUNNING'];
const batch = 200;

/** What counting demand needs of a context. */
export interface DemandCounting {
  projects: Model<ProjectRecord>;
  demands: Model<DemandRecord>;
}

/** Brings the read model up to what was told, and counts the technologies anew that it concerns. */
export async function applyProjectFacts(
  counting: DemandCounting,
  facts: readonly FactRecord[],
): Promise<void> {
  const before = await counting.projects.find({ _id: { $in: facts.map(({ key }) => key) } }).lean();
  // Marked first: a stop in between leaves something to count again rather than a wrong count.
  await markDemandDue(counting, [
    ...before.flatMap(({ requirements }) => requirements ?? []),
    ...facts.flatMap(({ state }) => (state as ProjectFact | null)?.requirements ?? []),
  ]);
  await applyFacts(counting.projects, facts.map(kept));
  await recountDemand(counting);
}

/** Counts every technology that is due, some at a time; safe to repeat. */
export async function recountDemand({ projects, demands }: DemandCounting): Promise<void> {
  for (;;) {
    const due = await demands.find({ due: true }, { _id: 1 }).limit(batch).lean();
    if (due.length === 0) return;
    const ids = due.map(({ _id }) => _id);
    const asking = await projects
      .find({ 'requirements.technologyId': { $in: ids }, running: true, gone: false })
      .lean();
    await demands.bulkWrite(
      ids.map((id) => ({
        updateOne: {
          filter: { _id: id },
          update: { $set: { ...counted(id, asking), due: false } },
        },
      })),
    );
    if (due.length < batch) return;
  }
}

function counted(technologyId: string, asking: readonly ProjectRecord[]) {
  const own: Requirement[] = asking.flatMap(({ _id, sector, requirements }) =>
    (requirements ?? [])
      .filter((requirement) => requirement.technologyId === technologyId)
      .map(({ level, providers }) => ({ projectId: _id, sector: sector ?? '', level, providers })),
  );
  return { ...needOf(own), sectors: needBySector(own) };
}

async function markDemandDue(
  { demands }: DemandCounting,
  requirements: readonly { technologyId: string }[],
): Promise<void> {
  const ids = [...new Set(requirements.map(({ technologyId }) => technologyId))];
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
