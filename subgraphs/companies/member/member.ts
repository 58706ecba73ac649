/** Members of companies: inviting, accepting, changing, leaving. The last owner stays. */
import { newId } from '#kit/id.ts';
import { isDuplicateKey } from '#kit/mongo.ts';
import { problem, refusal, refuseAny } from '#kit/refusal.ts';
import { actingFor, forbid, signedIn, type CompanyRole } from '#kit/viewer.ts';
import { emailOf, emailProblems } from '../account/email.ts';
import { owning, refuseGone } from '../company/access.ts';
import type { CompanyRecord } from '../company/company.model.ts';
import type { Context } from '../context.ts';
import { post } from '../mail/post.ts';
import { keepDeparture, tellAccess, tellPlace } from './claims.ts';
import type { MemberRecord } from './member.model.ts';
import { isLower, keepsOwner } from './ownership.ts';

/** How many members and open invitations a company has at most. */
const mostMembers = 500;

/** A membership that was read at a revision. */
export interface MemberAt {
  id: string;
  revision: number;
}

/** The membership of who registers a company. */
export async function addOwner(context: Context, companyId: string, userId: string): Promise<void> {
  const { users, members } = context;
  const user = await users.findById(userId).lean();
  if (!user) forbid('This account is gone.');
  const now = new Date();
  await members.create([
    {
      ...newMember({ companyId, email: user.email, role: 'OWNER' }),
      userId,
      state: 'ACTIVE',
      joinedAt: now,
    },
  ]);
  await tellPlace(context, userId);
}

/**
 * Invites somebody by e-mail, and mails the invitation. The company's owners may, and the secretariat.
 *
 * @throws {Refusal} NOT_FOUND (companyId), WRONG_STATE (companyId), INVALID, TAKEN (email), LIMIT_REACHED
 */
export async function inviteMember(
  context: Context,
  invitation: { companyId: string; email: string; role: CompanyRole },
): Promise<MemberRecord> {
  const { userId } = owning(context.viewer, invitation.companyId);
  const { companyId, role } = invitation;
  const email = emailOf(invitation.email);
  const company = await lockMembers(context, companyId);
  refuseGone(company, 'companyId');
  refuseAny(emailProblems(email, ['email']));
  const count = await context.members.countDocuments({ companyId });
  refuseAny(
    count < mostMembers
      ? []
      : [problem('LIMIT_REACHED', `At most ${mostMembers} members.`, ['companyId'])],
  );
  const member = {
    ...newMember({ companyId, email, role }),
    invitedAt: new Date(),
    invitedById: userId,
  };
  await context.members.create([member]).catch((error: unknown) => {
    throw isDuplicateKey(error)
      ? refusal('TAKEN', 'This e-mail was invited before or is a member.', ['email'])
      : error;
  });
  const inviter = await context.users.findById(userId, { name: 1 }).lean();
  await post(context, email, {
    kind: 'INVITATION',
    company: company.name,
    inviter: inviter?.name ?? '',
  });
  return member;
}

/**
 * Accepts an invitation. The user who proved to read the invited e-mail may.
 *
 * @throws {Refusal} NOT_FOUND (id), STALE (revision), WRONG_STATE (id)
 */
export async function acceptMembership(context: Context, at: MemberAt): Promise<MemberRecord> {
  const { userId } = signedIn(context.viewer);
  const user = await context.users.findById(userId).lean();
  const member = await context.members.findById(at.id).lean();
  if (!user || !member || member.email !== user.email) throw unknown();
  refuseStale(member, at);
  if (member.state === 'ACTIVE')
    throw refusal('WRONG_STATE', 'This invitation was accepted.', ['id']);
  if (user.verifiedAt === null)
    throw refusal('WRONG_STATE', 'Confirm your e-mail first.', ['id'], { rule: 'EMAIL_VERIFIED' });
  refuseGone(await lockMembers(context, member.companyId));
  const joined = await write(context, member, { userId, state: 'ACTIVE', joinedAt: new Date() });
  await tellPlace(context, userId);
  return joined;
}

/**
 * Gives a member another role. The company's owners may, and the secretariat.
 *
 * @throws {Refusal} NOT_FOUND (id), STALE (revision), WRONG_STATE (role) for the last owner
 */
export async function changeMember(
  context: Context,
  { role, ...at }: MemberAt & { role: CompanyRole },
): Promise<MemberRecord> {
  signedIn(context.viewer);
  const member = await readMember(context, at.id);
  owning(context.viewer, member.companyId);
  refuseStale(member, at);
  await lockMembers(context, member.companyId);
  await refuseOwnerless(context, member, role, 'role');
  const changed = await write(context, member, { role });
  if (isLower(role, member.role)) await tellAccess(context, [member.userId]);
  return changed;
}

/**
 * Makes another member owner and the viewer an editor. The company's owners may.
 *
 * @returns the new owner's membership
 * @throws {Refusal} NOT_FOUND (id), STALE (revision), WRONG_STATE (id)
 */
