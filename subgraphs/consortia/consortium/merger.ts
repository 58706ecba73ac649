/** Open projects whose firms became part of others go on under these. */
import type { Connection } from 'mongoose';

import type { FactRecord } from '#kit/facts.ts';
import { transaction } from '#kit/mongo.ts';
import { stateAfter } from '#kit/steps.ts';
import type { CompanyFact } from '#schema/facts.ts';
import type { Context } from '../context.ts';
import { readHeirs, type HeirOf } from '../pool/merged.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import type { ProjectStatus } from '../project/state.ts';
import type { MembershipRecord } from './membership.model.ts';
import { moveShares, sharesWithout } from './shares.ts';
import { membershipSteps } from './state.ts';

type Stores = Pick<Context, 'firms' | 'projects' | 'consortia' | 'memberships'>;

/** States in which a project's firms may still change; later ones keep the records of their time. */
const openStatuses: readonly ProjectStatus[] = ['DRAFT', 'FORMING'];
const leftReason = '합병되었습니다. / The firm became part of another member.';

/**
 * Lets drafts and forming consortia go on under the firms that those of some facts became: as the lead, as a member, on the
 * demand side. An agreement that is open is void then, as after any change. Safe to repeat.
 */
export async function followMergers(
  connection: Connection,
  stores: Stores,
  facts: readonly FactRecord[],
): Promise<void> {
  const merged = facts
    .filter(({ state }) => (state as CompanyFact | null)?.mergedIntoId != null)
    .map(({ key }) => key);
  await followAll(connection, stores, merged);
}

/** Merged firms that are looked at together when the service starts. */
const startBatch = 500;

/**
 * Lets open projects go on that are still under firms merged long ago, before this service followed mergers. What was brought
 * over is not found again, so that a start that was interrupted goes on at the next one.
 */
export async function catchUpWithMergers(connection: Connection, stores: Stores): Promise<void> {
  let after = '';
  for (;;) {
    const found = await stores.firms
      .find({ 'company.mergedIntoId': { $gt: '', $type: 'string' }, _id: { $gt: after } })
      .sort({ _id: 1 })
      .limit(startBatch)
      .select({ _id: 1 })
      .lean<{ _id: string }[]>();
    await followAll(
      connection,
      stores,
      found.map(({ _id }) => _id),
    );
    const last = found.at(-1);
    if (!last || found.length < startBatch) return;
    after = last._id;
  }
}

async function followAll(
  connection: Connection,
  stores: Stores,
  merged: readonly string[],
): Promise<void> {
  if (merged.length === 0) return;
  const heirOf = await readHeirs(stores.firms, merged);
  for (const id of await projectsWith(stores, merged))
    await transaction(connection, () => follow(stores, id, heirOf));
}

/** Open projects that some firms lead, take part in or stand on the demand side of. */
async function projectsWith(
  { projects, memberships }: Stores,
  firmIds: readonly string[],
): Promise<string[]> {
  const ids = [...firmIds];
  const joined = await memberships
    .find({ companyId: { $in: ids }, standing: true })
    .select({ projectId: 1 })
    .lean<{ projectId: string }[]>();
  const places = joined.map(({ projectId }) => projectId);
  const found = await projects
    .find({
      $or: [
        { leadCompanyId: { $in: ids } },
        { demandCompanyIds: { $in: ids } },
        { _id: { $in: places } },
      ],
      status: { $in: openStatuses },
    })
    .sort({ _id: 1 })
    .select({ _id: 1 })
    .lean<{ _id: string }[]>();
  return found.map(({ _id }) => _id);
}

async function follow(stores: Stores, id: string, heirOf: HeirOf): Promise<void> {
  const { projects, consortia, memberships } = stores;
  const project = await projects.findById(id).lean<ProjectRecord>();
  if (!project || !openStatuses.includes(project.status)) return;
  const { leadCompanyId, consortiumId, demandCompanyIds, audience } = project;
  const standing = await memberships
    .find({ consortiumId: consortiumId ?? '', standing: true })
    .sort({ _id: 1 })
    .lean<MembershipRecord[]>();
  const moving = standing.filter(({ companyId }) => heirOf(companyId) !== companyId);
  const named = [leadCompanyId, ...demandCompanyIds];
  if (moving.length === 0 && named.every((firm) => heirOf(firm) === firm)) return;
  // Written first: whoever changes members meanwhile writes the consortium too, and one of the two runs again.
  await consortia.updateOne({ _id: consortiumId ?? '' }, { $inc: { revision: 1 } });
  for (const membership of moving) await move(stores, membership, heirOf(membership.companyId));
  await projects.updateOne(
    { _id: id },
    {
      $set: {
        leadCompanyId: heirOf(leadCompanyId),
        demandCompanyIds: [...new Set(demandCompanyIds.map(heirOf))],
        audience: [...new Set([...audience, ...audience.map(heirOf)])],
      },
      $inc: { revision: 1 },
    },
  );
  await memberships.updateMany(
    { projectId: id },
    { $addToSet: { audience: heirOf(leadCompanyId) } },
  );
}

/** Gives a place to the firm that its own became; of two places of that firm one stays. */
async function move(
  stores: Stores,
  membership: MembershipRecord,
  companyId: string,
): Promise<void> {
  const { consortiumId } = membership;
  const all = await stores.memberships
    .find({ consortiumId })
    .sort({ _id: 1 })
    .lean<MembershipRecord[]>();
  const twin = all.find((each) => each.standing === true && each.companyId === companyId);
  const [leaver, stayer] = placesOf(membership, twin);
  if (leaver) await leave(stores, all, leaver, stayer);
  await stores.memberships.updateOne(
    { _id: stayer._id },
    { $set: { companyId }, $addToSet: { audience: companyId }, $inc: { revision: 1 } },
  );
}

/**
 * Which of two places of one firm goes and which stays: the lead's before any, an adviser's after all, otherwise the one under
 * the firm's own record.
 */
export function placesOf<Place extends Pick<MembershipRecord, 'role'>>(
  old: Place,
  own: Place | undefined,
): [leaver: Place | null, stayer: Place] {
  if (!own) return [null, old];
  return weightOf(old) > weightOf(own) ? [own, old] : [old, own];
}

function weightOf({ role }: Pick<MembershipRecord, 'role'>): number {
  if (role === 'LEAD') return 2;
  return role === 'ADVISOR' ? 0 : 1;
}

/** Takes a place away. What it had agreed to do falls to the place that stays where both had agreed, else to all, as ever. */
async function leave(
  { memberships }: Stores,
  all: readonly MembershipRecord[],
  leaver: MembershipRecord,
  stayer: MembershipRecord,
): Promise<void> {
  const status = stateAfter(membershipSteps, leaver.status, 'withdraw', ['membershipId']);
  await memberships.updateOne(
    { _id: leaver._id },
    {
      $set: { status, reason: leftReason, answeredAt: new Date() },
      $unset: { standing: 1, running: 1 },
      $inc: { revision: 1 },
    },
  );
  if (leaver.status !== 'ACCEPTED' || stayer.status !== 'ACCEPTED') {
    await moveShares({ memberships }, sharesWithout(all, leaver._id));
    return;
  }
  const isShared = leaver.share !== null || stayer.share !== null;
  await memberships.updateOne(
    { _id: stayer._id },
    {
      $set: {
        requirementIds: [...new Set([...stayer.requirementIds, ...leaver.requirementIds])],
        share: isShared ? (stayer.share ?? 0) + (leaver.share ?? 0) : null,
      },
    },
  );
}
