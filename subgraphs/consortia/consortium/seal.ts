/** Sealing: what must hold before, every rule that does not at once, and the sealing itself. */
import { seoulDay } from '#kit/instant.ts';
import { refuseAny, type Problem } from '#kit/refusal.ts';
import type { AgreementRecord } from '../agreement/agreement.model.ts';
import { agreementBreaches } from '../agreement/standing.ts';
import type { CallRecord } from '../call/call.model.ts';
import type { Context } from '../context.ts';
import type { FirmRecord } from '../pool/firm.model.ts';
import { firmName, mayTakePart, meets, standingOf } from '../pool/firm.ts';
import {
  breach,
  openBreaches,
  planBreaches,
  shareBreaches,
  teamBreaches,
  type TeamMember,
} from '../programme/breaches.ts';
import { readAwards } from '../proposal/awards.ts';
import { capOn, capsOf, type Exposure } from '../proposal/exposure.ts';
import { everybody } from '../project/audience.ts';
import type { ProjectRecord, RequirementRecord } from '../project/project.model.ts';
import { changeProject } from '../project/project.ts';
import { projectSteps } from '../project/state.ts';
import { stateAfter } from '#kit/steps.ts';
import type { ConsortiumRecord } from './consortium.model.ts';
import { changeConsortium, consortiumToLead, leadPlace } from './consortium.ts';
import type { MembershipRecord } from './membership.model.ts';
import { consortiumSteps } from './state.ts';

/** A consortium with everything that its rules look at. */
export interface Team {
  project: Pick<
    ProjectRecord,
    'sector' | 'budget' | 'stages' | 'matching' | 'bonuses' | 'requirements'
  >;
  call: Pick<CallRecord, 'rules' | 'sectors'> | null;
  memberships: readonly MembershipRecord[];
  firms: ReadonlyMap<string, FirmRecord>;
  /** What firms have of the programme besides the project; absent where there is no call. */
  exposure?: Exposure;
}

/**
 * Every rule that a consortium breaks at an instant.
 *
 * @param day of the instant in Asia/Seoul: certificates count by it
 */
export function sealBreaches(team: Team, now: Date, day: string): Problem[] {
  const { project, call, memberships, firms } = team;
  const standing = memberships.filter(({ standing: stands }) => stands === true);
  const members = standing.map((membership) => asMember(membership, firms));
  const rules = call?.rules ?? null;
  return [
    ...(call ? planBreaches(call.rules, call.sectors, project) : []),
    ...(call ? openBreaches(call.rules, project) : []),
    ...answerBreaches(standing),
    ...firmBreaches(standing, firms, now),
    ...exposureBreaches(team, standing),
    ...teamBreaches(rules, members),
    ...shareBreaches(rules, members),
    ...project.requirements.flatMap((each) => coverBreaches(each, standing, firms, now, day)),
  ];
}

function asMember(
  { companyId, role, share }: MembershipRecord,
  firms: ReadonlyMap<string, FirmRecord>,
): TeamMember {
  const company = firms.get(companyId)?.company;
  return { role, share, kinds: company?.kinds ?? [], size: company?.size ?? 'LARGE' };
}

function answerBreaches(standing: readonly MembershipRecord[]): Problem[] {
  const waiting = standing.filter(({ status }) => status !== 'ACCEPTED').length;
  if (waiting === 0) return [];
  return [breach('ALL_ACCEPTED', 'Some firms have not answered yet.', 0, waiting)];
}

function firmBreaches(
  standing: readonly MembershipRecord[],
  firms: ReadonlyMap<string, FirmRecord>,
  now: Date,
): Problem[] {
  return standing.flatMap(({ companyId }) => {
    const firm = firms.get(companyId) ?? null;
    if (mayTakePart(firm?.company ?? null, now)) return [];
    const message = `${firmName(firm, companyId)} may not take part now.`;
    return [breach('MEMBER_FIT', message, 'APPROVED', standingOf(firm?.company ?? null))];
  });
}

/** Firms that have enough of the programme already. */
function exposureBreaches(
  { call, exposure, firms }: Team,
  standing: readonly MembershipRecord[],
): Problem[] {
  if (!call || !exposure) return [];
  const caps = capsOf(call.rules, null);
  return standing.flatMap(({ companyId }) => {
    const cap = capOn(companyId, exposure, caps);
    if (!cap) return [];
    const message = `${firmName(firms.get(companyId) ?? null, companyId)} has as much of the programme as one firm may have.`;
    return [breach(cap.rule, message, cap.limit, cap.found)];
  });
}

