/** Memberships: a firm's place in a consortium, from the invitation on. */
import { findPage } from '#kit/page.ts';
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { actingFor, forbid, isIn, signedIn } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import { pageOf, type Listing } from '../form/listing.ts';
import type { FirmRecord } from '../pool/firm.model.ts';
import { mayTakePart, standingOf } from '../pool/firm.ts';
import { ofFamily } from '../pool/merged.ts';
import { isInside, maySee, visibleTo } from '../project/audience.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import { stateAfter } from '#kit/steps.ts';
import { readReason, reasonLength } from '../form/wording.ts';
import type { ConsortiumRecord } from './consortium.model.ts';
import { changeConsortium } from './consortium.ts';
import type { MembershipPage, MembershipRecord } from './membership.model.ts';
import { moveShares, sharesWithout } from './shares.ts';
import { consortiumSteps, membershipSteps, type MembershipStatus } from './state.ts';

/** A firm's memberships that the viewer may see, newest first; those of firms that became part of it too. */
export async function findMembershipsOf(
  { viewer, memberships, loaders }: Context,
  companyId: string,
  listing: Listing & { status?: MembershipStatus | null | undefined },
): Promise<MembershipPage> {
  const filter = {
    companyId: ofFamily(await loaders.family.load(companyId)),
    ...(listing.status != null && { status: listing.status }),
    ...visibleTo(viewer),
  };
  return findPage(memberships, filter, [['_id', -1]], pageOf(listing));
}

/**
 * A firm's inbox, for its own people and the secretariat.
 *
 * @throws {GraphQLError} UNAUTHENTICATED, FORBIDDEN
 */
export async function findInvitations(
  context: Context,
  companyId: string,
  listing: Listing & { status?: MembershipStatus | null | undefined },
): Promise<MembershipPage> {
  signedIn(context.viewer);
  if (!isInside(context.viewer, companyId)) forbid('Only the firm itself may see its inbox.');
  return findMembershipsOf(context, companyId, listing);
}

/** The membership, or null when there is none or the viewer may not see it. */
export async function findMembership(
  { viewer, loaders }: Context,
  id: string,
): Promise<MembershipRecord | null> {
  const membership = await loaders.membership.load(id);
  return membership && maySee(viewer, membership) ? membership : null;
}

/** Which membership, and the revision it was read at. */
export interface GivenAnswer {
  membershipId: string;
  revision: number;
}

/** A membership with what it belongs to. */
export interface Place {
  membership: MembershipRecord;
  consortium: ConsortiumRecord;
  project: ProjectRecord;
}

/** A membership with its consortium and project, for somebody who may see it. */
export async function placeToChange(context: Context, membershipId: string): Promise<Place> {
  signedIn(context.viewer);
  const path = ['membershipId'];
  const membership = await context.memberships.findById(membershipId).lean<MembershipRecord>();
  if (!membership || !maySee(context.viewer, membership))
    throw refusal('NOT_FOUND', 'There is no such membership.', path);
  const consortium = await context.consortia
    .findById(membership.consortiumId)
    .lean<ConsortiumRecord>();
  const project = await context.projects.findById(membership.projectId).lean<ProjectRecord>();
  if (!consortium || !project) throw refusal('NOT_FOUND', 'There is no such membership.', path);
  return { membership, consortium, project };
}

/**
 * Accepts an invitation. An owner or editor of the invited firm may.
 *
 * @throws {Refusal} NOT_FOUND (membershipId), WRONG_STATE (membershipId; rule MEMBER_FIT when the firm may not take
 * part), EXPIRED (membershipId), STALE (revision)
 */
export async function acceptInvitation(
  context: Context,
  given: GivenAnswer,
): Promise<MembershipRecord> {
  const place = await placeToChange(context, given.membershipId);
  const { membership, project } = place;
  actingFor(context.viewer, membership.companyId, 'EDITOR');
  const path = ['membershipId'];
  const now = context.arrivedAt;
  const status = stateAfter(membershipSteps, membership.status, 'accept', path);
  refuseLate(membership, now, path);
  const firm = await context.firms.findById(membership.companyId).lean<FirmRecord>();
  if (!mayTakePart(firm?.company ?? null, now))
    throw refusal('WRONG_STATE', 'This firm may not take part now.', path, {
      rule: 'MEMBER_FIT',
      limit: 'APPROVED',
      found: standingOf(firm?.company ?? null),
    });
  const changed = await changeMembership(context, place, given.revision, {
    status,
    running: true,
    answeredAt: now,
    counter: null,
  });
  if (membership.role === 'LEAD') await handOver(context, project, membership);
  return changed;
}

/**
 * An answer is in time when it arrived before the deadline, however long it takes to be stored.
 *
 * @throws {Refusal} EXPIRED at `path` (rule DEADLINE)
 */
