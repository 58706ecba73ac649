/** What is told of projects that are drafted or form their team: what they require, for technology maps to follow. */
import { publishFacts, type NewFact } from '#kit/facts.ts';
import { bringUp } from '#kit/upgrade.ts';
import type { OpenProjectFact } from '#schema/facts.ts';
import type { Context } from '../context.ts';
import type { ProjectRecord } from './project.model.ts';
import { openStatuses } from './state.ts';

type Told = Pick<ProjectRecord, '_id' | 'status' | 'requirements'>;

/** How many projects a step tells. */
const stepSize = 200;

/** What an open project requires; nothing once it is not open any more. */
export function openProjectFact({ _id: key, status, requirements }: Told): NewFact {
  if (!openStatuses.includes(status)) return { kind: 'openProject', key, state: null };
  const state: OpenProjectFact = {
    requirements: requirements.map(({ technologyId, leastLevel: level }) => ({
      technologyId,
      level,
    })),
  };
  return { kind: 'openProject', key, state };
}

/** Tells of open projects that were there before they were told of; once. */
export async function tellOpenProjects({
  connection,
  projects,
  facts,
}: Pick<Context, 'connection' | 'projects' | 'facts'>): Promise<void> {
  await bringUp(connection, 'open-projects', async (after) => {
    const open = await projects
      .find({ _id: { $gt: after }, status: { $in: openStatuses } })
      .sort({ _id: 1 })
      .limit(stepSize)
      .lean<ProjectRecord[]>();
    await publishFacts(facts, open.map(openProjectFact));
    return open.at(-1)?._id ?? null;
  });
}
