/** Assemblies as the graph shows them. */
import type { Text } from '#kit/text.ts';
import type { Block, Constraint } from '../assembly/problem.ts';
import type { Member, Reason } from '../assembly/result.ts';
import type { Context } from '../context.ts';
import type { RequirementRecord } from '../project/project.model.ts';
import type { AssemblyRecord, InfeasibilityRecord, ProposalRecord } from './assembly.model.ts';
import { scenariosOf, type Reweighed } from './weighing.ts';
import { demandWords, reasonWords, type Names } from './words.ts';

/** A firm, joined by its id. */
interface Stub {
  id: string;
}

/** The requirements of an assembly, by id. */
type Wanted = ReadonlyMap<string, RequirementRecord>;

/** A demand and what it speaks of. */
export interface ShownDemand {
  kind: Constraint['kind'];
  requirement: RequirementRecord | null;
  companies: Stub[];
  blockedBy: Block | null;
  of: string | null;
  constraint: Constraint;
  wanted: Wanted;
}

/** A reason and what it speaks of. */
export interface ShownReason {
  kind: Reason['kind'];
  requirements: RequirementRecord[];
  onlyProviderOf: RequirementRecord[];
  demand: ShownDemand | null;
  workedWith: Stub[];
  effect: 'NONE' | 'LITTLE' | 'MUCH' | null;
  points: number | null;
  isExact: boolean | null;
  replacedBy: Stub[];
  reason: Reason;
  wanted: Wanted;
}

/** A proposal with its requirements in place of their ids. */
export type ShownProposal = ReturnType<typeof shownProposal>;

function wantedIn({ requirements }: Pick<AssemblyRecord, 'requirements'>): Wanted {
  return new Map(requirements.map((each) => [each.id, each]));
}

function pick(ids: readonly string[], wanted: Wanted): RequirementRecord[] {
  return ids.flatMap((id) => wanted.get(id) ?? []);
}

function stubs(ids: readonly string[]): Stub[] {
  return ids.map((id) => ({ id }));
}

/** An assembly's proposals, best first. */
export function shownProposals(assembly: Pick<AssemblyRecord, 'requirements' | 'proposals'>) {
  const wanted = wantedIn(assembly);
  return assembly.proposals.map((proposal) => shownProposal(proposal, wanted));
}

function shownProposal(proposal: ProposalRecord, wanted: Wanted) {
  const { leadId, members, costWon, coverage, uncoveredRequirementIds, ...rest } = proposal;
  return {
    ...rest,
    lead: { id: leadId },
    members: members.map((member) => shownMember(member, wanted)),
    cost: costWon,
    coverage: coverage.flatMap(({ requirementId, providers }) =>
      pick([requirementId], wanted).map((requirement) => ({
        requirement,
        providers: stubs(providers),
      })),
    ),
    uncovered: pick(uncoveredRequirementIds, wanted),
  };
}

function shownMember({ candidateId, role, carries, reasons }: Member, wanted: Wanted) {
  return {
    company: { id: candidateId },
    role,
    covers: carries.flatMap(({ requirementId, level, isVerified, points }) =>
      pick([requirementId], wanted).map((requirement) => ({
        requirement,
        level,
        isVerified,
        points,
      })),
    ),
    reasons: reasons.map((reason) => shownReason(reason, wanted)),
  };
}

function shownReason(reason: Reason, wanted: Wanted): ShownReason {
  const nothing = {
    requirements: [],
    onlyProviderOf: [],
    demand: null,
    workedWith: [],
    effect: null,
    points: null,
    isExact: null,
    replacedBy: [],
  };
  return { kind: reason.kind, reason, wanted, ...nothing, ...particulars(reason, wanted) };
}

function particulars(reason: Reason, wanted: Wanted): Partial<ShownReason> {
  if (reason.kind === 'CARRIES')
    return {
      requirements: pick(reason.requirementIds, wanted),
      onlyProviderOf: pick(reason.onlyProviderOf, wanted),
    };
  if (reason.kind === 'SERVES') return { demand: shownDemand(reason.constraint, wanted) };
  if (reason.kind === 'KNOWS') return { workedWith: stubs(reason.candidateIds) };
  if (reason.kind === 'ADDS')
    return {
      effect: reason.weight,
      points: reason.points,
      isExact: reason.isExact,
      replacedBy: stubs(reason.replacedBy),
    };
  return {};
}

function shownDemand(constraint: Constraint, wanted: Wanted): ShownDemand {
  const named =
    constraint.kind === 'LEAD' || constraint.kind === 'MUST_INCLUDE' ? constraint : null;
  const requirement =
    constraint.kind === 'REQUIREMENT' ? wanted.get(constraint.requirementId) : null;
  const conflicting = constraint.kind === 'CONFLICT' ? constraint.candidateIds : [];
  return {
    kind: constraint.kind,
    requirement: requirement ?? null,
    companies: stubs([named?.candidateId ?? [], conflicting].flat()),
    blockedBy: named?.blockedBy ?? null,
    of: countedIn(constraint),
    constraint,
    wanted,
  };
}

function countedIn(constraint: Constraint): string | null {
  if (constraint.kind === 'REGION') return constraint.region;
  if (constraint.kind === 'CERTIFICATE') return constraint.certificate;
  if (constraint.kind === 'KIND_LEAST' || constraint.kind === 'KIND_MOST') return constraint.of;
  return null;
}

