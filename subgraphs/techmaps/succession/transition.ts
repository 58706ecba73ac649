/** Carrying out a new version: each firm's capabilities follow, and what a person has to decide is listed. */
import { transaction } from '#kit/mongo.ts';
import { findPage, type PageRequest } from '#kit/page.ts';
import { hasRole, isIn } from '#kit/viewer.ts';

import type { CapabilityMapRecord } from '../capability/capability-map.model.ts';
import { inCodeOrder, publishMaps, snapshot } from '../capability/publication.ts';
import type { Context } from '../context.ts';
import type { GoingOn } from './aftermath.ts';
import type { Carrying } from './carrying.ts';
import { carry, type Carried, type Succeeding } from './carry.ts';
import { listRequirements } from './requirement.ts';
import {
  itemId,
  outcomes,
  type ItemPage,
  type ItemRecord,
  type Outcome,
  type TransitionRecord,
} from './transition.model.ts';

const firmBatch = 50;

/** What a page of items is asked by. */
export interface ItemRequest extends PageRequest {
  outcome?: Outcome | null | undefined;
}

/** One page of what became of capabilities and requirements in a version. */
export async function findItems(
  { items }: Context,
  versionId: string,
  { outcome, ...page }: ItemRequest,
): Promise<ItemPage> {
  const filter = { versionId, ...(outcome != null && { outcome }) };
  return findPage(items, filter, [['_id', 1]], page);
}

/** One page of what new versions did to a company's capabilities, newest first; null for who is no member of it. */
export async function findCompanyItems(
  { viewer, items }: Context,
  companyId: string,
  { outcome, ...page }: ItemRequest,
): Promise<ItemPage | null> {
  if (!isIn(viewer, companyId, 'VIEWER')) return null;
  const filter = { companyId, ...(outcome != null && { outcome }) };
  return findPage(items, filter, [['_id', -1]], page);
}

/** The project of an item; of one that is drafted or forms its team only for the secretariat, null to others. */
export async function shownProject(
  { viewer, loaders }: Context,
  { projectId }: ItemRecord,
): Promise<{ id: string } | null> {
  if (projectId === null) return null;
  const shown = { id: projectId };
  if (hasRole(viewer, 'SECRETARIAT')) return shown;
  const project = await loaders.project.load(projectId);
  return project && !project.gone ? shown : null;
}

/** How many came to each outcome in a version; outcomes that none came to are left out. */
export async function countItems(
  { items }: Context,
  versionId: string,
): Promise<{ outcome: Outcome; items: number }[]> {
  const counts: { outcome: Outcome; items: number }[] = [];
  for (const outcome of outcomes) {
    const found = await items.countDocuments({ versionId, outcome });
    if (found > 0) counts.push({ outcome, items: found });
  }
  return counts;
}

/** Carries out every version that is pending, some firms at a time, each time in a transaction of its own. */
export async function carryOut(carrying: Carrying, isGoingOn: GoingOn): Promise<void> {
  const pending = await carrying.transitions.find({ pending: true }).sort({ _id: 1 }).lean();
  for (const { _id } of pending) {
    const found = await carrying.successions.find({ versionId: _id }).lean();
    const successions = new Map(found.map((each) => [each.technologyId, each]));
    while (isGoingOn()) {
      const more = await transaction(carrying.connection, () => step(carrying, _id, successions));
      if (!more) break;
    }
  }
}

/** Does the next firms; gives whether there are more. */
async function step(
  carrying: Carrying,
  versionId: string,
  successions: ReadonlyMap<string, Succeeding>,
): Promise<boolean> {
  const { transitions, capabilities } = carrying;
  const transition = await transitions.findById(versionId).lean();
  if (!transition?.pending) return false;
  const concerned = await firmsAfter(capabilities, [...successions.keys()], transition.after);
  const companyIds = concerned.slice(0, firmBatch);
  await carryFirms(carrying, transition, companyIds, successions);
  const last = companyIds.at(-1);
  const more = concerned.length > firmBatch && last !== undefined;
  if (!more) await listRequirements(carrying, versionId, successions);
  await transitions.updateOne(
    { _id: versionId },
    { $set: { pending: more, after: last ?? transition.after } },
  );
  return more;
}

/** The next firms in the order of ids with a capability in one of the technologies, one more than a step does. */
async function firmsAfter(
  capabilities: Carrying['capabilities'],
  technologyIds: readonly string[],
  after: string,
): Promise<string[]> {
  const next = new Set<string>();
  for (const technologyId of technologyIds) {
    const found = await capabilities
      .find({ technologyId, companyId: { $gt: after } }, { companyId: 1 })
      .sort({ companyId: 1 })
      .limit(firmBatch + 1)
      .lean();
    for (const { companyId } of found) next.add(companyId);
  }
  return [...next].toSorted().slice(0, firmBatch + 1);
}

/**
 * Carries the newest maps of these firms over into a version, and lists what became of each claim.
 *
 * @param successions of the technologies that are carried now
 */
export async function carryFirms(
  carrying: Carrying,
  transition: TransitionRecord,
  companyIds: readonly string[],
  successions: ReadonlyMap<string, Succeeding>,
): Promise<void> {
  const { capabilityMaps, items } = carrying;
  const newest = await capabilityMaps
    .find({ companyId: { $in: [...companyIds] }, newest: true })
    .lean();
  const maps: CapabilityMapRecord[] = [];
  for (const map of newest) {
    const { claims, carried } = carry(map.entries, successions);
    await items.insertMany(carried.map((each) => itemOf(transition._id, map.companyId, each)));
    if (carried.every(({ outcome }) => outcome === 'TO_DECIDE' || outcome === 'ENDED')) continue;
    await keepIdentity(carrying, map.companyId, carried);
    const { by, source } = transition;
    maps.push(snapshot(map.companyId, map.revision + 1, claims, by, source));
  }
  await publishMaps(carrying, await inCodeOrder(carrying, maps));
}

/** A capability that is carried stays the same one; only a mere new name leaves its verification standing. */
async function keepIdentity(
  { capabilities }: Carrying,
  companyId: string,
  carried: readonly Carried[],
): Promise<void> {
  for (const { claim, succeeding, outcome } of carried) {
    const [successorId] = succeeding.successorIds;
    if (outcome !== 'CARRIED' || successorId === undefined) continue;
    const unverified = { verifiedLevel: null, verifiedAt: null, verifiedBy: null };
    await capabilities.updateOne(
      { companyId, technologyId: claim.technologyId },
      {
        $set: {
          technologyId: successorId,
          ...(succeeding.kind === 'RENAMED' ? {} : unverified),
        },
        $inc: { revision: 1 },
      },
    );
  }
}

function itemOf(
  versionId: string,
  companyId: string,
  { claim, succeeding, outcome }: Carried,
): ItemRecord {
  const { technologyId, level } = claim;
  return {
    _id: itemId(versionId, companyId, technologyId),
    versionId,
    companyId,
    projectId: null,
    technologyId,
    kind: succeeding.kind,
    successorIds: [...succeeding.successorIds],
    level,
    outcome,
  };
}
