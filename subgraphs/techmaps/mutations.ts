/** Which use case carries out which mutation. No rules here. */
import { answer, type Answer } from '#kit/answer.ts';
import { verifyCapability } from './capability/capability.ts';
import { importCapabilities } from './capability/capability-import.ts';
import { publishCapabilities } from './capability/capability-map.ts';
import { discardDraft, draftCapabilities } from './capability/draft.ts';
import { uploadEvidence } from './capability/evidence-file.ts';
import type { Context } from './context.ts';
import { addTechnology } from './placement/addition.ts';
import { moveTechnology } from './placement/move.ts';
import { updateTechnology } from './placement/placement.ts';
import { removeTechnology } from './placement/removal.ts';
import { importTechnologies } from './placement/technology-import.ts';
import { setSuccession } from './succession/succession.ts';
import { publishVersion } from './tech-map/publication.ts';
import { createTechMap, updateTechMap } from './tech-map/tech-map.ts';
import { importCapabilityTable, importTechnologyTable } from './table/exchange.ts';
import { draftVersion, reviewVersion } from './tech-map/version.ts';
import type { MutationResolvers } from './schema.generated.ts';

export const mutations: MutationResolvers = {
  createTechMap: (_, { input }, context) =>
    answer(context, 'createTechMap', input, () => createTechMap(context, input)),
  updateTechMap: (_, { input }, context) =>
    answer(context, 'updateTechMap', input, async () => ({
      map: await updateTechMap(context, input),
    })),
  draftTechMapVersion: (_, { input }, context) =>
    answer(context, 'draftTechMapVersion', input, async () => ({
      version: await draftVersion(context, input),
    })),
  reviewTechMapVersion: (_, { input }, context) =>
    answer(context, 'reviewTechMapVersion', input, async () => ({
      version: await reviewVersion(context, input),
    })),
  publishTechMapVersion: (_, { input }, context) =>
    answerAndWake(context, 'publishTechMapVersion', input, () => publishVersion(context, input)),
  addTechnology: (_, { input }, context) =>
    answer(context, 'addTechnology', input, async () => ({
      placement: await addTechnology(context, input),
    })),
  updateTechnology: (_, { input }, context) =>
    answer(context, 'updateTechnology', input, async () => ({
      placement: await updateTechnology(context, input),
    })),
  moveTechnology: (_, { input }, context) =>
    answer(context, 'moveTechnology', input, async () => ({
      placement: await moveTechnology(context, input),
    })),
  removeTechnology: (_, { input }, context) =>
    answer(context, 'removeTechnology', input, () => removeTechnology(context, input)),
  setSuccession: (_, { input }, context) =>
    answer(context, 'setSuccession', input, () => setSuccession(context, input)),
  importTechnologies: (_, { input }, context) =>
    answer(context, 'importTechnologies', input, () => importTechnologies(context, input)),
  importTechnologyTable: (_, { input }, context) =>
    answer(context, 'importTechnologyTable', input, () => importTechnologyTable(context, input)),
  importCapabilityTable: (_, { input }, context) =>
    answerAndWake(context, 'importCapabilityTable', input, () =>
      importCapabilityTable(context, input),
    ),
  draftCapabilities: (_, { input }, context) =>
    answer(context, 'draftCapabilities', input, async () => ({
      capabilityDraft: await draftCapabilities(context, input),
    })),
  discardCapabilityDraft: (_, { input }, context) =>
    answer(context, 'discardCapabilityDraft', input, async () => ({
      company: await discardDraft(context, input),
    })),
  uploadEvidence: (_, { input }, context) =>
    answer(context, 'uploadEvidence', input, async () => ({
      file: await uploadEvidence(context, input),
    })),
  publishCapabilities: (_, { input }, context) =>
    answerAndWake(context, 'publishCapabilities', input, async () => ({
      capabilityMap: await publishCapabilities(context, input),
      company: { id: input.companyId },
    })),
  verifyCapability: (_, { input }, context) =>
    answer(context, 'verifyCapability', input, async () => ({
      capability: await verifyCapability(context, input),
    })),
  importCapabilities: (_, { input }, context) =>
    answerAndWake(context, 'importCapabilities', input, () => importCapabilities(context, input)),
};

/** Answers a mutation that leaves something to do for the time between requests. */
async function answerAndWake<Fields extends object>(
  context: Context,
  mutation: string,
  input: { idempotencyKey?: string | null | undefined },
  work: () => Promise<Fields>,
): Promise<Answer<Fields>> {
  const answered = await answer(context, mutation, input, work);
  context.aftermath.wake();
  return answered;
}