export function refuseLate(
  { deadline }: Pick<MembershipRecord, 'deadline'>,
  arrivedAt: Date,
  path: string[],
): void {
  if (deadline === null || arrivedAt < deadline) return;
  throw refusal('EXPIRED', 'The time to answer is over.', path, {
    rule: 'DEADLINE',
    limit: deadline.toISOString(),
    found: arrivedAt.toISOString(),
  });
}

/** The firm that accepted to lead takes over the project. */
async function handOver(
  { projects, memberships }: Context,
  project: ProjectRecord,
  { companyId, consortiumId }: MembershipRecord,
): Promise<void> {
  await projects.updateOne(
    { _id: project._id },
    { $set: { leadCompanyId: companyId }, $inc: { revision: 1 } },
  );
  await memberships.updateMany({ consortiumId }, { $addToSet: { audience: companyId } });
}

/**
 * Declines an invitation. An owner or editor of the invited firm may. Its share goes to the others in proportion.
 *
 * @throws {Refusal} NOT_FOUND (membershipId), WRONG_STATE (membershipId), STALE (revision), INVALID (reason)
 */
export async function declineInvitation(
  context: Context,
  given: GivenAnswer & { reason?: string | null | undefined },
): Promise<MembershipRecord> {
  const place = await placeToChange(context, given.membershipId);
  actingFor(context.viewer, place.membership.companyId, 'EDITOR');
  const status = stateAfter(membershipSteps, place.membership.status, 'decline', ['membershipId']);
  const faults: Problem[] = [];
  const reason = readReason(given.reason, { ...reasonLength, least: 0 }, ['reason'], faults);
  refuseAny(faults);
  return leave(context, place, given.revision, { status, reason });
}

/**
 * Takes a firm out of a consortium that is not sealed. An owner or editor of that firm may, or of the lead's. Its share
 * goes to the others in proportion.
 *
 * @throws {Refusal} NOT_FOUND (membershipId), WRONG_STATE (membershipId; rule LEAD_STAYS), STALE (revision), INVALID
 * (reason)
 */
export async function withdrawMembership(
  context: Context,
  given: GivenAnswer & { reason: string },
): Promise<MembershipRecord> {
  const place = await placeToChange(context, given.membershipId);
  const { membership, project } = place;
  const { viewer } = context;
  if (!isIn(viewer, membership.companyId, 'EDITOR'))
    actingFor(viewer, project.leadCompanyId, 'EDITOR');
  const status = stateAfter(membershipSteps, membership.status, 'withdraw', ['membershipId']);
  const faults: Problem[] = [];
  const reason = readReason(given.reason, reasonLength, ['reason'], faults);
  if (membership.companyId === project.leadCompanyId)
    faults.push(
      problem('WRONG_STATE', 'The lead stays; dissolve the consortium instead.', ['membershipId'], {
        rule: 'LEAD_STAYS',
        limit: 'PARTNER, DEMAND, ADVISOR',
        found: 'LEAD',
      }),
    );
  refuseAny(faults);
  return leave(context, place, given.revision, { status, reason });
}

async function leave(
  context: Context,
  place: Place,
  revision: number,
  change: Pick<MembershipRecord, 'status' | 'reason'>,
): Promise<MembershipRecord> {
  const { membership, project } = place;
  const { memberships, projects } = context;
  const left = await changeMembership(context, place, revision, {
    ...change,
    answeredAt: new Date(),
  });
  await memberships.updateOne({ _id: membership._id }, { $unset: { standing: 1, running: 1 } });
  const before = await memberships
    .find({ consortiumId: membership.consortiumId })
    .sort({ _id: 1 })
    .lean<MembershipRecord[]>();
  // The leaver counts as before it left: its share is what the others take over.
  const all = before.map((each) => (each._id === membership._id ? membership : each));
  await moveShares(context, sharesWithout(all, membership._id));
  await projects.updateOne({ _id: project._id }, { $pull: { audience: membership.companyId } });
  const { standing: _standing, running: _running, ...rest } = left;
  return rest;
}

/** Stores a change of a membership read at `revision`, in a consortium that can still change. */
export async function changeMembership(
  context: Context,
  { membership, consortium }: Place,
  revision: number,
  change: Partial<MembershipRecord>,
): Promise<MembershipRecord> {
  const status = stateAfter(consortiumSteps, consortium.status, 'change', ['membershipId']);
  const { matchedCount } = await context.memberships.updateOne(
    { _id: membership._id, revision },
    { $set: change, $inc: { revision: 1 } },
  );
  if (matchedCount === 0)
    throw refusal('STALE', 'The membership was changed since it was read.', ['revision']);
  await changeConsortium(context, consortium, consortium.revision, { status });
  return { ...membership, ...change, revision: revision + 1 };
}
