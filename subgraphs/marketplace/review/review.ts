/** Reviews: how a service becomes a selected digital service. */
import { newId } from '#kit/id.ts';
import { isDuplicateKey } from '#kit/mongo.ts';
import { findPage, type PageRequest } from '#kit/page.ts';
import { problem, refusal, refuseAny, type Problem, type Refusal } from '#kit/refusal.ts';
import { tidy } from '#kit/text.ts';
import { forbid, hasRole, isIn, signedIn, signedInAs, type Viewer } from '#kit/viewer.ts';
import { actingAsProvider, providerProblems } from '../company/company.ts';
import type { Context } from '../context.ts';
import { catalogueProblems } from '../service/service-details.ts';
import { findProvider, readService } from '../service/service.ts';
import {
  exemptionsOf,
  isOpen,
  levelProblems,
  levelsOf,
  nextAfter,
  noteOf,
  noteProblems,
  partOf,
  stepProblems,
  type ServiceLevelsInput,
} from './review-rules.ts';
import type {
  ReviewPage,
  ReviewRecord,
  SelectionOpinion,
  SelectionStatus,
  SelectionVerdict,
} from './review.model.ts';
import { nextAuditDay } from './audit-day.ts';
import { readTerms } from './terms.ts';

type Maybe<Value> = Value | null | undefined;

/** Which service is submitted, and what it promises. */
export interface SubmitServiceInput {
  serviceId: string;
  levels: ServiceLevelsInput;
  note?: Maybe<string>;
}

/** A review at the revision at which somebody read it. */
export interface ReadReview {
  id: string;
  revision: number;
}

/** Whether a submission is complete. */
export interface CheckInput extends ReadReview {
  complete: boolean;
  note?: Maybe<string>;
}

/** What completes a submission. */
export interface CompleteInput extends ReadReview {
  levels?: Maybe<ServiceLevelsInput>;
  note?: Maybe<string>;
}

/** An opinion on the part under review. */
export interface OpinionInput extends ReadReview {
  verdict: SelectionVerdict;
  comment: string;
}

/** A decision on the part under review. */
export interface DecisionInput extends ReadReview {
  verdict: SelectionVerdict;
  note?: Maybe<string>;
}

/**
 * Submits a service.
 *
 * @throws {Refusal} NOT_FOUND (serviceId), WRONG_STATE (serviceId), INVALID (levels, note, what the service lacks), TAKEN (serviceId)
 */
export async function submitService(
  context: Context,
  input: SubmitServiceInput,
): Promise<ReviewRecord> {
  const { userId } = signedIn(context.viewer);
  const now = new Date();
  const service = await readService(context, { id: input.serviceId }, ['serviceId']);
  actingAsProvider(context.viewer, service.providerId);
  const provider = await findProvider(context, service.providerId);
  const levels = levelsOf(input.levels);
  const note = noteOf(input.note);
  refuseAny([
    ...submittableProblems(service),
    ...providerProblems(provider, now, ['serviceId']),
    ...catalogueProblems(service, ['serviceId']),
    ...levelProblems(levels),
    ...noteProblems(note),
  ]);
  const { _id: _, revision: __, ...terms } = await readTerms(context);
  const review: ReviewRecord = {
    _id: newId(),
    serviceId: service._id,
    providerId: service.providerId ?? '',
    status: 'SUBMITTED',
    open: true,
    levels,
    exemptions: null,
    steps: [{ status: 'SUBMITTED', at: now, userId, note }],
    opinions: [],
    terms,
    submittedAt: now,
    endedAt: null,
    revision: 1,
  };
  try {
    await context.reviews.create([review]);
  } catch (error) {
    if (isDuplicateKey(error))
      throw refusal('TAKEN', 'A review of this service is under way.', ['serviceId']);
    throw error;
  }
  return review;
}

/**
 * Finds whether a submission is complete, and from which parts it is exempt.
 *
 * @throws {Refusal} NOT_FOUND (id), STALE (revision), WRONG_STATE (id), INVALID (note)
 */
export async function checkServiceReview(
  context: Context,
  input: CheckInput,
): Promise<ReviewRecord> {
  signedInAs(context.viewer, 'SECRETARIAT');
  const now = new Date();
  const review = await readReview(context, input);
  const note = noteOf(input.note);
  refuseAny([
    ...stepProblems(review, ['SUBMITTED']),
    ...noteProblems(note, input.complete ? null : 'Say what is missing.'),
  ]);
  if (!input.complete) return step(context, review, 'RETURNED', { note, now });
  const service = await context.services.findById(review.serviceId).lean();
  if (!service) throw new Error(`Service ${review.serviceId} is under review and not there.`);
  const provider = await findProvider(context, review.providerId);
  const selected = await context.services.exists({
    providerId: review.providerId,
    selectedAt: { $type: 'date' },
  });
  const exemptions = exemptionsOf(service, provider, selected !== null, now);
  const to = nextAfter('SUBMITTED', exemptions);
  return step(context, { ...review, exemptions }, to, { note, now });
}

/**
 * Completes a submission that was returned.
 *
 * @throws {Refusal} NOT_FOUND (id), STALE (revision), WRONG_STATE (id), INVALID (levels, note)
 */
