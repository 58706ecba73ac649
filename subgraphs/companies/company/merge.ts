/** Two records of one firm made one. */
import { problem, refuseAny } from '#kit/refusal.ts';
import { companyRoles, signedInAs } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import { laterRestriction } from '../sanction/force.ts';
import { tellAccess } from '../member/claims.ts';
import { refuseOwnFirm } from '../member/place.ts';
import { refuseGone } from './access.ts';
import { isSameCertificate } from './certification.ts';
import { changeCompany, readAt, tell } from './change.ts';
import type { CertificationRecord, CompanyRecord } from './company.model.ts';

/** Two records, each read at a revision. */
export interface Merge {
  id: string;
  revision: number;
  intoId: string;
  intoRevision: number;
}

/**
 * Makes a company part of another: its members and certificates go over, its record stays and points there, and
 * whoever refers to it reaches the other. Only the secretariat may.
 *
 * @returns the company that stays
 * @throws {Refusal} NOT_FOUND, STALE, WRONG_STATE, INVALID (intoId)
 */
export async function mergeCompanies(context: Context, merge: Merge): Promise<CompanyRecord> {
  signedInAs(context.viewer, 'SECRETARIAT');
  refuseAny(
    merge.id === merge.intoId
      ? [problem('INVALID', 'A company is not merged into itself.', ['intoId'])]
      : [],
  );
  const from = await readAt(context, merge);
  const place = { id: merge.intoId, revision: merge.intoRevision };
  const into = await readAt(context, place, 'intoId', 'intoRevision');
  refuseGone(from);
  refuseGone(into, 'intoId');
  await refuseOwnFirm(context, from._id);
  await refuseOwnFirm(context, into._id, 'intoId');
  await moveMembers(context, from, into);
  await changeCompany(context, from, { status: 'MERGED', mergedIntoId: into._id });
  await redirect(context, from._id, into._id);
  const certifications = joined(into.certifications, from.certifications);
  const logo = into.logo ?? from.logo ?? null;
  return changeCompany(context, into, { certifications, logo, ...laterRestriction(from, into) });
}

/** The certificates of both, each once. */
export function joined(
  own: readonly CertificationRecord[],
  added: readonly CertificationRecord[],
): CertificationRecord[] {
  const news = added.filter((each) => !own.some((held) => isSameCertificate(held, each)));
  // They are no longer what an import of the other record brought.
  return [...own, ...news.map((each) => ({ ...each, imported: false }))];
}

/** Records that point to a company that is merged itself point on, so that no way is longer than one step. */
async function redirect(context: Context, fromId: string, intoId: string): Promise<void> {
  await context.companies.updateMany(
    { mergedIntoId: fromId },
    { $set: { mergedIntoId: intoId }, $inc: { revision: 1 } },
  );
  const redirected = await context.companies
    .find({ mergedIntoId: intoId, _id: { $ne: fromId } })
    .lean();
  await tell(context, redirected);
}

/** Moves members and invitations; of somebody who is in both, the higher role stays. */
async function moveMembers(
  context: Context,
  from: CompanyRecord,
  into: CompanyRecord,
): Promise<void> {
  const { members, companies } = context;
  await companies.updateMany(
    { _id: { $in: [from._id, into._id] } },
    { $inc: { memberChanges: 1 } },
  );
  const there = await members.find({ companyId: into._id }).lean();
  const known = new Map(there.map((member) => [member.email, member]));
  const moved = await members.find({ companyId: from._id }).lean();
  for (const member of moved) {
    const same = known.get(member.email);
    if (!same) {
      await members.updateOne(
        { _id: member._id },
        { $set: { companyId: into._id }, $inc: { revision: 1 } },
      );
      continue;
    }
    await members.deleteOne({ _id: member._id });
    if (member.state !== 'ACTIVE') continue;
    const role =
      same.state === 'ACTIVE' &&
      companyRoles.indexOf(same.role) <= companyRoles.indexOf(member.role)
        ? same.role
        : member.role;
    const { userId, joinedAt, state } = member;
    await members.updateOne(
      { _id: same._id },
      { $set: { role, userId, state, joinedAt: same.joinedAt ?? joinedAt }, $inc: { revision: 1 } },
    );
  }
  await tellAccess(
    context,
    moved.map(({ userId }) => userId),
  );
}
