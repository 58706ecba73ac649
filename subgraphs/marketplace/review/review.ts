/** Reviews, by which services become selected digital services: who may see one, and how it takes a step. */
import { findPage, type PageRequest } from '#kit/page.ts';
import { refusal, type Refusal } from '#kit/refusal.ts';
import { hasRole, isIn, signedIn, signedInAs, type Viewer } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import { nextAuditDay } from './audit-day.ts';
import { isOpen } from './review-rules.ts';
import type {
  ReviewPage,
  ReviewRecord,
  SelectionOpinion,
  SelectionStatus,
} from './review.model.ts';

/** A review at the revision at which somebody read it. */
export interface ReadReview {
  id: string;
  revision: number;
}

/** Whether the viewer may see a review. */
export function seesReview(viewer: Viewer, { providerId }: Pick<ReviewRecord, 'providerId'>) {
  return hasRole(viewer, 'SECRETARIAT', 'REVIEWER') || isIn(viewer, providerId, 'VIEWER');
}

/** A review that the viewer may see, or null. */
export async function findReview(
  { viewer, reviewById }: Context,
  id: string,
): Promise<ReviewRecord | null> {
  const review = await reviewById.load(id);
  return review && seesReview(viewer, review) ? review : null;
}

/** Reviews in some states, the one submitted first comes first. */
export async function findReviews(
  { viewer, reviews }: Context,
  statuses: SelectionStatus[] | null | undefined,
  page: PageRequest,
): Promise<ReviewPage> {
  signedInAs(viewer, 'REVIEWER', 'SECRETARIAT');
  const underWay: SelectionStatus[] = ['SUBMITTED', 'RETURNED', 'ELIGIBILITY', 'CAPABILITY'];
  const wanted = statuses && statuses.length > 0 ? statuses : underWay;
  return findPage(
    reviews,
    { status: { $in: wanted } },
    [
      ['submittedAt', 1],
      ['_id', 1],
    ],
    page,
  );
}

/** Reviews of a service that the viewer may see, the newest first. */
export async function findReviewsOf(
  { viewer, reviewsByService }: Context,
  serviceId: string,
): Promise<ReviewRecord[]> {
  return (await reviewsByService.load(serviceId)).filter((review) => seesReview(viewer, review));
}

/** An opinion as somebody may see it; without its reviewer for the provider. */
export type ShownOpinion = Omit<SelectionOpinion, 'userId'> & { userId: string | null };

/** What reviewers said: with names for those who review, without for the provider once it is decided. */
export function opinionsFor(viewer: Viewer, { opinions, open }: ReviewRecord): ShownOpinion[] {
  if (hasRole(viewer, 'SECRETARIAT', 'REVIEWER')) return opinions;
  return open ? [] : opinions.map((opinion) => ({ ...opinion, userId: null }));
}

/**
 * A review as somebody read it.
 *
 * @throws {Refusal} NOT_FOUND (id), STALE (revision)
 */
export async function readReview(
  context: Context,
  { id, revision }: ReadReview,
): Promise<ReviewRecord> {
  const review = await context.reviews.findById(id).lean<ReviewRecord | null>();
  if (!review || !seesReview(context.viewer, review))
    throw refusal('NOT_FOUND', 'No review has this id.', ['id']);
  if (review.revision !== revision) throw stale();
  return review;
}

/** Takes a review to its next state; a selected service knows it. */
export async function step(
  context: Context,
  review: ReviewRecord,
  status: SelectionStatus,
  { note, now }: { note: string | null; now: Date },
): Promise<ReviewRecord> {
  const { userId } = signedIn(context.viewer);
  const ends = !isOpen(status);
  if (status === 'SELECTED')
    await context.services.updateOne(
      { _id: review.serviceId },
      { $set: { selectedAt: now, auditDueOn: nextAuditDay(now, review.terms.auditMonths) } },
    );
  return storeReview(context, review, {
    status,
    open: !ends,
    endedAt: ends ? now : null,
    levels: review.levels,
    exemptions: review.exemptions,
    steps: [...review.steps, { status, at: now, userId, note }],
  });
}

/**
 * Stores a review over the revision it was read at.
 *
 * @throws {Refusal} STALE (revision)
 */
export async function storeReview(
  { reviews }: Context,
  review: ReviewRecord,
  fields: Partial<ReviewRecord>,
): Promise<ReviewRecord> {
  const { _id, revision } = review;
  const change = { ...fields, revision: revision + 1 };
  const { matchedCount } = await reviews.updateOne({ _id, revision }, { $set: change });
  if (matchedCount === 0) throw stale();
  return { ...review, ...change };
}

function stale(): Refusal {
  return refusal('STALE', 'This review was changed since; read it again.', ['revision']);
}
