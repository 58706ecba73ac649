/** Which domain function answers which field of track records. No rules here. */
import { answer } from '#kit/answer.ts';
import { findStanding } from '../company/folding.ts';
import type { MutationResolvers, QueryResolvers, Resolvers } from '../schema.generated.ts';
import {
  answerPartnerReview,
  changePartnerReview,
  findWrittenReviews,
  writePartnerReview,
} from './partner-review.ts';

/** Queries of track records. */
export const trackQueries = {
  writtenReviews: (_, { companyId, first, after }, context) =>
    findWrittenReviews(context, companyId, { first, after: after ?? null }),
} satisfies QueryResolvers;

/** Mutations of track records. */
export const trackMutations = {
  writePartnerReview: (_, { input }, context) =>
    answer(context, 'writePartnerReview', input, async () => ({
      review: await writePartnerReview(context, input),
    })),
  changePartnerReview: (_, { input }, context) =>
    answer(context, 'changePartnerReview', input, async () => ({
      review: await changePartnerReview(context, input),
    })),
  answerPartnerReview: (_, { input }, context) =>
    answer(context, 'answerPartnerReview', input, async () => ({
      review: await answerPartnerReview(context, input),
    })),
} satisfies MutationResolvers;

/** Types of track records. */
export const trackTypes = {
  PartnerReview: {
    id: ({ _id }) => _id,
    project: ({ projectId }) => ({ id: projectId }),
    from: ({ fromId }, _, context) => findStanding(context, fromId),
    about: ({ aboutId }, _, context) => findStanding(context, aboutId),
  },
  PartnerReviewConnection: { totalCount: ({ count }) => count() },
} satisfies Resolvers;
