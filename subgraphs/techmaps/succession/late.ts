/** Claims that came in while a version was published: read before it, kept after it, and passed over when firms were carried. */
import type { CapabilityRecord } from '../capability/capability.model.ts';
import type { Succeeding } from './carry.ts';
import type { Carrying } from './carrying.ts';
import { itemId, type TransitionRecord } from './transition.model.ts';
import { carryFirms } from './transition.ts';

/** A claim in a technology that a version left out. */
type Left = Pick<CapabilityRecord, 'companyId' | 'technologyId'> & { versionId: string };

/**
 * Carries what these firms say of technologies that are gone and that their version's transition has not dealt with,
 * over as many versions as there were since. Whoever publishes marks the firm as due in the same transaction, and this
 * runs before the mark is taken away: one of the two sees the other, whichever comes first.
 *
 * Runs inside a transaction; repeating it changes nothing.
 */
export async function carryLate(carrying: Carrying, companyIds: readonly string[]): Promise<void> {
  for (;;) {
    const late = await lateClaims(carrying, companyIds);
    const [first] = late.map(({ versionId }) => versionId).toSorted();
    if (first === undefined) return;
    const own = late.filter(({ versionId }) => versionId === first);
    const transition = await carrying.transitions.findById(first).lean();
    if (transition) await carryOwn(carrying, transition, own);
  }
}

async function carryOwn(
  carrying: Carrying,
  transition: TransitionRecord,
  late: readonly Left[],
): Promise<void> {
  const ids = late.map(({ technologyId }) => technologyId);
  const found = await carrying.successions
    .find({ versionId: transition._id, technologyId: { $in: ids } })
    .lean();
  const became = new Map(found.map((each) => [each.technologyId, each]));
  for (const [companyId, own] of Map.groupBy(late, (each) => each.companyId)) {
    const gone = new Set(own.map(({ technologyId }) => technologyId));
    const successions = new Map<string, Succeeding>(
      [...gone].map((id) => [id, became.get(id) ?? { kind: 'RETIRED', successorIds: [] }]),
    );
    await carryFirms(carrying, transition, [companyId], successions);
  }
}

async function lateClaims(
  { capabilities, technologies, transitions, items }: Carrying,
  companyIds: readonly string[],
): Promise<Left[]> {
  const claims = await capabilities
    .find({ companyId: { $in: [...companyIds] } }, { companyId: 1, technologyId: 1 })
    .lean();
  const gone = await technologies
    .find(
      {
        _id: { $in: [...new Set(claims.map(({ technologyId }) => technologyId))] },
        current: false,
        retiredById: { $ne: null },
      },
      { retiredById: 1 },
    )
    .lean();
  if (gone.length === 0) return [];
  const versionOf = new Map(gone.map(({ _id, retiredById }) => [_id, retiredById]));
  const left = claims.flatMap(({ companyId, technologyId }): Left[] => {
    const versionId = versionOf.get(technologyId);
    return versionId == null ? [] : [{ companyId, technologyId, versionId }];
  });
  const dealtWith = await items.find({ _id: { $in: left.map(keyOf) } }, { _id: 1 }).lean();
  const known = new Set(dealtWith.map(({ _id }) => _id));
  const versionIds = [...new Set(left.map(({ versionId }) => versionId))];
  const found = await transitions.find({ _id: { $in: versionIds } }).lean();
  const past = new Map(found.map((each) => [each._id, each]));
  return left.filter((each) => !known.has(keyOf(each)) && isPast(past.get(each.versionId), each));
}

/** Whether the transition will not come to the firm any more. */
function isPast(transition: TransitionRecord | undefined, { companyId }: Left): boolean {
  return transition !== undefined && (!transition.pending || companyId <= transition.after);
}

function keyOf({ versionId, companyId, technologyId }: Left): string {
  return itemId(versionId, companyId, technologyId);
}