export async function completeServiceReview(
  context: Context,
  input: CompleteInput,
): Promise<ReviewRecord> {
  signedIn(context.viewer);
  const review = await readReview(context, input);
  actingAsProvider(context.viewer, review.providerId);
  const levels = input.levels ? levelsOf(input.levels) : review.levels;
  const note = noteOf(input.note);
  refuseAny([
    ...stepProblems(review, ['RETURNED']),
    ...levelProblems(levels),
    ...noteProblems(note),
  ]);
  return step(context, { ...review, levels }, 'SUBMITTED', { note, now: new Date() });
}

/**
 * Gives an opinion on the part under review; a later one of the same reviewer replaces it.
 *
 * @throws {Refusal} NOT_FOUND (id), STALE (revision), WRONG_STATE (id), INVALID (comment)
 */
export async function giveServiceOpinion(
  context: Context,
  input: OpinionInput,
): Promise<ReviewRecord> {
  const { userId } = signedInAs(context.viewer, 'REVIEWER');
  const review = await readReview(context, input);
  if (isIn(context.viewer, review.providerId, 'VIEWER'))
    forbid('Reviewers never judge a firm that they belong to.');
  const comment = tidy(input.comment);
  const part = partOf(review.status);
  refuseAny([
    ...stepProblems(review, ['ELIGIBILITY', 'CAPABILITY']),
    ...(comment.length >= 10 && comment.length <= 4_000
      ? []
      : [problem('INVALID', 'A comment has 10 to 4,000 characters.', ['comment'])]),
  ]);
  const opinions = review.opinions.filter((each) => each.userId !== userId || each.part !== part);
  const opinion = { userId, verdict: input.verdict, comment, at: new Date() };
  return store(context, review, {
    opinions: part ? [...opinions, { ...opinion, part }] : opinions,
  });
}

/**
 * Decides the part under review; the next part, or selection, follows when it passes.
 *
 * @throws {Refusal} NOT_FOUND (id), STALE (revision), WRONG_STATE (id), INVALID (note)
 */
export async function decideServiceReview(
  context: Context,
  input: DecisionInput,
): Promise<ReviewRecord> {
  signedInAs(context.viewer, 'SECRETARIAT');
  const review = await readReview(context, input);
  const note = noteOf(input.note);
  refuseAny([
    ...stepProblems(review, ['ELIGIBILITY', 'CAPABILITY']),
    ...opinionProblems(review),
    ...noteProblems(note, input.verdict === 'FAIL' ? 'Say why it is refused.' : null),
  ]);
  const none = { eligibility: false, capability: false };
  const to =
    input.verdict === 'FAIL' ? 'REJECTED' : nextAfter(review.status, review.exemptions ?? none);
  return step(context, review, to, { note, now: new Date() });
}

/**
 * Takes a submission back.
 *
 * @throws {Refusal} NOT_FOUND (id), STALE (revision), WRONG_STATE (id)
 */
export async function withdrawServiceReview(
  context: Context,
  input: ReadReview,
): Promise<ReviewRecord> {
  signedIn(context.viewer);
  const review = await readReview(context, input);
  actingAsProvider(context.viewer, review.providerId);
  refuseAny(stepProblems(review, ['SUBMITTED', 'RETURNED', 'ELIGIBILITY', 'CAPABILITY']));
  return step(context, review, 'WITHDRAWN', { note: null, now: new Date() });
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

async function readReview(context: Context, { id, revision }: ReadReview): Promise<ReviewRecord> {
  const review = await context.reviews.findById(id).lean<ReviewRecord | null>();
  if (!review || !seesReview(context.viewer, review))
    throw refusal('NOT_FOUND', 'No review has this id.', ['id']);
  if (review.revision !== revision) throw stale();
  return review;
}

/** Takes a review to its next state; a selected service knows it. */
async function step(
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
  return store(context, review, {
    status,
    open: !ends,
    endedAt: ends ? now : null,
    levels: review.levels,
    exemptions: review.exemptions,
    steps: [...review.steps, { status, at: now, userId, note }],
  });
}

async function store(
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

function submittableProblems({
  status,
  selectedAt,
}: {
  status: string;
  selectedAt: Date | null;
}): Problem[] {
  const path = ['serviceId'];
  if (selectedAt !== null)
    return [problem('WRONG_STATE', 'This service is selected.', path, { found: 'SELECTED' })];
  return status === 'WITHDRAWN'
    ? [problem('WRONG_STATE', 'This service is WITHDRAWN.', path, { found: status })]
    : [];
}

function opinionProblems({ status, opinions, terms }: ReviewRecord): Problem[] {
  const given = opinions.filter(({ part }) => part === status).length;
  return given >= terms.fewestOpinions
    ? []
    : [
        problem('WRONG_STATE', 'This part needs more opinions before it is decided.', ['id'], {
          rule: 'FEWEST_OPINIONS',
          limit: String(terms.fewestOpinions),
          found: String(given),
        }),
      ];
}

function stale(): Refusal {
  return refusal('STALE', 'This review was changed since; read it again.', ['revision']);
}
