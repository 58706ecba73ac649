/** Figures that the secretariat watches, and the public may. */
import { signedInAs } from '#kit/viewer.ts';
import type { MembershipRecord } from '../consortium/membership.model.ts';
import { shareAmounts } from '../consortium/shares.ts';
import type { Context } from '../context.ts';
import type { FirmRecord } from '../pool/firm.model.ts';
import { ofFamily, readHeirs, standing } from '../pool/merged.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import type { ProjectStatus } from '../project/state.ts';
import { firstYear, lastYear } from '../programme/soundness.ts';
import { concentrationOf, type Concentration } from './concentration.ts';
import { networkOf, type Network, type Team } from './network.ts';
import { within } from './within.ts';

/** States of a project that was awarded. */
export const awardedStatuses: readonly ProjectStatus[] = [
  'AWARDED',
  'RUNNING',
  'COMPLETED',
  'TERMINATED',
];

/** Projects of one programme, sector and state. */
export interface PipelineFigure {
  programmeId: string | null;
  sector: string;
  status: ProjectStatus;
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
    _id: Pick<PipelineFigure, 'programmeId' | 'sector' | 'status'>;
    projects: number;
    budget: number;
  }>([
    {
      $match: {
        ...(programmeId != null && { programmeId }),
        ...(sector != null && { sector }),
      },
    },
    {
      $group: {
        _id: { programmeId: '$programmeId', sector: '$sector', status: '$status' },
        projects: { $sum: 1 },
        budget: { $sum: { $ifNull: ['$budget', 0] } },
      },
    },
  ]);
  return found
    .map(({ _id, ...figures }) => ({ ..._id, ...figures, budget: countable(figures.budget) }))
    .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function keyOf({ programmeId, sector, status }: PipelineFigure): string {
  return JSON.stringify([programmeId ?? '', sector, status]);
}

/** A sum as far as whole won can be counted: budgets are anybody's to state, and one too large hides no figure. */
function countable(sum: number): number {
  return Math.min(sum, Number.MAX_SAFE_INTEGER);
}

/** How concentrated awards are. */
export interface AwardConcentration {
  projects: number;
  /** Won. */
  budget: number;
  byFirm: Concentration;
  bySector: Concentration;
  byRegion: Concentration;
}

/** How concentrated awards under calls are, by firm, sector and region of the firms. Everybody may. */
export async function findConcentration(
  { projects, calls, memberships, firms }: Context,
  given: { programmeId?: string | null | undefined; year?: number | null | undefined },
): Promise<AwardConcentration> {
  const { programmeId, year } = given;
  const ofYear =
    year == null ? null : await calls.find({ year }).select({ _id: 1 }).lean<{ _id: string }[]>();
  const awarded = await projects
    .find({
      status: { $in: awardedStatuses },
      callId: ofYear ? { $in: ofYear.map(({ _id }) => _id) } : { $ne: null },
      ...(programmeId != null && { programmeId }),
    })
    .lean<ProjectRecord[]>();
  const consortiumIds = awarded.flatMap(({ consortiumId }) => consortiumId ?? []);
  const members = await memberships
    .find({ consortiumId: { $in: consortiumIds }, standing: true })
    .sort({ _id: 1 })
    .lean<MembershipRecord[]>();
  const heirOf = await readHeirs(
    firms,
    members.map(({ companyId }) => companyId),
  );
  const byFirm = awarded.flatMap(({ consortiumId, budget }) => {
    const team = members.filter((member) => member.consortiumId === consortiumId);
    const amounts = shareAmounts(team, budget);
    return team.map(({ _id, companyId }) => [heirOf(companyId), amounts.get(_id) ?? 0] as const);
  });
  const known = await firms
    .find({ _id: { $in: [...new Set(byFirm.map(([id]) => id))] } })
    .lean<FirmRecord[]>();
  const regions = new Map(known.map(({ _id, company }) => [_id, company?.region ?? 'unknown']));
  return {
    projects: awarded.length,
    budget: countable(awarded.reduce((sum, { budget }) => sum + (budget ?? 0), 0)),
    byFirm: concentrationOf(byFirm),
    bySector: concentrationOf(awarded.map(({ sector, budget }) => [sector, budget ?? 0] as const)),
    byRegion: concentrationOf(
      byFirm.map(([id, amount]) => [regions.get(id) ?? 'unknown', amount] as const),
    ),
  };
}

/** Years that one query may ask for. */
const mostYears = 20;

/** How concentrated awards are, year by year. Everybody may. */
export async function findConcentrationByYear(
  context: Context,
  given: { from: number; to: number; programmeId?: string | null | undefined },
): Promise<{ year: number; awards: AwardConcentration }[]> {
  const from = within(given.from, { least: firstYear, most: lastYear }, 'from');
  const most = Math.min(lastYear, from + mostYears - 1);
  const to = within(given.to, { least: from, most }, 'to');
  const years = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  const found: { year: number; awards: AwardConcentration }[] = [];
  for (const year of years)
    found.push({
      year,
      awards: await findConcentration(context, { programmeId: given.programmeId, year }),
    });
  return found;
}

/** Firms that a network may show. */
const networkSize = { least: 1, most: 200 };

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
  const teams = await projects.aggregate<Team>([
    {
      $match: {
        status: { $in: awardedStatuses },
        consortiumId: { $ne: null },
        ...(ofFirm && { _id: { $in: ofFirm } }),
        ...(programmeId != null && { programmeId }),
        ...(sector != null && { sector }),
      },
    },
    {
      $lookup: {
        from: memberships.collection.collectionName,
        localField: 'consortiumId',
        foreignField: 'consortiumId',
        pipeline: [{ $match: { standing: true } }, { $project: { companyId: 1 } }],
        as: 'members',
      },
    },
    {
      $project: {
        at: { $ifNull: ['$startedAt', { $ifNull: ['$sealedAt', '$draftedAt'] }] },
        companyIds: '$members.companyId',
      },
    },
  ]);
  const heirOf = await readHeirs(
    firms,
    teams.flatMap(({ companyIds }) => companyIds),
  );
  return networkOf(
    teams.map(({ at, companyIds }) => ({ at, companyIds: standing(companyIds, heirOf) })),
    most,
  );
}
