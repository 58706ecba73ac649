/** Where a company stands with the alliance: approval, suspension, closing, restriction. */
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { tidy } from '#kit/text.ts';
import { signedInAs } from '#kit/viewer.ts';
import type { CompanyStatus } from '#schema/facts.ts';
import type { Context } from '../context.ts';
import { refuseOwnFirm } from '../member/place.ts';
import { orderRestriction } from '../sanction/sanction.ts';
import type { CompanyRecord } from './company.model.ts';
import { changeCompany, readAt } from './change.ts';

/** What the secretariat may decide. */
export type CompanyDecision = 'APPROVE' | 'SUSPEND' | 'CLOSE';

/** Characters of a reason. */
const longestReason = 1_000;

/** From which states a decision leads to which. */
const steps: Record<CompanyDecision, { from: CompanyStatus[]; to: CompanyStatus }> = {
  APPROVE: { from: ['PENDING', 'SUSPENDED'], to: 'APPROVED' },
  SUSPEND: { from: ['APPROVED'], to: 'SUSPENDED' },
  CLOSE: { from: ['PENDING', 'APPROVED', 'SUSPENDED'], to: 'CLOSED' },
};

/** The state that a decision leads to from another; null when it may not be taken there. */
export function statusAfter(
  decision: CompanyDecision,
  status: CompanyStatus,
): CompanyStatus | null {
  const { from, to } = steps[decision];
  return from.includes(status) ? to : null;
}

/**
 * Approves, suspends or closes a company. Only the secretariat may.
 *
 * @param review.reason must be given to suspend and to close
 * @throws {Refusal} NOT_FOUND (id), STALE (revision), WRONG_STATE (decision; id, rule CONFLICT), INVALID (reason)
 */
export async function reviewCompany(
  context: Context,
  review: {
    id: string;
    revision: number;
    decision: CompanyDecision;
    reason?: string | null | undefined;
  },
): Promise<CompanyRecord> {
  signedInAs(context.viewer, 'SECRETARIAT');
  const company = await readAt(context, review);
  await refuseOwnFirm(context, company._id);
  const status = statusAfter(review.decision, company.status);
  if (status === null)
    throw refusal(
      'WRONG_STATE',
      `This cannot be done to a ${company.status} company.`,
      ['decision'],
      {
        rule: 'COMPANY_DECISION',
        limit: steps[review.decision].from.join(', '),
        found: company.status,
      },
    );
  const reason = tidy(review.reason ?? '');
  refuseAny(reasonFaults(reason, review.decision === 'APPROVE' ? 0 : 1));
  const statusReason = status === 'APPROVED' ? null : reason;
  const approvedAt = status === 'APPROVED' ? new Date() : company.approvedAt;
  return changeCompany(context, company, { status, statusReason, approvedAt });
}

/**
 * Keeps a company from taking part until an instant, or lifts that (null). Only the secretariat may.
 *
 * @throws {Refusal} NOT_FOUND (id), STALE (revision), WRONG_STATE (id; rule CONFLICT), INVALID (until, reason)
 */
export async function restrictCompany(
  context: Context,
  restriction: { id: string; revision: number; until?: Date | null | undefined; reason: string },
): Promise<CompanyRecord> {
  signedInAs(context.viewer, 'SECRETARIAT');
  const company = await readAt(context, restriction);
  await refuseOwnFirm(context, company._id);
  const until = restriction.until ?? null;
  const now = new Date();
  const reason = tidy(restriction.reason);
  refuseAny([
    ...(until === null || until > now ? [] : [ended(until, now)]),
    ...reasonFaults(reason, 1),
  ]);
  return orderRestriction(context, company, until, reason);
}

/** Until when a company is restricted; null once that is over. */
export function restrictedUntil({ restrictedUntil: until }: CompanyRecord): Date | null {
  return until && until.getTime() > Date.now() ? until : null;
}

function ended(until: Date, now: Date): Problem {
  return problem('INVALID', 'A restriction ends in the future.', ['until'], {
    rule: 'RESTRICTION_END',
    limit: now.toISOString(),
    found: until.toISOString(),
  });
}

function reasonFaults(reason: string, least: 0 | 1): Problem[] {
  if (reason.length >= least && reason.length <= longestReason) return [];
  return [
    problem('INVALID', `A reason has ${least} to 1,000 characters.`, ['reason'], {
      rule: 'LENGTH',
      limit: `${least}-${longestReason}`,
      found: String(reason.length),
    }),
  ];
}
