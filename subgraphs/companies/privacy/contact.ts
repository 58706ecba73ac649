/** Contact data of people: who may see it, and that every read of another person's is kept. */
import { findPage, type Page, type PageRequest } from '#kit/page.ts';
import type { UserRecord } from '../account/user.model.ts';
import { isSelf, maySeeUser } from '../account/user.ts';
import type { Context } from '../context.ts';
import type { MemberRecord } from '../member/member.model.ts';
import type { ContactReadRecord } from './contact-read.model.ts';

/** A user's e-mail, for the user and the secretariat; null for others. A read by another is kept before it is answered. */
export async function emailOfUser(context: Context, user: UserRecord): Promise<string | null> {
  if (!maySeeUser(context, user._id)) return null;
  if (!isSelf(context, user._id)) await context.loaders.contactRead.load(user._id);
  return user.email;
}

/** A member's e-mail, for whoever sees the membership. A read by another is kept before it is answered. */
export async function emailOfMember(context: Context, member: MemberRecord): Promise<string> {
  const { userId, email, _id } = member;
  if (userId === null || !isSelf(context, userId))
    await context.loaders.contactRead.load(userId ?? _id);
  return email;
}

/** Who read the viewer's own contact data, the last first; null for another user. */
export function findContactReads(
  { viewer, contactReads }: Context,
  userId: string,
  request: PageRequest,
): Promise<Page<ContactReadRecord>> | null {
  if (viewer.userId !== userId) return null;
  return findPage(contactReads, { subjectId: userId }, [['_id', -1]], request);
}
