import type { Model } from 'mongoose';

import { publicStatuses } from '../project/audience.ts';
import type { ProjectRecord } from '../project/project.model.ts';

/** How much public projects need a technology. */
export interface TechnologyDemand {
  projects: number;
  /** Independent providers needed together. */
  providers: number;
}

/** The demand for each technology, in one aggregate. */
export async function demandOf(
  { projects }: { projects: Model<ProjectRecord> },
  technologyIds: readonly string[],
): Promise<TechnologyDemand[]> {
  const wanted = { 'requirements.technologyId': { $in: [...technologyIds] } };
  const found = await projects.aggregate<TechnologyDemand & { _id: string }>([
    { $match: { ...wanted, status: { $in: publicStatuses } } },
    { $unwind: '$requirements' },
    { $match: wanted },
    // A project may ask for one technology at two levels: it is one project.
    {
      $group: {
        _id: { project: '$_id', technology: '$requirements.technologyId' },
        providers: { $sum: '$requirements.providers' },
      },
    },
    {
      $group: {
        _id: '$_id.technology',
        projects: { $sum: 1 },
        providers: { $sum: '$providers' },
      },
    },
  ]);
  const byId = new Map(found.map(({ _id, ...demand }) => [_id, demand]));
  return technologyIds.map((id) => byId.get(id) ?? { projects: 0, providers: 0 });
}
