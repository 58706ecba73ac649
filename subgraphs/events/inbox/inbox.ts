/** Inboxes: what a user should see, and what they have read. */
import type { Model } from 'mongoose';

import { findPage, type PageRequest } from '#kit/page.ts';
import { problem, refusal, refuseAny } from '#kit/refusal.ts';
import { signedIn } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import type { SavedFilterRecord } from '../saved-filter/saved-filter.model.ts';
import type { InboxPage, InboxRecord } from './inbox.model.ts';

/** Which items were read. */
export interface ReadInboxInput {
  ids?: string[] | null | undefined;
  upTo?: string | null | undefined;
}

const mostIds = 100;

/** The viewer's inbox, the newest first. */
export async function findInbox(
  { viewer, inbox }: Context,
  unreadOnly: boolean | null | undefined,
  page: PageRequest,
): Promise<InboxPage> {
  const { userId } = signedIn(viewer);
  const filter = unreadOnly === true ? { userId, readAt: null } : { userId };
  const found = await findPage(
    inbox,
    filter,
    [
      ['at', -1],
      ['_id', -1],
    ],
    page,
  );
  return { ...found, userId };
}

/** How many items a user has not read. */
export async function countUnread(inbox: Model<InboxRecord>, userId: string): Promise<number> {
  return inbox.countDocuments({ userId, readAt: null });
}

/**
 * Marks items of the viewer as read.
 *
 * @returns how many were unread and are not any more, and how many still are
 * @throws {Refusal} INVALID (neither or both are given), LIMIT_REACHED (ids), NOT_FOUND (upTo)
 */
export async function readInbox(
  { viewer, inbox }: Context,
  { ids, upTo }: ReadInboxInput,
): Promise<{ readCount: number; unreadCount: number }> {
  const { userId } = signedIn(viewer);
  refuseAny([
    ...((ids == null) === (upTo == null)
      ? [problem('INVALID', 'Name some items, or the one up to which all are read.', ['ids'])]
      : []),
    ...((ids?.length ?? 0) > mostIds
      ? [
          problem('LIMIT_REACHED', `At most ${mostIds} can be named.`, ['ids'], {
            limit: String(mostIds),
            found: String(ids?.length),
          }),
        ]
      : []),
  ]);
  const which = upTo == null ? { _id: { $in: ids ?? [] } } : await upToItem(inbox, userId, upTo);
  const { modifiedCount } = await inbox.updateMany(
    { ...which, userId, readAt: null },
    { $set: { readAt: new Date() } },
  );
  return { readCount: modifiedCount, unreadCount: await countUnread(inbox, userId) };
}

/** The saved filters that brought an item, as far as its user still keeps them. */
export async function filtersOf(
  { savedFilterById }: Pick<Context, 'savedFilterById'>,
  { filterIds }: InboxRecord,
): Promise<SavedFilterRecord[]> {
  const found = await savedFilterById.loadMany(filterIds);
  return found.flatMap((each) => (each && !(each instanceof Error) ? [each] : []));
}

async function upToItem(inbox: Model<InboxRecord>, userId: string, id: string): Promise<object> {
  const item = await inbox.findOne({ _id: id, userId }).lean<InboxRecord | null>();
  if (!item) throw refusal('NOT_FOUND', 'Your inbox has no such item.', ['upTo']);
  return { $or: [{ at: { $lt: item.at } }, { at: item.at, _id: { $lte: item._id } }] };
}
