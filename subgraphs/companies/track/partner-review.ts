/** What partners say of each other after a project: neither sees the other's before both wrote, or the period is over. */
import { newId } from '#kit/id.ts';
import { isDuplicateKey } from '#kit/mongo.ts';
import { findPage, type PageRequest } from '#kit/page.ts';
import { problem, refusal, refuseAny } from '#kit/refusal.ts';
import type { ProjectFact } from '#schema/facts.ts';
import { daysAfter, readTerms } from '../case/terms.ts';
import { foldedInto, standingFor } from '../company/folding.ts';
import type { Context } from '../context.ts';
import { actingNow } from '../member/place.ts';
import type {
  PartnerRatings,
  PartnerReviewPage,
  PartnerReviewRecord,
} from './partner-review.model.ts';
import {
  pairId,
  ratingProblems,
  reviewText,
  reviewTextProblems,
  type GivenText,
} from './review-form.ts';

/** What a firm says of a partner. */
export interface NewPartnerReview {
  projectId: string;
  companyId: string;
  aboutId: string;
  ratings: PartnerRatings;
  text?: GivenText | null | undefined;
}

/**
 * Reviews a partner of a finished project, once. An owner or editor of a firm of its consortium may, so many days after it
 * ended. The second of the two reveals both.
 *
 * @throws {Refusal} NOT_FOUND (projectId, aboutId), WRONG_STATE (projectId), EXPIRED (projectId), TAKEN (aboutId), INVALID
 */
export async function writePartnerReview(
  context: Context,
  given: NewPartnerReview,
): Promise<PartnerReviewRecord> {
  const { companyId: fromId, aboutId, projectId } = given;
  const { userId } = await actingNow(context, fromId, 'EDITOR');
  const finished = await finishedProject(context, given);
  const text = reviewText(given.text);
  refuseAny([...ratingProblems(given.ratings), ...reviewTextProblems(text)]);
  const now = new Date();
  const { reviewDays } = await readTerms(context);
  // Whoever writes of the other writes the pair: of two at once the later one sees the other's.
  const pair = await context.reviewPairs
    .findOneAndUpdate(
      { _id: pairId(projectId, fromId, aboutId) },
      {
        $inc: { written: 1 },
        $setOnInsert: { revealsAt: daysAfter(new Date(finished.at), reviewDays) },
      },
      { upsert: true, returnDocument: 'after' },
    )
    .lean();
  const revealsAt = pair?.revealsAt ?? now;
  const other = await context.partnerReviews
    .findOne({ projectId, fromId: aboutId, aboutId: fromId })
    .lean<PartnerReviewRecord | null>();
  if (revealsAt <= now) await refuseLate(context, given, revealsAt);
  const review: PartnerReviewRecord = {
    _id: newId(),
    revision: 1,
    projectId,
    fromId,
    aboutId,
    ratings: given.ratings,
    text,
    writtenAt: now,
    writtenById: userId,
    revealsAt: other ? now : revealsAt,
    counted: false,
    answer: null,
  };
  await context.partnerReviews.create([review]).catch((error: unknown) => {
    throw isDuplicateKey(error) ? written() : error;
  });
  if (other) {
    const reveal = { $set: { revealsAt: now } };
    await context.partnerReviews.updateOne({ _id: other._id }, reveal);
    await context.reviewPairs.updateOne({ _id: pair?._id ?? '' }, reveal);
  }
  return review;
}

/**
 * Changes a review that is not revealed. An owner or editor of the firm that wrote it may.
 *
 * @throws {Refusal} NOT_FOUND (id), STALE (revision), WRONG_STATE (id; rule REVEALED), INVALID
 */
export async function changePartnerReview(
  context: Context,
  given: {
    id: string;
    revision: number;
    ratings: PartnerRatings;
    text?: GivenText | null | undefined;
  },
): Promise<PartnerReviewRecord> {
  const review = await reviewOf(context, given, 'fromId');
  if (review.revealsAt <= new Date())
    throw refusal('WRONG_STATE', 'Both sides see this review by now.', ['id'], {
      rule: 'REVEALED',
    });
  const text = reviewText(given.text);
  refuseAny([...ratingProblems(given.ratings), ...reviewTextProblems(text)]);
  return change(context, review, { ratings: given.ratings, text });
}

/**
 * Answers a review that is revealed, once. An owner or editor of the firm that it is about may.
 *
 * @throws {Refusal} NOT_FOUND (id), STALE (revision), WRONG_STATE (id), TAKEN (id), INVALID (text)
 */
export async function answerPartnerReview(
  context: Context,
  given: { id: string; revision: number; text: GivenText },
): Promise<PartnerReviewRecord> {
  const review = await reviewOf(context, given, 'aboutId');
  const now = new Date();
  if (review.answer !== null) throw refusal('TAKEN', 'It was answered.', ['id']);
  const text = reviewText(given.text);
  if (text === null) throw refusal('INVALID', 'An answer says something.', ['text']);
  refuseAny(reviewTextProblems(text));
  const { userId } = context.viewer;
  return change(context, review, {
    answer: { text, answeredAt: now, answeredById: userId ?? '' },
  });
}

