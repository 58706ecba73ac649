/** Inviting a firm into a consortium, and what it is to answer for. */
import { newId } from '#kit/id.ts';
import { isDuplicateKey } from '#kit/mongo.ts';
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { actingFor } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import type { FirmRecord } from '../pool/firm.model.ts';
import { firmName, mayTakePart, standingOf } from '../pool/firm.ts';
import { readHeirs } from '../pool/merged.ts';
import { breach } from '../programme/breaches.ts';
import { membersLimit } from '../programme/soundness.ts';
import type { ProjectRecord, RequirementRecord } from '../project/project.model.ts';
import { projectToLead } from '../project/project.ts';
import { stateAfter } from '#kit/steps.ts';
import type { ConsortiumRecord } from './consortium.model.ts';
import { formingConsortium } from './consortium.ts';
import type { MembershipRecord } from './membership.model.ts';
import { changeMembership, placeToChange } from './membership.ts';
import { readShare } from './proposed.ts';
import { moveShares, sharesWith } from './shares.ts';
import { membershipSteps, type MembershipRole } from './state.ts';

/** How far ahead a deadline may lie, milliseconds: a year. */
const longestMillis = 366 * 24 * 60 * 60 * 1_000;

/** What is wrong with a deadline. */
export function deadlineFaults(deadline: Date | null, now: Date): Problem[] {
  const ahead = (deadline?.getTime() ?? 0) - now.getTime();
  if (ahead > 0 && ahead <= longestMillis) return [];
  return [
    breach(
      'DEADLINE_WITHIN',
      'A deadline lies within a year from now.',
      `${now.toISOString()} to ${new Date(now.getTime() + longestMillis).toISOString()}`,
      deadline?.toISOString() ?? 'none',
      ['deadline'],
    ),
  ];
}

/** An invitation as a client gives it. */
export interface GivenInvitation {
  projectId: string;
  companyId: string;
  role: MembershipRole;
  requirementIds: string[];
  share?: number | null | undefined;
  /** Won, in place of `share`. */
  shareAmount?: number | null | undefined;
  deadline: Date;
  replaces?: string | null | undefined;
}

/**
 * Invites one firm. An owner or editor of the lead's firm may.
 *
 * @throws {Refusal} NOT_FOUND (projectId, companyId, requirementIds, replaces), WRONG_STATE (projectId, companyId,
 * replaces), INVALID (role, requirementIds, share, deadline), TAKEN (companyId), LIMIT_REACHED (companyId)
 */
export async function inviteCompany(
  context: Context,
  given: GivenInvitation,
): Promise<MembershipRecord> {
  const project = await projectToLead(context, given.projectId, ['projectId']);
  const now = new Date();
  const firm = await context.firms.findById(given.companyId).lean<FirmRecord>();
  const shareFaults: Problem[] = [];
  const asked = { ...given, share: readShare(given, project.budget, shareFaults) };
  const faults = [
    ...shareFaults,
    ...deadlineFaults(given.deadline, now),
    ...(given.role === 'LEAD'
      ? [
          breach('ROLE_INVITED', 'The lead is not invited.', 'PARTNER, DEMAND, ADVISOR', 'LEAD', [
            'role',
          ]),
        ]
      : []),
    ...roleFaults(asked),
    ...placeFaults(given.requirementIds, project.requirements),
    ...firmFaults(firm, given.companyId, now, ['companyId']),
  ];
  const before = await placeLeft(context, project, given.replaces ?? null, faults);
  refuseAny(faults);
  const consortium = await formingConsortium(context, project, ['projectId']);
  const standing = await standingIn(context, consortium);
  if (standing.length >= membersLimit)
    throw refusal(
      'LIMIT_REACHED',
      `A consortium has up to ${membersLimit} members.`,
      ['companyId'],
      { rule: 'MEMBERS_MOST', limit: String(membersLimit), found: String(standing.length + 1) },
    );
  refuseAny(await takenFaults(context, standing, given.companyId, ['companyId']));
  const invitation = invitationOf(project, consortium, takenOver(asked, before));
  await send(context, project, [invitation], ['companyId']);
  if (before && invitation.share !== null)
    await moveShares(context, sharesWith(standing, invitation.share));
  return invitation;
}

/** The membership of somebody who declined or left, whose place is to be taken. */
async function placeLeft(
  { memberships }: Context,
  { consortiumId }: ProjectRecord,
  id: string | null,
  faults: Problem[],
): Promise<MembershipRecord | null> {
  if (id === null) return null;
  const path = ['replaces'];
  const before = await memberships.findOne({ _id: id, consortiumId }).lean<MembershipRecord>();
  if (!before) faults.push(problem('NOT_FOUND', 'The consortium has no such membership.', path));
  else if (before.standing)
    faults.push(
      problem('WRONG_STATE', 'This firm has not declined or left.', path, {
        rule: 'PLACE_LEFT',
        limit: 'DECLINED, WITHDRAWN',
        found: before.status,
      }),
    );
  return before;
}

/** The terms of an invitation, with what it takes over from somebody who left. */
function takenOver(given: GivenInvitation, before: MembershipRecord | null) {
  const share = given.share ?? null;
  if (!before || given.role === 'ADVISOR') return { ...given, share };
  const isOpen = given.requirementIds.length === 0;
  return {
    ...given,
    requirementIds: isOpen ? before.requirementIds : given.requirementIds,
    share: share ?? before.share,
    replacesId: before._id,
  };
}

