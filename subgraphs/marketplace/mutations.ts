/** Which use case carries out which mutation. No rules here. */
import { answer } from '#kit/answer.ts';
import { addListing, advanceListing } from './listing/listing.ts';
import { importMarketplaces } from './marketplace/marketplace.ts';
import { auditService } from './review/audit.ts';
import {
  checkServiceReview,
  completeServiceReview,
  submitService,
  withdrawServiceReview,
} from './review/submission.ts';
import { decideServiceReview, giveServiceOpinion } from './review/verdict.ts';
import { changeSelectionTerms } from './review/terms.ts';
import { importServices } from './service/service-import.ts';
import { draftService, listService, updateService, withdrawService } from './service/service.ts';
import type { MutationResolvers } from './schema.generated.ts';

export const mutations: MutationResolvers = {
  draftService: (_, { input }, context) =>
    answer(context, 'draftService', input, async () => ({
      service: await draftService(context, input),
    })),
  updateService: (_, { input }, context) =>
    answer(context, 'updateService', input, async () => ({
      service: await updateService(context, input),
    })),
  listService: (_, { input }, context) =>
    answer(context, 'listService', input, async () => ({
      service: await listService(context, input),
    })),
  withdrawService: (_, { input }, context) =>
    answer(context, 'withdrawService', input, async () => ({
      service: await withdrawService(context, input),
    })),
  addListing: (_, { input }, context) =>
    answer(context, 'addListing', input, async () => ({
      listing: await addListing(context, input),
    })),
  advanceListing: (_, { input }, context) =>
    answer(context, 'advanceListing', input, async () => ({
      listing: await advanceListing(context, input),
    })),
  submitService: (_, { input }, context) =>
    answer(context, 'submitService', input, async () => ({
      review: await submitService(context, input),
    })),
  checkServiceReview: (_, { input }, context) =>
    answer(context, 'checkServiceReview', input, async () => ({
      review: await checkServiceReview(context, input),
    })),
  completeServiceReview: (_, { input }, context) =>
    answer(context, 'completeServiceReview', input, async () => ({
      review: await completeServiceReview(context, input),
    })),
  giveServiceOpinion: (_, { input }, context) =>
    answer(context, 'giveServiceOpinion', input, async () => ({
      review: await giveServiceOpinion(context, input),
    })),
  decideServiceReview: (_, { input }, context) =>
    answer(context, 'decideServiceReview', input, async () => ({
      review: await decideServiceReview(context, input),
    })),
  withdrawServiceReview: (_, { input }, context) =>
    answer(context, 'withdrawServiceReview', input, async () => ({
      review: await withdrawServiceReview(context, input),
    })),
  auditService: (_, { input }, context) =>
    answer(context, 'auditService', input, async () => ({
      service: await auditService(context, input),
    })),
  changeSelectionTerms: (_, { input }, context) =>
    answer(context, 'changeSelectionTerms', input, async () => ({
      terms: await changeSelectionTerms(context, input),
    })),
  importServices: async (_, { input }, context) => {
    await context.heard();
    return answer(context, 'importServices', input, () => importServices(context, input));
  },
  importMarketplaces: (_, { input }, context) =>
    answer(context, 'importMarketplaces', input, () => importMarketplaces(context, input)),
};
