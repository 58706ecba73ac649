/** Accounts made by an operator, ready to use: for the seed and for the first days of an installation. */
import { recordDeed } from '#kit/audit.ts';
import { newId } from '#kit/id.ts';
import { transaction } from '#kit/mongo.ts';
import { problem, refuseAny } from '#kit/refusal.ts';
import { signedInAs, type CompanyRole, type PlatformRole } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import { tellAccess, tellPlace } from '../member/claims.ts';
import { isLower } from '../member/ownership.ts';
import { hashPassword, isPassword } from './password.ts';
import { endSessions } from './session.ts';
import { checkedUser, type UserDraft } from './user.ts';
import type { UserRecord } from './user.model.ts';

/** An account that is ready to use. */
export interface Provision extends UserDraft {
  roles?: PlatformRole[] | undefined;
  memberships?: Place[] | undefined;
}

/** A place in a company. */
export interface Place {
  companyId: string;
  role: CompanyRole;
}

/**
 * Makes an account, verified, with roles and places in companies; or brings the account of that e-mail to it. Places
 * that are not named stay as they are. What was open with another password, or before anybody proved to read the e-mail,
 * ends. Only an operator may.
 *
 * @throws {Refusal} INVALID (name, email, password), NOT_FOUND (memberships)
 */
export async function provisionUser(context: Context, draft: Provision): Promise<UserRecord> {
  signedInAs(context.viewer, 'OPERATOR');
  return bringUser(context, draft);
}

/** `provisionUser` without asking who may: for the installation itself. */
export async function bringUser(context: Context, draft: Provision): Promise<UserRecord> {
  const { viewer } = context;
  const { name, email } = checkedUser(draft);
  const known = await context.users.findOne({ email }).lean();
  // Hashing is slow on purpose: before the transaction, not in it.
  const same = known !== null && (await isPassword(draft.password, known.passwordHash));
  const passwordHash = same ? known.passwordHash : await hashPassword(draft.password);
  const places = draft.memberships ?? [];
  const roles = [...new Set(draft.roles ?? [])].sort();
  return transaction(context.connection, async () => {
    await refuseUnknownCompanies(context, places);
    const now = new Date();
    const user = await context.users
      .findOneAndUpdate(
        { email },
        {
          $set: { name, passwordHash, roles },
          $setOnInsert: {
            _id: newId(),
            joinedAt: now,
            verifiedAt: now,
            secondFactor: null,
          },
          $inc: { revision: 1 },
        },
        { upsert: true, returnDocument: 'after' },
      )
      .lean<UserRecord>();
    if (known && !(same && known.verifiedAt)) await claim(context, known);
    for (const place of places) await bringMembership(context, user, place);
    if (known?.roles.some((role) => !roles.includes(role))) await tellAccess(context, [user._id]);
    const input = { name, email, roles, memberships: places };
    await recordDeed(context.connection, { viewer, mutation: 'provisionUser', input });
    return user;
  });
}

/** Ends what somebody else may have begun: whoever had another password, or opened the account with an e-mail not theirs. */
async function claim(context: Context, { _id: userId, verifiedAt }: UserRecord): Promise<void> {
  await endSessions(context, userId, 'CLAIMED');
  if (verifiedAt) return;
  await context.letterTokens.deleteMany({ userId });
  const claimed = { verifiedAt: new Date(), secondFactor: null };
  await context.users.updateOne({ _id: userId }, { $set: claimed });
}

async function refuseUnknownCompanies(
  { companies }: Context,
  places: readonly Place[],
): Promise<void> {
  const ids = places.map(({ companyId }) => companyId);
  const found = await companies.find({ _id: { $in: ids } }, { _id: 1 }).lean();
  const known = new Set(found.map(({ _id }) => _id));
  refuseAny(
    ids.flatMap((id, index) =>
      known.has(id)
        ? []
        : [
            problem('NOT_FOUND', 'There is no such company.', [
              'memberships',
              String(index),
              'companyId',
            ]),
          ],
    ),
  );
}

async function bringMembership(
  context: Context,
  { _id: userId, email }: UserRecord,
  { companyId, role }: Place,
): Promise<void> {
  const { members } = context;
  const now = new Date();
  const at = { companyId, email };
  const before = await members.findOne({ ...at, userId, state: 'ACTIVE' }).lean();
  if (before?.role === role) return;
  await members.updateOne(
    at,
    {
      $set: { userId, role, state: 'ACTIVE', joinedAt: now },
      $setOnInsert: { _id: newId(), invitedAt: null, invitedById: null },
      $inc: { revision: 1 },
    },
    { upsert: true },
  );
  if (before && isLower(role, before.role)) await tellAccess(context, [userId]);
  else await tellPlace(context, userId);
}