/** What does not go with a role. */
export function roleFaults({
  role,
  requirementIds,
  share,
}: Pick<GivenInvitation, 'role' | 'requirementIds' | 'share'>): Problem[] {
  const faults: Problem[] = [];
  if (role === 'ADVISOR' && share != null)
    faults.push(breach('ADVISOR_SHARE', 'An adviser has no share.', 'none', share, ['share']));
  if (role === 'ADVISOR' && requirementIds.length > 0)
    faults.push(
      breach('ADVISOR_REQUIREMENTS', 'An adviser answers for nothing.', 0, requirementIds.length, [
        'requirementIds',
      ]),
    );
  return faults;
}

/** Which requirements the project does not have, or come twice. */
export function placeFaults(
  ids: readonly string[],
  requirements: readonly RequirementRecord[],
): Problem[] {
  return ids.flatMap((id, index) => {
    const path = ['requirementIds', String(index)];
    if (!requirements.some((each) => each.id === id))
      return [problem('NOT_FOUND', 'The project has no such requirement.', path)];
    return ids.indexOf(id) < index ? [breach('NAMED_ONCE', 'Each is named once.', 1, 2, path)] : [];
  });
}

/** Why a firm cannot be invited. */
export function firmFaults(
  firm: FirmRecord | null,
  companyId: string,
  now: Date,
  path: string[],
): Problem[] {
  if (!firm?.company) return [problem('NOT_FOUND', 'There is no such firm.', path)];
  if (mayTakePart(firm.company, now)) return [];
  return [
    problem('WRONG_STATE', `${firmName(firm, companyId)} may not take part now.`, path, {
      rule: 'MEMBER_FIT',
      limit: 'APPROVED',
      found: standingOf(firm.company),
    }),
  ];
}

/** A new invitation. */
export function invitationOf(
  project: ProjectRecord,
  consortium: ConsortiumRecord,
  given: {
    companyId: string;
    role: MembershipRole;
    requirementIds: readonly string[];
    share: number | null;
    deadline: Date;
    replacesId?: string | null;
  },
): MembershipRecord {
  return {
    _id: newId(),
    consortiumId: consortium._id,
    projectId: project._id,
    companyId: given.companyId,
    role: given.role,
    requirementIds: [...given.requirementIds],
    share: given.share,
    status: 'INVITED',
    standing: true,
    deadline: given.deadline,
    invitedAt: new Date(),
    answeredAt: null,
    reason: null,
    counter: null,
    replacesId: given.replacesId ?? null,
    audience: [...new Set([given.companyId, project.leadCompanyId])],
    revision: 1,
  };
}

/**
 * Stores invitations, and lets the invited firms see the project.
 *
 * @throws {Refusal} TAKEN at `path` when one of the firms has a place already
 */
export async function send(
  { memberships, projects }: Context,
  project: ProjectRecord,
  invitations: MembershipRecord[],
  path: string[],
): Promise<void> {
  if (invitations.length === 0) return;
  await memberships.create(invitations, { ordered: true }).catch((error: unknown) => {
    // The unique index decides, not a look-up before: two invitations may race.
    throw isDuplicateKey(error)
      ? refusal('TAKEN', 'This firm has a place in the consortium already.', path, {
          rule: 'ONE_PLACE',
          limit: '1',
          found: '2',
        })
      : error;
  });
  // An invited firm reads the draft it is to join.
  await projects.updateOne(
    { _id: project._id },
    { $addToSet: { audience: { $each: invitations.map(({ companyId }) => companyId) } } },
  );
}

/** What is wrong when a firm, or a record that became part of it, has a place already. */
export async function takenFaults(
  { firms }: Pick<Context, 'firms'>,
  standing: readonly MembershipRecord[],
  companyId: string,
  path: string[],
): Promise<Problem[]> {
  const members = standing.map((member) => member.companyId);
  const heirOf = await readHeirs(firms, [...members, companyId]);
  const found = members.find((member) => heirOf(member) === heirOf(companyId));
  if (found === undefined) return [];
  const detail = { rule: 'ONE_PLACE', limit: '1', found };
  return [problem('TAKEN', 'This firm has a place in the consortium already.', path, detail)];
}

/** Memberships that are invited or accepted. */
export async function standingIn(
  { memberships }: Context,
  { _id }: ConsortiumRecord,
): Promise<MembershipRecord[]> {
  return memberships.find({ consortiumId: _id, standing: true }).lean<MembershipRecord[]>();
}

/** What a member is to answer for, as a client gives it. */
export interface GivenAssignment {
  membershipId: string;
  revision: number;
  requirementIds: string[];
  deadline?: Date | null | undefined;
}

/**
 * Says what a member answers for: the lead's own firm at once, another firm is asked again. An owner or editor of the
 * lead's firm may.
 *
 * @throws {Refusal} NOT_FOUND (membershipId, requirementIds), WRONG_STATE (membershipId), STALE (revision), INVALID
 * (requirementIds, deadline)
 */
export async function assignRequirements(
  context: Context,
  given: GivenAssignment,
): Promise<MembershipRecord> {
  const path = ['membershipId'];
  const place = await placeToChange(context, given.membershipId);
  const { membership, project } = place;
  actingFor(context.viewer, project.leadCompanyId, 'EDITOR');
  const isOwn = membership.companyId === project.leadCompanyId;
  const status = isOwn
    ? membership.status
    : stateAfter(membershipSteps, membership.status, 'ask', path);
  const deadline = isOwn ? membership.deadline : (given.deadline ?? null);
  refuseAny([
    ...(isOwn ? [] : deadlineFaults(deadline, new Date())),
    ...roleFaults({ ...membership, ...given }),
    ...placeFaults(given.requirementIds, project.requirements),
  ]);
  const changed = await changeMembership(context, place, given.revision, {
    status,
    deadline,
    counter: null,
    requirementIds: given.requirementIds,
  });
  if (isOwn) return changed;
  await context.memberships.updateOne({ _id: membership._id }, { $unset: { running: 1 } });
  const { running: _running, ...rest } = changed;
  return rest;
}
