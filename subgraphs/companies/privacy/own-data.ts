/** What this subgraph keeps of a person: handed out to them, and erased when they ask. */
import { ticketsOf } from '#kit/answer.ts';
import { auditOf, eraseInputs, recordDeed } from '#kit/audit.ts';
import { publishFacts } from '#kit/facts.ts';
import { transaction } from '#kit/mongo.ts';
import { problem, refusal, refuseAny } from '#kit/refusal.ts';
import { signedIn } from '#kit/viewer.ts';
import type { ErasureFact } from '#schema/facts.ts';
import { proveSelf, type GivenProof } from '../account/proof.ts';
import type { UserRecord } from '../account/user.model.ts';
import type { Context } from '../context.ts';
import { tellOver } from '../member/claims.ts';
import { keepsOwner } from '../member/ownership.ts';

/** How many of the last deeds and reads are handed out. */
const mostEntries = 10_000;

/** Everything that this subgraph keeps of the viewer, as JSON; without secrets. The user may. */
export async function exportOwnData(context: Context): Promise<string> {
  const { userId } = signedIn(context.viewer);
  const { connection, users, members, sessions, savedSearches, contactReads } = context;
  const user = await users.findById(userId).lean();
  if (!user) return '{}';
  const { passwordHash: _, secondFactor, ...account } = user;
  const own = { userId };
  const data = {
    account: { ...account, hasSecondFactor: secondFactor !== null },
    memberships: await members.find({ $or: [own, { email: user.email }] }).lean(),
    departures: await context.departures.find(own, { companyId: 1, at: 1 }).lean(),
    sessions: await sessions
      .find(own, { startedAt: 1, expiresAt: 1, endedAt: 1, endedBecause: 1 })
      .lean(),
    identities: await context.identities.find(own).lean(),
    consultationMessages: await context.consultationMessages.find({ authorId: userId }).lean(),
    consultationReads: await context.consultationReads.find(own).lean(),
    reports: await context.cases.find({ reporterId: userId }, { title: 1, receivedAt: 1 }).lean(),
    caseMessages: await context.caseMessages.find({ authorId: userId }).lean(),
    keptApart: await context.doubles.find({ 'apart.byId': userId }, { apart: 1 }).lean(),
    partnerReviews: await context.partnerReviews.find({ writtenById: userId }).lean(),
    savedSearches: await savedSearches.find(own, { name: 1, filter: 1, savedAt: 1 }).lean(),
    contactReads: await contactReads
      .find({ subjectId: userId })
      .sort({ _id: -1 })
      .limit(mostEntries)
      .lean(),
    deeds: await auditOf(connection)
      .find(own, { at: 1, mutation: 1, input: 1 })
      .sort({ at: -1 })
      .limit(mostEntries)
      .lean(),
  };
  return JSON.stringify(data, null, 2);
}

/**
 * Erases the viewer's account: name, e-mail, memberships, sessions, searches, and what was put in with every deed. What
 * public money needs stays: that somebody, now without a name, did what when. The user may, with a proof.
 *
 * @throws {Refusal} INVALID (currentPassword), EXPIRED (confirmation), LIMIT_REACHED, WRONG_STATE for the last owner of a company
 */
export async function eraseAccount(context: Context, proof: GivenProof): Promise<UserRecord> {
  const { userId } = signedIn(context.viewer);
  const user = await context.users.findById(userId).lean();
  if (!user) throw refusal('NOT_FOUND', 'This account is gone.');
  const spend = await proveSelf(context, user, proof);
  return transaction(context.connection, async () => {
    await spend();
    return erase(context, user);
  });
}

async function erase(context: Context, user: UserRecord): Promise<UserRecord> {
  const { connection, viewer, users, members, sessions, savedSearches } = context;
  const { _id: userId, email } = user;
  await leaveCompanies(context, userId);
  await members.deleteMany({ email, state: 'INVITED' });
  await context.departures.deleteMany({ userId });
  await sessions.deleteMany({ userId });
  const searches = await savedSearches.find({ userId }, { _id: 1 }).lean();
  await publishFacts(
    context.facts,
    searches.map(({ _id: key }) => ({ kind: 'search', key, state: null })),
  );
  await savedSearches.deleteMany({ userId });
  await context.consultationReads.deleteMany({ userId });
  await context.identities.deleteMany({ userId });
  await context.letterTokens.deleteMany({ userId });
  await context.confirmations.deleteMany({ userId });
  await context.post.deleteMany({ to: email });
  await context.mailbox.deleteMany({ to: email });
  await ticketsOf(connection).deleteMany({ _id: { $gte: `${userId} `, $lt: `${userId}!` } });
  await eraseInputs(connection, userId, [email]);
  const nobody = {
    name: '—',
    // An address that nobody can have, RFC 2606.
    email: `${userId}@erased.invalid`,
    passwordHash: null,
    secondFactor: null,
    roles: [],
    verifiedAt: null,
  };
  await users.updateOne({ _id: userId }, { $set: nobody, $inc: { revision: 1 } });
  await tellOver(context, userId);
  const state = { at: new Date() } satisfies ErasureFact;
  await publishFacts(context.facts, [{ kind: 'erasure', key: userId, state }]);
  await recordDeed(connection, { viewer, mutation: 'eraseAccount', input: {} });
  return { ...user, ...nobody, revision: user.revision + 1 };
}

async function leaveCompanies({ companies, members }: Context, userId: string): Promise<void> {
  const own = await members.find({ userId }).lean();
  for (const { _id, companyId } of own) {
    await companies.updateOne({ _id: companyId }, { $inc: { memberChanges: 1 } });
    const all = await members.find({ companyId }).lean();
    refuseAny(
      keepsOwner(all, _id, null)
        ? []
        : [
            problem('WRONG_STATE', 'You are the last owner of a company.', [], {
              rule: 'LAST_OWNER',
              found: companyId,
            }),
          ],
    );
    await members.deleteOne({ _id });
  }
}
