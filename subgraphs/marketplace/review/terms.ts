/** By which terms services are reviewed: data that the secretariat keeps. */
import type { Model } from 'mongoose';

import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { signedInAs } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import type { TermsRecord } from './review.model.ts';

/** By which terms services are reviewed from now on. */
export interface TermsInput {
  revision: number;
  completenessDays?: number | null | undefined;
  eligibilityDays?: number | null | undefined;
  capabilityDays?: number | null | undefined;
  fewestOpinions?: number | null | undefined;
  auditMonths?: number | null | undefined;
}

const only = 'selection';
const limits = {
  completenessDays: 365,
  eligibilityDays: 365,
  capabilityDays: 365,
  fewestOpinions: 20,
  // Quality is audited at least once a year.
  auditMonths: 12,
} as const;
type Term = keyof typeof limits;
const names = Object.keys(limits) as Term[];

/** Puts the first terms there: 25 days in all, which is the alliance's aim. */
export async function seedTerms(terms: Model<TermsRecord>): Promise<void> {
  const days = { completenessDays: 3, eligibilityDays: 10, capabilityDays: 12 };
  const first = { ...days, fewestOpinions: 2, auditMonths: 12 };
  await terms.updateOne(
    { _id: only },
    { $setOnInsert: { ...first, revision: 1 } },
    { upsert: true },
  );
}

/** The terms of now. */
export async function readTerms({ terms }: Pick<Context, 'terms'>): Promise<TermsRecord> {
  const found = await terms.findById(only).lean<TermsRecord | null>();
  if (!found) throw new Error('There are no terms of selection.');
  return found;
}

/**
 * Changes the terms for what is submitted from now on.
 *
 * @throws {Refusal} STALE (revision), INVALID (each term)
 */
export async function changeSelectionTerms(
  context: Context,
  input: TermsInput,
): Promise<TermsRecord> {
  signedInAs(context.viewer, 'SECRETARIAT');
  const before = await readTerms(context);
  const given = names.map((name) => [name, input[name] ?? before[name]] as const);
  refuseAny(given.flatMap(([name, value]) => termProblems(name, value)));
  const change = { ...Object.fromEntries(given), revision: before.revision + 1 };
  const { matchedCount } = await context.terms.updateOne(
    { _id: only, revision: input.revision },
    { $set: change },
  );
  if (matchedCount === 0)
    throw refusal('STALE', 'The terms were changed since; read them again.', ['revision']);
  return { ...before, ...change };
}

function termProblems(name: Term, value: number): Problem[] {
  return value >= 1 && value <= limits[name]
    ? []
    : [problem('INVALID', `This is a whole number from 1 to ${limits[name]}.`, [name])];
}