/** An assembly's proposals under other weights, each with its requirements. */
export function shownRanking({ requirements }: AssemblyRecord, ranking: readonly Reweighed[]) {
  const wanted = wantedIn({ requirements });
  return ranking.map((each) => ({ ...each, proposal: shownProposal(each.proposal, wanted) }));
}

/** How an assembly's ranking moves when each weight in turn is taken lower and higher by so many basis points of it. */
export function shownSensitivity(assembly: AssemblyRecord, change: number) {
  const scenarios = scenariosOf(assembly, change).map((scenario) => ({
    ...scenario,
    aim: aimNames[scenario.aim],
    ranking: shownRanking(assembly, scenario.ranking),
  }));
  return { isFirstStable: scenarios.every(({ isFirstSame }) => isFirstSame), scenarios };
}

/** The best teams under other weights. */
export function shownSolvedAgain({ solvedAgain }: AssemblyRecord) {
  return solvedAgain.map(({ aim, change, weights, best }) => ({
    aim: aimNames[aim],
    change,
    weights,
    team: best && {
      points: best.points,
      gap: best.gap,
      members: stubs(best.memberIds),
      join: stubs(best.joinIds),
      leave: stubs(best.leaveIds),
    },
  }));
}

const aimNames = {
  coverage: 'COVERAGE',
  track: 'TRACK',
  cost: 'COST',
  size: 'SIZE',
  cohesion: 'COHESION',
} as const;

/** Why there is no team, and the nearest way out. */
export function shownInfeasibility(assembly: AssemblyRecord) {
  const { infeasibility } = assembly;
  if (!infeasibility) return null;
  const wanted = wantedIn(assembly);
  return {
    conflict: infeasibility.conflict.map((each) => shownDemand(each, wanted)),
    isIrreducible: infeasibility.isIrreducible,
    cheapestTeam: infeasibility.cheapestTeam && {
      cost: infeasibility.cheapestTeam.costWon,
      isProven: infeasibility.cheapestTeam.isProven,
    },
    relaxation: shownRelaxation(infeasibility.relaxation, wanted),
  };
}

function shownRelaxation(relaxation: InfeasibilityRecord['relaxation'], wanted: Wanted) {
  if (!relaxation) return null;
  return {
    changes: relaxation.changes.map(({ constraint, from, to }) => ({
      demand: shownDemand(constraint, wanted),
      from,
      to,
    })),
    isNearest: relaxation.isNearest,
    proposal: relaxation.proposal && shownProposal(relaxation.proposal, wanted),
  };
}

/** How the first proposal differs from the team that was to be repaired. */
export function shownRepair({ repair }: AssemblyRecord) {
  if (!repair) return null;
  const { changes, isSmallest, keepIds, joinIds, leaveIds } = repair;
  return {
    changes,
    isSmallest,
    keep: stubs(keepIds),
    join: stubs(joinIds),
    leave: stubs(leaveIds),
  };
}

/** How the pool shrinks for each requirement. */
export function shownShortfalls(assembly: AssemblyRecord) {
  const wanted = wantedIn(assembly);
  return assembly.funnels.flatMap(({ requirementId, must, short, ...counts }) =>
    pick([requirementId], wanted).map((requirement) => ({
      requirement,
      needed: must,
      missing: short,
      ...counts,
    })),
  );
}

/** A reason in words. */
export async function reasonText(context: Context, shown: ShownReason): Promise<Text> {
  const { reason, wanted, workedWith, replacedBy, demand } = shown;
  const companies = [...workedWith, ...replacedBy, ...(demand?.companies ?? [])];
  return reasonWords(reason, await namesOf(context, wanted, companies));
}

/** Firms that a demand concerns, without those that nobody knows any more. */
export async function demandCompanies(
  { loaders }: Context,
  { companies }: ShownDemand,
): Promise<Stub[]> {
  const firms = await Promise.all(companies.map(({ id }) => loaders.firm.load(id)));
  return companies.filter((_, index) => firms[index]?.company != null);
}

/** A demand in words. */
export async function demandText(context: Context, shown: ShownDemand): Promise<Text> {
  return demandWords(shown.constraint, await namesOf(context, shown.wanted, shown.companies));
}

/** Names of what a sentence may speak of; ids stand in for what is not known. */
async function namesOf(
  { loaders }: Context,
  wanted: Wanted,
  companies: readonly Stub[],
): Promise<Names> {
  const requirements = [...wanted.values()];
  const [technologies, firms] = await Promise.all([
    loaders.technology.loadMany(requirements.map(({ technologyId }) => technologyId)),
    loaders.firm.loadMany(companies.map(({ id }) => id)),
  ]);
  const byRequirement = new Map(
    requirements.map(({ id }, index) => {
      const technology = technologies[index];
      return [id, technology && 'name' in technology ? asText(technology.name, id) : null];
    }),
  );
  const byCompany = new Map(
    companies.map(({ id }, index) => {
      const firm = firms[index];
      return [id, firm && 'company' in firm ? asText(firm.company?.name, id) : null];
    }),
  );
  return {
    requirement: (id) => byRequirement.get(id) ?? { ko: null, en: id },
    asked: (id) => wanted.get(id) ?? null,
    company: (id) => byCompany.get(id) ?? { ko: null, en: id },
  };
}

function asText(name: Text | string | null | undefined, id: string): Text {
  return name !== null && typeof name === 'object' ? name : { ko: null, en: id };
}