/** What partners say of a firm, of firms that became part of it too, once it is revealed; the last first. */
export async function findPartnerReviews(
  context: Context,
  companyId: string,
  page: PageRequest,
): Promise<PartnerReviewPage> {
  const query = revealedOf(await foldedInto(context, companyId), new Date());
  return findPage(context.partnerReviews, query, reviewOrder, page);
}

/** In which order reviews of a firm are listed. */
export const reviewOrder = [
  ['revealsAt', -1],
  ['_id', -1],
] as const;

/** Reviews of any of the firms that are revealed. */
export function revealedOf(ids: readonly string[], now: Date) {
  const [only, ...more] = ids;
  const isOne = only !== undefined && more.length === 0;
  const aboutId = isOne ? only : { $in: [...ids] };
  // What one said of the other counts no more once both are one firm: nobody praises themselves.
  const fromOthers = isOne ? {} : { fromId: { $nin: [...ids] } };
  return { aboutId, revealsAt: { $lte: now }, ...fromOthers };
}

/** What a firm has written of others, revealed or not, the last first. Its members may. */
export async function findWrittenReviews(
  context: Context,
  companyId: string,
  page: PageRequest,
): Promise<PartnerReviewPage> {
  await actingNow(context, companyId, 'VIEWER');
  const ids = await foldedInto(context, companyId);
  const order = [
    ['writtenAt', -1],
    ['_id', -1],
  ] as const;
  return findPage(context.partnerReviews, { fromId: { $in: ids } }, order, page);
}

/** How the project ended, of whose consortium both firms were. */
async function finishedProject(
  context: Context,
  { projectId, companyId, aboutId }: NewPartnerReview,
): Promise<NonNullable<ProjectFact['finished']>> {
  if (companyId === aboutId)
    throw refusal('INVALID', 'A company does not review itself.', ['aboutId'], {
      rule: 'ANOTHER_COMPANY',
      limit: 'another company',
      found: aboutId,
    });
  const project = await context.toldProjects.findById(projectId).lean();
  const standing = await standingFor(context, project?.memberIds ?? []);
  const members = new Set(standing.values());
  if (!project || project.gone || !members.has(companyId))
    throw refusal('NOT_FOUND', 'Your company was not in such a project.', ['projectId']);
  refuseAny(
    members.has(aboutId)
      ? []
      : [problem('NOT_FOUND', 'This company was not in the project.', ['aboutId'])],
  );
  if (project.finished == null)
    throw refusal('WRONG_STATE', 'This project is not finished.', ['projectId'], {
      rule: 'FINISHED',
      limit: 'COMPLETED',
      found: project.status ?? null,
    });
  return project.finished;
}

/** A review that comes late is one too many, or the period is over. */
async function refuseLate(
  { partnerReviews }: Context,
  { projectId, companyId: fromId, aboutId }: NewPartnerReview,
  revealsAt: Date,
): Promise<never> {
  if (await partnerReviews.exists({ projectId, fromId, aboutId })) throw written();
  throw refusal('EXPIRED', 'The time to review this partner is over.', ['projectId'], {
    rule: 'REVIEW_DAYS',
    limit: revealsAt.toISOString(),
    found: new Date().toISOString(),
  });
}

function written() {
  return refusal('TAKEN', 'Your company has reviewed this partner.', ['aboutId']);
}

/** A review of the viewer's firm, or about it; one about it that is not revealed is not known. */
async function reviewOf(
  context: Context,
  { id, revision }: { id: string; revision: number },
  side: 'fromId' | 'aboutId',
): Promise<PartnerReviewRecord> {
  const review = await context.partnerReviews.findById(id).lean<PartnerReviewRecord | null>();
  const known = review && (side === 'fromId' || review.revealsAt <= new Date());
  if (!known) throw refusal('NOT_FOUND', 'There is no such review.', ['id']);
  const standing = await standingFor(context, [review[side]]);
  await actingNow(context, standing.get(review[side]) ?? review[side], 'EDITOR');
  if (review.revision !== revision)
    throw refusal('STALE', 'The review was changed since it was read.', ['revision'], {
      found: String(review.revision),
    });
  return review;
}

/** A change and a reveal at the same time write the same record: one goes first, and the other sees it. */
async function change(
  { partnerReviews }: Context,
  review: PartnerReviewRecord,
  set: Partial<PartnerReviewRecord>,
): Promise<PartnerReviewRecord> {
  const { modifiedCount } = await partnerReviews.updateOne(
    { _id: review._id, revision: review.revision },
    { $set: set, $inc: { revision: 1 } },
  );
  if (modifiedCount === 0)
    throw refusal('STALE', 'The review was changed since it was read.', ['revision']);
  return { ...review, ...set, revision: review.revision + 1 };
}
