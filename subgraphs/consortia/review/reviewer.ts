/** The pool of reviewers: outside experts, what they know, which firms they belong to. */
import { newId } from '#kit/id.ts';
import { isDuplicateKey } from '#kit/mongo.ts';
import { findPage } from '#kit/page.ts';
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { breach } from '../programme/breaches.ts';
import { hasRole, signedInAs } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import { pageOf, type Listing } from '../form/listing.ts';
import { unknownTechnologies } from '../project/requirement.ts';
import { nameLength, readText, type GivenText } from '../form/wording.ts';
import type { ReviewerPage, ReviewerRecord } from './reviewer.model.ts';

const technologiesLimit = 200;
const affiliationsLimit = 50;
const reviewsLimit = 100;

/** What is known of a reviewer, as a client gives it. */
export interface GivenReviewer {
  name: GivenText;
  technologyIds: string[];
  affiliations: readonly { companyId: string; until?: string | null | undefined }[];
  mostReviews: number;
}

/** Reviewers, newest first. The secretariat may. */
export function findReviewers(
  { viewer, reviewers }: Context,
  listing: Listing,
): Promise<ReviewerPage> {
  signedInAs(viewer, 'SECRETARIAT');
  return findPage(reviewers, {}, [['_id', -1]], pageOf(listing));
}

/** The reviewer, for the secretariat and the reviewer; null for others. */
export async function findReviewer(
  { viewer, loaders }: Context,
  id: string,
): Promise<ReviewerRecord | null> {
  const reviewer = await loaders.reviewer.load(id);
  const isOwn = reviewer !== null && reviewer.userId === viewer.userId;
  return isOwn || hasRole(viewer, 'SECRETARIAT') ? reviewer : null;
}

/** @param kept technologies that the reviewer has; a newer map may lack them, and they stay */
async function readReviewer(
  { technologies }: Context,
  given: GivenReviewer,
  kept: readonly string[] = [],
): Promise<Omit<ReviewerRecord, '_id' | 'userId' | 'isActive' | 'revision'>> {
  const faults: Problem[] = [];
  const name = readText(given.name, nameLength, ['name'], faults);
  const checkCount = (count: number, least: number, most: number, field: string) => {
    if (Number.isInteger(count) && count >= least && count <= most) return;
    const limit = `${least} to ${most}`;
    faults.push(breach('REVIEWER_FORM', `There are ${limit}.`, limit, count, [field]));
  };
  const { technologyIds, affiliations, mostReviews } = given;
  checkCount(technologyIds.length, 1, technologiesLimit, 'technologyIds');
  checkCount(affiliations.length, 0, affiliationsLimit, 'affiliations');
  checkCount(mostReviews, 1, reviewsLimit, 'mostReviews');
  const unknown = await unknownTechnologies(technologies, technologyIds);
  for (const index of unknown.filter((place) => !kept.includes(technologyIds[place] ?? '')))
    faults.push(
      problem('NOT_FOUND', 'No published map has this technology.', [
        'technologyIds',
        String(index),
      ]),
    );
  refuseAny(faults);
  const firms = affiliations.map(({ companyId, until }) => ({ companyId, until: until ?? null }));
  return { name, technologyIds: [...new Set(technologyIds)], affiliations: firms, mostReviews };
}

/**
 * Takes a user into the pool of reviewers. The secretariat may.
 *
 * @throws {Refusal} TAKEN (userId), NOT_FOUND (technologyIds), INVALID (name, technologyIds, affiliations, mostReviews)
 */
export async function registerReviewer(
  context: Context,
  given: GivenReviewer & { userId: string },
): Promise<ReviewerRecord> {
  signedInAs(context.viewer, 'SECRETARIAT');
  const content = await readReviewer(context, given);
  const { userId } = given;
  const record: ReviewerRecord = { _id: newId(), userId, ...content, isActive: true, revision: 1 };
  await context.reviewers.create([record]).catch((error: unknown) => {
    throw isDuplicateKey(error)
      ? refusal('TAKEN', 'This user is a reviewer already.', ['userId'], {
          rule: 'REVIEWER_ONCE',
          limit: '1',
          found: '2',
        })
      : error;
  });
  return record;
}

/** A change of a reviewer as a client gives it; what is left out stays. */
export interface GivenReviewerChange {
  id: string;
  revision: number;
  name?: GivenText | null | undefined;
  technologyIds?: string[] | null | undefined;
  affiliations?: GivenReviewer['affiliations'] | null | undefined;
  mostReviews?: number | null | undefined;
  isActive?: boolean | null | undefined;
}

/**
 * Changes what is known of a reviewer. The secretariat may.
 *
 * @throws {Refusal} NOT_FOUND (id, technologyIds), STALE (revision), INVALID as `registerReviewer`
 */
export async function reviseReviewer(
  context: Context,
  given: GivenReviewerChange,
): Promise<ReviewerRecord> {
  signedInAs(context.viewer, 'SECRETARIAT');
  const reviewer = await context.reviewers.findById(given.id).lean<ReviewerRecord>();
  if (!reviewer) throw refusal('NOT_FOUND', 'There is no such reviewer.', ['id']);
  const changed = {
    name: given.name ?? reviewer.name,
    technologyIds: given.technologyIds ?? reviewer.technologyIds,
    affiliations: given.affiliations ?? reviewer.affiliations,
    mostReviews: given.mostReviews ?? reviewer.mostReviews,
  };
  const content = await readReviewer(context, changed, reviewer.technologyIds);
  const change = { ...content, isActive: given.isActive ?? reviewer.isActive };
  const { matchedCount } = await context.reviewers.updateOne(
    { _id: reviewer._id, revision: given.revision },
    { $set: change, $inc: { revision: 1 } },
  );
  if (matchedCount === 0)
    throw refusal('STALE', 'The reviewer was changed since it was read.', ['revision']);
  return { ...reviewer, ...change, revision: given.revision + 1 };
}
