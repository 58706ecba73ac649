/** Figures that the secretariat watches, and the public may. */
import { signedInAs } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import { ofFamily, readHeirs, standing } from '../pool/merged.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import type { ProjectStatus } from '../project/state.ts';
import { awardedStatuses } from './awards.ts';
import { networkOf, type Network } from './network.ts';
import { readTeams } from './teams.ts';
import { countable, within } from '../form/within.ts';

/** Projects of one programme, sector, state and stage. */
export interface PipelineFigure {
  programmeId: string | null;
  sector: string;
  status: ProjectStatus;
  /** Code of the stage that they are in, or ended in; null before they run and without stages. */
  stage: string | null;
  projects: number;
  /** Won. */
  budget: number;
}

/** How many projects stand where. The secretariat may. */
export async function findPipeline(
  { viewer, projects }: Context,
  given: { programmeId?: string | null | undefined; sector?: string | null | undefined },
): Promise<PipelineFigure[]> {
  signedInAs(viewer, 'SECRETARIAT');
  const { programmeId, sector } = given;
  const found = await projects.aggregate<{
    _id: Pick<PipelineFigure, 'programmeId' | 'sector' | 'status' | 'stage'>;
    projects: number;
    budget: number;
  }>([
    {
      $match: {
        ...(programmeId != null && { programmeId }),
        ...(sector != null && { sector }),
      },
    },
    // The order of an index that holds all that is asked for: documents need not be read.
    { $sort: { programmeId: 1, sector: 1, status: 1, stage: 1 } },
    {
      $group: {
        _id: { programmeId: '$programmeId', sector: '$sector', status: '$status', stage: '$stage' },
        projects: { $sum: 1 },
        budget: { $sum: { $ifNull: ['$budget', 0] } },
      },
    },
  ]);
  return found
    .map(({ _id, ...figures }) => ({
      ..._id,
      stage: _id.stage ?? null,
      ...figures,
      budget: countable(figures.budget),
    }))
    .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function keyOf({ programmeId, sector, status, stage }: PipelineFigure): string {
  return JSON.stringify([programmeId ?? '', sector, status, stage ?? '']);
}

/** Firms that a network may show. */
const networkSize = { least: 1, most: 200 };

type Begun = Pick<ProjectRecord, 'consortiumId' | 'startedAt' | 'sealedAt' | 'draftedAt'>;

/** Who worked with whom on awarded or begun projects. Everybody may. */
export async function findNetwork(
  { projects, memberships, firms, loaders }: Context,
  given: {
    programmeId?: string | null | undefined;
    sector?: string | null | undefined;
    companyId?: string | null | undefined;
    most?: number | null | undefined;
  },
): Promise<Network> {
  const { programmeId, sector, companyId } = given;
  const most = within(given.most ?? 100, networkSize, 'most');
  const ofFirm =
    companyId == null
      ? null
      : await memberships.distinct('projectId', {
          companyId: ofFamily(await loaders.family.load(companyId)),
          standing: true,
        });
  const begun = await projects
    .find({
      status: { $in: awardedStatuses },
      consortiumId: { $ne: null },
      ...(ofFirm && { _id: { $in: ofFirm } }),
      ...(programmeId != null && { programmeId }),
      ...(sector != null && { sector }),
    })
    .select({ _id: 0, consortiumId: 1, startedAt: 1, sealedAt: 1, draftedAt: 1 })
    .lean<Begun[]>();
  const members = await readTeams(
    memberships,
    begun.flatMap(({ consortiumId }) => consortiumId ?? []),
  );
  const teams = begun.map(({ consortiumId, startedAt, sealedAt, draftedAt }) => ({
    at: startedAt ?? sealedAt ?? draftedAt,
    companyIds: (members.get(consortiumId ?? '') ?? []).map((member) => member.companyId),
  }));
  const heirOf = await readHeirs(
    firms,
    teams.flatMap(({ companyIds }) => companyIds),
  );
  return networkOf(
    teams.map(({ at, companyIds }) => ({ at, companyIds: standing(companyIds, heirOf) })),
    most,
  );
}
