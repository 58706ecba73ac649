/** Which domain function answers which field of cases and sanctions. No rules here. */
import { answer } from '#kit/answer.ts';
import { findStanding } from '../company/folding.ts';
import { recordRecovery } from '../sanction/sanction.ts';
import { stateAt } from '../sanction/force.ts';
import type { MutationResolvers, QueryResolvers, Resolvers } from '../schema.generated.ts';
import { isFor } from './access.ts';
import { advanceCase, answerCharge, callHearing } from './case.ts';
import { appealCase, decideAppeal, decideCase } from './decision.ts';
import { findCase, findCases, findCasesAgainst, findOwnReports, reporterOf } from './reading.ts';
import {
  findByReceipt,
  reportAnonymously,
  reportMisconduct,
  unnamed,
  writeAnonymously,
} from './report.ts';
import { changeTrustTerms, readTerms } from './terms.ts';
import { findThread, writeToCase } from './thread.ts';

/** What the audit log keeps of an anonymous deed: that it was done. */
const unwritten = { idempotencyKey: null };

/** Queries of cases. */
export const caseQueries = {
  misconductCase: (_, { id }, context) => findCase(context, id),
  misconductCases: (_, { state, first, after }, context) =>
    findCases(context, state, { first, after: after ?? null }),
  ownReports: (_, { first, after }, context) =>
    findOwnReports(context, { first, after: after ?? null }),
  casesAgainst: (_, { companyId, first, after }, context) =>
    findCasesAgainst(context, companyId, { first, after: after ?? null }),
  anonymousCase: (_, { code }, context) => findByReceipt(context, code),
  trustTerms: (_, __, context) => readTerms(context),
} satisfies QueryResolvers;

/** Mutations of cases and sanctions. */
export const caseMutations = {
  reportMisconduct: (_, { input }, context) =>
    answer(context, 'reportMisconduct', input, async () => ({
      case: await reportMisconduct(context, input),
    })),
  // Neither who asks nor what they write goes into the audit log.
  reportAnonymously: (_, { input }, context) =>
    answer(unnamed(context), 'reportAnonymously', unwritten, () =>
      reportAnonymously(unnamed(context), input),
    ),
  writeAnonymously: (_, { input }, context) =>
    answer(unnamed(context), 'writeAnonymously', unwritten, () =>
      writeAnonymously(unnamed(context), input),
    ),
  writeToCase: (_, { input }, context) =>
    answer(context, 'writeToCase', input, () => writeToCase(context, input)),
  advanceCase: (_, { input }, context) =>
    answer(context, 'advanceCase', input, async () => ({
      case: await advanceCase(context, input),
    })),
  callHearing: (_, { input }, context) =>
    answer(context, 'callHearing', input, async () => ({
      case: await callHearing(context, input),
    })),
  answerCharge: (_, { input }, context) =>
    answer(context, 'answerCharge', input, async () => ({
      case: await answerCharge(context, input),
    })),
  decideCase: (_, { input }, context) =>
    answer(context, 'decideCase', input, async () => ({ case: await decideCase(context, input) })),
  appealCase: (_, { input }, context) =>
    answer(context, 'appealCase', input, async () => ({ case: await appealCase(context, input) })),
  decideCaseAppeal: (_, { input }, context) =>
    answer(context, 'decideCaseAppeal', input, async () => ({
      case: await decideAppeal(context, input),
    })),
  recordRecovery: (_, { input }, context) =>
    answer(context, 'recordRecovery', input, async () => ({
      sanction: await recordRecovery(context, input),
    })),
  changeTrustTerms: (_, { input }, context) =>
    answer(context, 'changeTrustTerms', input, async () => ({
      terms: await changeTrustTerms(context, input),
    })),
} satisfies MutationResolvers;

/** Types of cases and sanctions. */
export const caseTypes = {
  MisconductCase: {
    id: ({ record }) => record._id,
    revision: ({ record }) => record.revision,
    stands: ({ stands }) => stands,
    company: ({ record }, _, context) => findStanding(context, record.companyId),
    kind: ({ record }) => record.kind,
    state: ({ record }) => record.state,
    receivedAt: ({ record }) => record.receivedAt,
    history: ({ record }) => record.history,
    project: ({ record: { projectId } }) => (projectId === null ? null : { id: projectId }),
    title: (shown) => (isFor(shown, 'SECRETARIAT', 'REPORTER') ? shown.record.title : null),
    anonymous: (shown) =>
      isFor(shown, 'SECRETARIAT', 'REPORTER') ? shown.record.reporterId === null : null,
    reporter: (shown, _, context) => reporterOf(context, shown),
    charge: (shown) => (isFor(shown, 'SECRETARIAT', 'ACCUSED') ? shown.record.charge : null),
    hearing: (shown) => (isFor(shown, 'SECRETARIAT', 'ACCUSED') ? shown.record.hearing : null),
    decision: (shown) =>
      shown.record.decision && { decision: shown.record.decision, stands: shown.stands },
    appeal: (shown) => (isFor(shown, 'SECRETARIAT', 'ACCUSED') ? shown.record.appeal : null),
    dismissedBecause: (shown) =>
      isFor(shown, 'SECRETARIAT', 'REPORTER') ? shown.record.dismissedBecause : null,
    messages: (shown, { thread, first, after }, context) =>
      findThread(context, shown, thread, { first, after: after ?? null }),
  },
  CaseDecision: {
    kinds: ({ decision }) => decision.kinds,
    decidedAt: ({ decision }) => decision.decidedAt,
    appealUntil: ({ decision }) => decision.appealUntil,
    reason: ({ decision, stands }) =>
      stands.some((each) => each !== 'REPORTER') ? decision.reason : null,
  },
  MisconductCaseConnection: { totalCount: ({ count }) => count() },
  CaseMessage: { id: ({ _id }) => _id },
  CaseMessageConnection: { totalCount: ({ count }) => count() },
  Sanction: { id: ({ _id }) => _id, state: (sanction) => stateAt(sanction, new Date()) },
} satisfies Resolvers;