/** Too few independent firms answer for a mandatory requirement, by their published capability maps. */
function coverBreaches(
  requirement: RequirementRecord,
  standing: readonly MembershipRecord[],
  firms: ReadonlyMap<string, FirmRecord>,
  now: Date,
  day: string,
): Problem[] {
  if (!requirement.mandatory) return [];
  const able = standing
    .filter(({ requirementIds }) => requirementIds.includes(requirement.id))
    .flatMap(({ companyId }) => firms.get(companyId) ?? [])
    .filter((firm) => mayTakePart(firm.company, now) && meets(firm, requirement, day));
  const groups = new Set(able.map(({ _id, company }) => company?.affiliateGroup ?? _id));
  if (groups.size >= requirement.providers) return [];
  return [
    breach(
      'REQUIREMENT_PROVIDERS',
      'Too few independent members answer for a mandatory requirement and meet it.',
      requirement.providers,
      groups.size,
      ['requirements', requirement.id],
    ),
  ];
}

/** Everything that the rules of a consortium look at, as stored now. */
export async function readTeam(
  context: Pick<Context, 'calls' | 'memberships' | 'firms' | 'projects' | 'consortia'>,
  consortium: Pick<ConsortiumRecord, '_id'>,
  project: ProjectRecord,
): Promise<Team> {
  const { calls, memberships, firms } = context;
  const call =
    project.callId === null ? null : await calls.findById(project.callId).lean<CallRecord>();
  const stored = await memberships
    .find({ consortiumId: consortium._id })
    .sort({ _id: 1 })
    .lean<MembershipRecord[]>();
  const members = project.consortiumId === null ? [leadPlace(project, '', new Date())] : stored;
  const found = await firms
    .find({ _id: { $in: members.map(({ companyId }) => companyId) } })
    .lean<FirmRecord[]>();
  const firmsById = new Map(found.map((firm) => [firm._id, firm]));
  const team = { project, call, memberships: members, firms: firmsById };
  if (!call) return team;
  const besides = { projectId: project._id };
  const caps = capsOf(call.rules, null);
  return { ...team, exposure: await readAwards(context, call.programmeId, besides, caps) };
}

/** Every rule that a project and its consortium break now; before there is a consortium, its lead is looked at alone. */
export async function findBreaches(context: Context, project: ProjectRecord): Promise<Problem[]> {
  const now = new Date();
  const team = await readTeam(context, { _id: project.consortiumId ?? '' }, project);
  return sealBreaches(team, now, seoulDay(now));
}

/**
 * Seals a consortium whose members have all signed the agreement on its terms. An owner or editor of the lead's firm
 * may.
 *
 * @throws {Refusal} NOT_FOUND (consortiumId), WRONG_STATE (consortiumId), STALE (revision), INVALID for every rule that
 * does not hold (AGREEMENT_DRAWN_UP and ALL_SIGNED among them)
 */
export async function sealConsortium(
  context: Context,
  given: { consortiumId: string; revision: number },
): Promise<ConsortiumRecord> {
  const { consortium, project } = await consortiumToLead(context, given.consortiumId);
  const status = stateAfter(consortiumSteps, consortium.status, 'seal', ['consortiumId']);
  const now = new Date();
  const team = await readTeam(context, consortium, project);
  const agreement = await context.agreements
    .findOne({ consortiumId: consortium._id })
    .sort({ number: -1 })
    .lean<AgreementRecord>();
  const ties = { consortium, project, newestId: agreement?._id ?? null };
  refuseAny([...sealBreaches(team, now, seoulDay(now)), ...agreementBreaches(agreement, ties)]);
  const members = team.memberships
    .filter(({ standing }) => standing === true)
    .toSorted((a, b) => Number(b.role === 'LEAD') - Number(a.role === 'LEAD'));
  const memberIds = members.map(({ companyId }) => companyId);
  // A restriction told at this moment writes the same firms: one of the two goes first, and the other sees it.
  await context.firms.updateMany({ _id: { $in: memberIds } }, { $inc: { seals: 1 } });
  const sealed = await changeConsortium(context, consortium, given.revision, {
    status,
    memberIds,
    sealedAt: now,
  });
  await context.agreements.updateOne(
    { _id: agreement?._id ?? '' },
    { $set: { sealedAt: now }, $inc: { revision: 1 } },
  );
  await context.memberships.updateMany(
    { consortiumId: consortium._id, standing: true },
    { $addToSet: { audience: everybody } },
  );
  await changeProject(
    context,
    project,
    project.revision,
    {
      status: stateAfter(projectSteps, project.status, 'seal', ['consortiumId']),
      sealedAt: now,
      audience: [...new Set([...project.audience, everybody])],
    },
    memberIds,
  );
  return sealed;
}
