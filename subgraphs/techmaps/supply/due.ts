/** What is to be counted anew: firms, and technologies whose firms are found between requests. */
import type { Model } from 'mongoose';

import type { CapabilityRecord } from '../capability/capability.model.ts';
import type { GoingOn } from '../succession/aftermath.ts';
import type { DueTechnologyRecord, FootprintRecord } from './supply.model.ts';

const firmBatch = 500;

/** What noting needs of a context. */
export interface Noting {
  capabilities: Model<CapabilityRecord>;
  footprints: Model<FootprintRecord>;
  dueTechnologies: Model<DueTechnologyRecord>;
}

/**
 * Notes that the firms in these technologies are to be counted anew: they moved in the tree, went, or came back. There
 * may be a hundred thousand such firms, too many for the transaction of the publication.
 */
export async function markDue(
  { dueTechnologies }: Pick<Noting, 'dueTechnologies'>,
  technologyIds: readonly string[],
): Promise<void> {
  await dueTechnologies.bulkWrite(
    [...new Set(technologyIds)].map((id) => ({
      updateOne: { filter: { _id: id }, update: { $inc: { revision: 1 } }, upsert: true },
    })),
  );
}

/**
 * Marks every firm with a capability in a technology that is due; safe to repeat and to break off. A firm that counts
 * in a technology for what it can do below is found there: what stands below moves along.
 */
export async function spreadDue(
  { dueTechnologies, ...noting }: Noting,
  isGoingOn: GoingOn,
): Promise<void> {
  for (;;) {
    const due = await dueTechnologies.findOne().lean();
    if (!due) return;
    let after = '';
    for (;;) {
      if (!isGoingOn()) return;
      const found = await noting.capabilities
        .find({ technologyId: due._id, companyId: { $gt: after } }, { companyId: 1 })
        .sort({ companyId: 1 })
        .limit(firmBatch)
        .lean();
      await markFirmsDue(noting, found.map(({ companyId }) => companyId)); // prettier-ignore
      after = found.at(-1)?.companyId ?? after;
      if (found.length < firmBatch) break;
    }
    await dueTechnologies.deleteOne({ _id: due._id, revision: due.revision });
  }
}

/** Notes that these firms are to be counted anew; firms that never published anything are left alone. */
export async function markFirmsDue(
  { footprints }: Pick<Noting, 'footprints'>,
  companyIds: readonly string[],
): Promise<void> {
  await footprints.updateMany({ _id: { $in: [...companyIds] } }, { $set: { due: true } });
}

/** Notes that these firms published: each is to be counted anew, or for the first time. */
export async function markPublished(
  { footprints }: Pick<Noting, 'footprints'>,
  companyIds: readonly string[],
): Promise<void> {
  await footprints.bulkWrite(
    companyIds.map((id) => ({
      updateOne: {
        filter: { _id: id },
        update: {
          $set: { due: true },
          $setOnInsert: { counted: [], groups: [] },
          $inc: { revision: 1 },
        },
        upsert: true,
      },
    })),
  );
}