export async function transferOwnership(context: Context, at: MemberAt): Promise<MemberRecord> {
  signedIn(context.viewer);
  const heir = await readMember(context, at.id);
  const { companyId } = heir;
  const { userId } = actingFor(context.viewer, companyId, 'OWNER');
  refuseStale(heir, at);
  if (heir.state !== 'ACTIVE' || heir.role === 'OWNER')
    throw refusal('WRONG_STATE', 'Ownership goes to an active member who is no owner.', ['id'], {
      found: heir.state === 'ACTIVE' ? heir.role : heir.state,
    });
  await lockMembers(context, companyId);
  const own = await context.members.findOne({ userId, companyId, role: 'OWNER' }).lean();
  if (!own) forbid('Only OWNER of the company may do this.');
  await write(context, own, { role: 'EDITOR' });
  await tellAccess(context, [userId]);
  return write(context, heir, { role: 'OWNER' });
}

/**
 * Takes a member out, or withdraws or declines an invitation. The company's owners may, the secretariat, and the
 * member.
 *
 * @returns the company that was left
 * @throws {Refusal} NOT_FOUND (id), STALE (revision), WRONG_STATE (id) for the last owner
 */
export async function removeMember(context: Context, at: MemberAt): Promise<CompanyRecord> {
  const { userId } = signedIn(context.viewer);
  const member = await readMember(context, at.id);
  if (!(await isOwn(context, member, userId))) owning(context.viewer, member.companyId);
  refuseStale(member, at);
  const company = await lockMembers(context, member.companyId);
  await refuseOwnerless(context, member, null, 'id');
  const { deletedCount } = await context.members.deleteOne({
    _id: member._id,
    revision: member.revision,
  });
  if (deletedCount === 0) throw stale();
  if (member.userId !== null) await keepDeparture(context, member.userId, member.companyId);
  await tellAccess(context, [member.userId]);
  return company;
}

/** A user's places in companies and the open invitations to the user's e-mail; the latter once it is verified. */
export async function findMemberships(
  { members, users }: Pick<Context, 'members' | 'users'>,
  userId: string,
): Promise<MemberRecord[]> {
  const user = await users.findById(userId).lean();
  const own = await members.find({ userId }).sort({ companyId: 1 }).lean();
  if (!user?.verifiedAt) return own;
  const invited = await members.find({ email: user.email, state: 'INVITED' }).lean();
  return [...own, ...invited];
}

function newMember(place: Pick<MemberRecord, 'companyId' | 'email' | 'role'>): MemberRecord {
  return {
    _id: newId(),
    revision: 1,
    ...place,
    userId: null,
    state: 'INVITED',
    invitedAt: null,
    invitedById: null,
    joinedAt: null,
  };
}

/**
 * The company, written in this transaction: two changes of its members meet here and are carried out one after the
 * other, so that two owners cannot both leave on the strength of the other.
 */
async function lockMembers({ companies }: Context, companyId: string): Promise<CompanyRecord> {
  const company = await companies
    .findOneAndUpdate(
      { _id: companyId },
      { $inc: { memberChanges: 1 } },
      { returnDocument: 'after' },
    )
    .lean<CompanyRecord>();
  if (!company) throw refusal('NOT_FOUND', 'There is no such company.', ['companyId']);
  return company;
}

async function readMember({ members }: Context, id: string): Promise<MemberRecord> {
  const member = await members.findById(id).lean();
  if (!member) throw unknown();
  return member;
}

async function refuseOwnerless(
  { members }: Context,
  { _id, companyId }: MemberRecord,
  role: CompanyRole | null,
  path: string,
): Promise<void> {
  const all = await members.find({ companyId }).lean();
  if (!keepsOwner(all, _id, role))
    throw refusal('WRONG_STATE', 'A company keeps at least one owner.', [path], {
      rule: 'LAST_OWNER',
    });
}

/** Whether the membership is the user's, or an invitation to the user's verified e-mail. */
async function isOwn({ users }: Context, member: MemberRecord, userId: string): Promise<boolean> {
  if (member.userId !== null) return member.userId === userId;
  const user = await users.findById(userId).lean();
  return user !== null && user.verifiedAt !== null && user.email === member.email;
}

async function write(
  { members }: Context,
  member: MemberRecord,
  change: Partial<MemberRecord>,
): Promise<MemberRecord> {
  const { _id, revision } = member;
  const { modifiedCount } = await members
    .updateOne({ _id, revision }, { $set: change, $inc: { revision: 1 } })
    .catch((error: unknown) => {
      throw isDuplicateKey(error)
        ? refusal('TAKEN', 'You are a member of this company.', ['id'])
        : error;
    });
  if (modifiedCount === 0) throw stale();
  return { ...member, ...change, revision: revision + 1 };
}

function refuseStale({ revision }: MemberRecord, at: MemberAt): void {
  if (revision !== at.revision) throw stale();
}

function stale() {
  return refusal('STALE', 'The membership was changed since it was read; read it again.', [
    'revision',
  ]);
}

function unknown() {
  return refusal('NOT_FOUND', 'There is no such membership.', ['id']);
}
