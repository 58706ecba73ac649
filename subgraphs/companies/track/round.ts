import { transaction } from '#kit/mongo.ts';
import { standingFor } from '../company/folding.ts';
import type { Context } from '../context.ts';
import { keepEntries } from '../search/reputation.ts';
import type { PartnerReviewRecord } from './partner-review.model.ts';

/** Reviews that are revealed and do not count in the search yet. */
export function uncounted(now: Date) {
  return { counted: false, revealsAt: { $lte: now } };
}

/**
 * Lets reviews count in the search once they are revealed. Several services may: each is counted once.
 *
 * @returns how many were counted
 */
export async function countRevealed(context: Context, now: Date): Promise<number> {
  for (let counted = 0; ; counted += 1) {
    const done = await transaction(context.connection, async () => {
      const review = await context.partnerReviews
        .findOne(uncounted(now))
        .sort({ revealsAt: 1 })
        .lean<PartnerReviewRecord | null>();
      if (!review) return false;
      await context.partnerReviews.updateOne({ _id: review._id }, { $set: { counted: true } });
      const standing = await standingFor(context, [review.aboutId]);
      const ids = [...standing.values()];
      await keepEntries(context, await context.companies.find({ _id: { $in: ids } }).lean());
      return true;
    });
    if (!done) return counted;
  }
}
