/** What people had to decide after a new version, and did. */
import type { Model } from 'mongoose';

import type { ItemRecord } from './transition.model.ts';

/** Notes that a company decided what it had to, by publishing its map anew. */
export async function markDecided(items: Model<ItemRecord>, companyId: string): Promise<void> {
  await items.updateMany({ companyId, outcome: 'TO_DECIDE' }, { $set: { outcome: 'DECIDED' } });
}
