/** How awards are spread over firms, sectors and regions. */
import type { Context } from '../context.ts';
import { shareAmounts } from '../consortium/shares.ts';
import type { FirmRecord } from '../pool/firm.model.ts';
import { readHeirs } from '../pool/merged.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import type { ProjectStatus } from '../project/state.ts';
import { firstYear, lastYear } from '../programme/soundness.ts';
import { concentrationOf, type Concentration } from './concentration.ts';
import { readTeams } from './teams.ts';
import { countable, within } from '../form/within.ts';

/** States of a project that was awarded. */
export const awardedStatuses: readonly ProjectStatus[] = [
  'AWARDED',
  'RUNNING',
  'COMPLETED',
  'TERMINATED',
];

/** How concentrated awards are. */
export interface AwardConcentration {
  projects: number;
  /** Won. */
  budget: number;
  byFirm: Concentration;
  bySector: Concentration;
  byRegion: Concentration;
}

/** An awarded project, and what of it is whose. */
interface Award {
  callId: string | null;
  sector: string;
  /** Won. */
  budget: number;
  /** Won by firm, as firms stand now. */
  parts: (readonly [companyId: string, amount: number])[];
}

type Awarded = Pick<ProjectRecord, 'callId' | 'sector' | 'budget' | 'consortiumId'>;

/** Awards under some calls, or under all, with the regions of their firms. */
async function readAwards(
  { projects, memberships, firms }: Context,
  { callIds, programmeId }: { callIds: string[] | null; programmeId?: string | null | undefined },
): Promise<{ awards: Award[]; regions: ReadonlyMap<string, string> }> {
  const awarded = await projects
    .find({
      status: { $in: awardedStatuses },
      callId: callIds ? { $in: callIds } : { $ne: null },
      ...(programmeId != null && { programmeId }),
    })
    .select({ _id: 0, callId: 1, sector: 1, budget: 1, consortiumId: 1 })
    .lean<Awarded[]>();
  const teams = await readTeams(
    memberships,
    awarded.flatMap(({ consortiumId }) => consortiumId ?? []),
  );
  const heirOf = await readHeirs(
    firms,
    [...teams.values()].flatMap((team) => team.map(({ companyId }) => companyId)),
  );
  const awards = awarded.map(({ callId, sector, budget, consortiumId }): Award => {
    const team = teams.get(consortiumId ?? '') ?? [];
    const amounts = shareAmounts(team, budget);
    const parts = team.map(
      ({ _id, companyId }) => [heirOf(companyId), amounts.get(_id) ?? 0] as const,
    );
    return { callId, sector, budget: budget ?? 0, parts };
  });
  const known = await firms
    .find({ _id: { $in: [...new Set(awards.flatMap(({ parts }) => parts.map(([id]) => id)))] } })
    .select({ 'company.region': 1 })
    .lean<Pick<FirmRecord, '_id' | 'company'>[]>();
  return {
    awards,
    regions: new Map(known.map(({ _id, company }) => [_id, company?.region ?? 'unknown'])),
  };
}

function spreadOf(
  awards: readonly Award[],
  regions: ReadonlyMap<string, string>,
): AwardConcentration {
  const byFirm = awards.flatMap(({ parts }) => parts);
  return {
    projects: awards.length,
    budget: countable(awards.reduce((sum, { budget }) => sum + budget, 0)),
    byFirm: concentrationOf(byFirm),
    bySector: concentrationOf(awards.map(({ sector, budget }) => [sector, budget] as const)),
    byRegion: concentrationOf(
      byFirm.map(([id, amount]) => [regions.get(id) ?? 'unknown', amount] as const),
    ),
  };
}

/** How concentrated awards under calls are, by firm, sector and region of the firms. Everybody may. */
export async function findConcentration(
  context: Context,
  given: { programmeId?: string | null | undefined; year?: number | null | undefined },
): Promise<AwardConcentration> {
  const { programmeId, year } = given;
  const calls = year == null ? null : await callsIn(context, { from: year, to: year });
  const callIds = calls && [...calls.keys()];
  const { awards, regions } = await readAwards(context, { callIds, programmeId });
  return spreadOf(awards, regions);
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
  const calls = await callsIn(context, { from, to });
  const callIds = [...calls.keys()];
  const { programmeId } = given;
  const { awards, regions } = await readAwards(context, { callIds, programmeId });
  const byYear = Map.groupBy(awards, ({ callId }) => calls.get(callId ?? ''));
  return Array.from({ length: to - from + 1 }, (_, index) => from + index).map((year) => ({
    year,
    awards: spreadOf(byYear.get(year) ?? [], regions),
  }));
}

/** The budget years of the calls in some years, by call. */
async function callsIn(
  { calls }: Context,
  { from, to }: { from: number; to: number },
): Promise<Map<string, number>> {
  const found = await calls
    .find({ year: { $gte: from, $lte: to } })
    .select({ year: 1 })
    .lean<{ _id: string; year: number }[]>();
  return new Map(found.map(({ _id, year }) => [_id, year]));
}
