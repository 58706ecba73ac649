/** By which terms trust is kept: data of the secretariat. What has begun keeps the days that it began with. */
import { problem, refusal, refuseAny } from '#kit/refusal.ts';
import { signedInAs } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import type { TrustTermsRecord } from './terms.model.ts';

const only = 'trust';
const first = { hearingNoticeDays: 10, appealDays: 30, warningDays: 365, reviewDays: 60 };
type Term = keyof typeof first;
const limits: Record<Term, number> = {
  hearingNoticeDays: 90,
  appealDays: 365,
  warningDays: 3_650,
  reviewDays: 365,
};
const names: readonly Term[] = ['hearingNoticeDays', 'appealDays', 'warningDays', 'reviewDays'];

/** New terms; what is absent stays. */
export type TermsChange = { revision: number } & { [Name in Term]?: number | null | undefined };

/** The terms of now; anybody may know them. */
export async function readTerms({
  trustTerms,
}: Pick<Context, 'trustTerms'>): Promise<TrustTermsRecord> {
  const found = await trustTerms.findById(only).lean<TrustTermsRecord | null>();
  return found ?? { _id: only, revision: 0, ...first };
}

/**
 * Changes the terms for what begins from now on. The secretariat may.
 *
 * @throws {Refusal} STALE (revision), INVALID (each term)
 */
export async function changeTrustTerms(
  context: Pick<Context, 'viewer' | 'trustTerms'>,
  change: TermsChange,
): Promise<TrustTermsRecord> {
  signedInAs(context.viewer, 'SECRETARIAT');
  const before = await readTerms(context);
  const after = { ...before, revision: before.revision + 1 };
  for (const name of names) after[name] = change[name] ?? before[name];
  refuseAny(
    names
      .filter((name) => after[name] < 1 || after[name] > limits[name])
      .map((name) =>
        problem('INVALID', `This is a whole number from 1 to ${limits[name]}.`, [name]),
      ),
  );
  if (change.revision !== before.revision)
    throw refusal('STALE', 'The terms were changed since; read them again.', ['revision'], {
      found: String(before.revision),
    });
  await context.trustTerms.replaceOne({ _id: only }, after, { upsert: true });
  return after;
}

/** So many days later. */
export function daysAfter(at: Date, days: number): Date {
  return new Date(at.getTime() + days * 24 * 60 * 60 * 1_000);
}
