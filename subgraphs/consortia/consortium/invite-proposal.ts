/** Inviting every firm of a proposal at once. */
import { isDeepStrictEqual } from 'node:util';

import { problem, refusal, refuseAny } from '#kit/refusal.ts';
import { signedIn } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import type { FirmRecord } from '../pool/firm.model.ts';
import type { ProjectRecord, RequirementRecord } from '../project/project.model.ts';
import { projectToLead } from '../project/project.ts';
import type { AssemblyRecord, ProposalRecord } from '../proposal/assembly.model.ts';
import { stateAfter } from '#kit/steps.ts';
import type { ConsortiumRecord } from './consortium.model.ts';
import { formingConsortium } from './consortium.ts';
import { deadlineFaults, firmFaults, invitationOf, send, standingIn } from './invite.ts';
import type { MembershipRecord } from './membership.model.ts';
import { membershipSteps, type MembershipRole } from './state.ts';

/** What came of inviting a proposal. */
export interface InvitedProposal {
  consortium: ConsortiumRecord;
  memberships: MembershipRecord[];
}

/**
 * Invites every firm of a proposal. An owner or editor of the lead's firm may. A firm that has a place already keeps
 * it; where it is to answer for something else than before, it is asked again.
 *
 * @throws {Refusal} NOT_FOUND (proposalId), STALE (proposalId) when the requirements changed since, WRONG_STATE
 * (proposalId) for a sealed project and for every firm that may not take part any more, INVALID (deadline)
 */
export async function inviteProposal(
  context: Context,
  given: { proposalId: string; deadline: Date },
): Promise<InvitedProposal> {
  signedIn(context.viewer);
  const path = ['proposalId'];
  const assembly = await context.assemblies
    .findOne({ proposalIds: given.proposalId })
    .lean<AssemblyRecord>();
  if (!assembly) throw refusal('NOT_FOUND', 'There is no such proposal.', path);
  const project = await projectToLead(context, assembly.projectId, path);
  const proposal = proposalIn(assembly, given.proposalId);
  const now = new Date();
  const memberIds = proposal.members.map(({ candidateId }) => candidateId);
  const firms = await context.firms.find({ _id: { $in: memberIds } }).lean<FirmRecord[]>();
  const byId = new Map(firms.map((firm) => [firm._id, firm]));
  refuseAny([
    ...deadlineFaults(given.deadline, now),
    ...(isCurrent(assembly, project)
      ? []
      : [problem('STALE', 'The requirements changed since; assemble again.', path)]),
    ...memberIds.flatMap((id) => firmFaults(byId.get(id) ?? null, id, now, path)),
  ]);
  const consortium = await formingConsortium(context, project, path);
  const standing = await standingIn(context, consortium);
  const isKnown = (id: string) => standing.some(({ companyId }) => companyId === id);
  const invitations = proposal.members
    .filter(({ candidateId }) => !isKnown(candidateId))
    .map(({ candidateId, role, carries }) =>
      invitationOf(project, consortium, {
        companyId: candidateId,
        role: roleOf(role, carries.length, byId.get(candidateId)),
        requirementIds: carries.map(({ requirementId }) => requirementId),
        share: null,
        deadline: given.deadline,
      }),
    );
  await send(context, project, invitations, path);
  const asked = await askAgain(context, project, proposal, standing, given.deadline);
  return { consortium, memberships: [...asked, ...invitations] };
}

function proposalIn({ proposals, infeasibility }: AssemblyRecord, id: string): ProposalRecord {
  const relaxed = infeasibility?.relaxation?.proposal ?? [];
  const found = [...proposals, relaxed].flat().find((proposal) => proposal.id === id);
  if (found) return found;
  throw refusal('NOT_FOUND', 'There is no such proposal.', ['proposalId']);
}

/** Whether the project still needs what the assembly was made for. */
function isCurrent(assembly: AssemblyRecord, project: ProjectRecord): boolean {
  return isDeepStrictEqual(assembly.requirements.map(needOf), project.requirements.map(needOf));
}

/** What of a requirement a team must meet; weights and prices may have moved since. */
function needOf(requirement: RequirementRecord) {
  return { ...requirement, weight: 0, wishedProviders: 0, estimatedPrice: null };
}

function roleOf(
  role: 'LEAD' | 'PARTNER',
  carries: number,
  firm: FirmRecord | undefined,
): MembershipRole {
  const isDemand = firm?.company?.kinds.includes('DEMAND') ?? false;
  return role === 'PARTNER' && carries === 0 && isDemand ? 'DEMAND' : role;
}

/** Gives firms that have a place what the proposal asks of them; others than the lead's must agree again. */
async function askAgain(
  { memberships }: Context,
  project: ProjectRecord,
  { members, leadId }: ProposalRecord,
  standing: readonly MembershipRecord[],
  deadline: Date,
): Promise<MembershipRecord[]> {
  const asked: MembershipRecord[] = [];
  for (const membership of standing) {
    const member = members.find(({ candidateId }) => candidateId === membership.companyId);
    if (!member) continue;
    const requirementIds = member.carries.map(({ requirementId }) => requirementId);
    const isOwn = membership.companyId === project.leadCompanyId;
    const isSame = requirementIds.every((id) => membership.requirementIds.includes(id));
    if (isSame && !isOwn) continue;
    const change = {
      requirementIds,
      // Where another firm is to lead, whoever drafted the project becomes a partner.
      ...(isOwn
        ? { role: leadId === membership.companyId ? ('LEAD' as const) : ('PARTNER' as const) }
        : {
            status: stateAfter(membershipSteps, membership.status, 'ask', ['proposalId']),
            deadline,
            counter: null,
          }),
    };
    const unset = isOwn ? {} : { $unset: { running: 1 as const } };
    await memberships.updateOne(
      { _id: membership._id },
      { $set: change, $inc: { revision: 1 }, ...unset },
    );
    if (!isOwn) asked.push({ ...membership, ...change, revision: membership.revision + 1 });
  }
  return asked;
}
