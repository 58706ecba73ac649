/** Gives entries that an earlier version made the pairs of their facets. */
import { bringUp } from '#kit/upgrade.ts';
import type { Context } from '../context.ts';
import { pairsOf } from './pairs.ts';

/** How many entries are brought at a time. */
const batchSize = 500;

/** Brings every entry that was there before pairs were kept; nothing that a saved search would tell of changes. */
export async function bringPairs({
  connection,
  entries,
}: Pick<Context, 'connection' | 'entries'>): Promise<void> {
  await bringUp(connection, 'search pairs', async (after) => {
    const batch = await entries
      .find({ _id: { $gt: after } }, { facets: 1 })
      .sort({ _id: 1 })
      .limit(batchSize)
      .lean();
    if (batch.length === 0) return null;
    await entries.bulkWrite(
      batch.map(({ _id, facets }) => ({
        updateOne: {
          filter: { _id },
          update: { $addToSet: { terms: { $each: pairsOf(facets) } } },
        },
      })),
    );
    return batch.at(-1)?._id ?? null;
  });
}
