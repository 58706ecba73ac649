/** Certificates that are about to end are announced to their company, 90, 30 and 7 days ahead, each once. */
import { seoulDay } from '#kit/instant.ts';
import { transaction } from '#kit/mongo.ts';
import type { Context } from '../context.ts';
import { post } from '../mail/post.ts';
import type { CertificationRecord, CompanyRecord } from './company.model.ts';

/** How many days ahead, the first announcement first. */
export const announcedAhead = [90, 30, 7] as const;

const day = 24 * 60 * 60_000;

/** Days from one calendar day to another; negative when it is earlier. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / day);
}

/** The announcement that is due for a certificate with so many days left; null when none is. */
export function dueAnnouncement(daysLeft: number): number | null {
  if (daysLeft < 0) return null;
  return announcedAhead.findLast((ahead) => daysLeft <= ahead) ?? null;
}

/**
 * Mails the owners and editors of every company whose certificate comes to its end.
 *
 * @returns how many announcements were made
 */
export async function announceExpiring(context: Context, now: Date): Promise<number> {
  const today = seoulDay(now);
  const last = seoulDay(new Date(now.getTime() + announcedAhead[0] * day));
  const companies = await context.companies
    .find({ 'certifications.validTo': { $gte: today, $lte: last } })
    .lean();
  let made = 0;
  for (const company of companies) {
    if (company.status === 'CLOSED' || company.status === 'MERGED') continue;
    for (const certificate of company.certifications)
      if (await announce(context, company, certificate, today)) made += 1;
  }
  return made;
}

async function announce(
  context: Context,
  company: CompanyRecord,
  certificate: CertificationRecord,
  today: string,
): Promise<boolean> {
  const { _id, scheme, type, grade, validTo, confirmedAt, withdrawnAt } = certificate;
  if (validTo === null || confirmedAt === null || withdrawnAt !== null) return false;
  const ahead = dueAnnouncement(daysBetween(today, validTo));
  if (ahead === null) return false;
  return transaction(context.connection, async () => {
    const notice = `${_id}:${ahead}`;
    if (await context.expiryNotices.findById(notice).lean()) return false;
    await context.expiryNotices.create([{ _id: notice, at: new Date() }]);
    const members = await context.members
      .find({ companyId: company._id, state: 'ACTIVE', role: { $in: ['OWNER', 'EDITOR'] } })
      .lean();
    for (const { email } of members)
      await post(context, email, {
        kind: 'CERTIFICATE_ENDS',
        company: company.name,
        certificate: [scheme, type, grade].filter(Boolean).join(' '),
        validTo,
      });
    return true;
  });
}
