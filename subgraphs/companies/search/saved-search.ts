/** Searches that users keep: a mail and the inbox tell when a firm matches that did not before. */
import { publishFacts } from '#kit/facts.ts';
import { newId } from '#kit/id.ts';
import { seoulDay } from '#kit/instant.ts';
import { transaction } from '#kit/mongo.ts';
import { problem, refusal, refuseAny } from '#kit/refusal.ts';
import { tidy } from '#kit/text.ts';
import { signedIn } from '#kit/viewer.ts';
import type { SearchFact } from '#schema/facts.ts';
import type { Context } from '../context.ts';
import { post } from '../mail/post.ts';
import { entryQuery, type CompanyFilter } from './query.ts';
import type { SavedSearchRecord } from './saved-search.model.ts';

const mostSearches = 50;
/** A search that finds more is not one for firms that are new. */
const mostKnown = 5_000;
/** How many a mail names, and how many an inbox is told of at once. */
const mostNamed = 10;
const mostLately = 100;
/** How often a search is looked at, and how long a change may take to be seen after it was dated, in milliseconds. */
const interval = 60_000;
const overlap = 120_000;

/** The viewer's own searches, the first saved first; null for another user. */
export async function findSavedSearches(
  { viewer, savedSearches }: Context,
  userId: string,
): Promise<SavedSearchRecord[] | null> {
  if (viewer.userId !== userId) return null;
  return savedSearches.find({ userId }).sort({ _id: 1 }).lean();
}

/**
 * Keeps a search. Any user may, so many.
 *
 * @throws {Refusal} INVALID (name, filter), LIMIT_REACHED
 * @throws {GraphQLError} BAD_USER_INPUT for a filter that no search takes
 */
export async function saveSearch(
  { viewer, users, savedSearches, entries }: Context,
  draft: { name: string; filter: CompanyFilter },
): Promise<SavedSearchRecord> {
  const { userId } = signedIn(viewer);
  const name = tidy(draft.name);
  const now = new Date();
  // Two that are saved at once meet here: the second one counts the first.
  await users.updateOne({ _id: userId }, { $inc: { searchChanges: 1 } });
  const own = await savedSearches.countDocuments({ userId });
  const { statuses, origin } = draft.filter;
  refuseAny([
    ...(name.length >= 1 && name.length <= 80
      ? []
      : [problem('INVALID', 'A name has 1 to 80 characters.', ['name'])]),
    ...(statuses == null && origin == null
      ? []
      : [problem('INVALID', 'States and sources are not for saved searches.', ['filter'])]),
    ...(own < mostSearches
      ? []
      : [problem('LIMIT_REACHED', `At most ${mostSearches} searches.`, [])]),
  ]);
  const query = entryQuery(draft.filter, seoulDay(now), null);
  const found = await entries
    .find(query, { _id: 1 })
    .limit(mostKnown + 1)
    .lean();
  if (found.length > mostKnown)
    throw refusal('LIMIT_REACHED', 'This finds too many firms; narrow it.', ['filter'], {
      limit: String(mostKnown),
    });
  const record: SavedSearchRecord = {
    _id: newId(),
    revision: 1,
    userId,
    name,
    filter: draft.filter,
    savedAt: now,
    knownIds: found.map(({ _id }) => _id),
    told: 0,
    lately: [],
    checkedAt: now,
    nextAt: new Date(now.getTime() + interval),
  };
  await savedSearches.create([record]);
  return record;
}

/**
 * Forgets a search. Its user may.
 *
 * @throws {Refusal} NOT_FOUND (id), STALE (revision)
 */
export async function forgetSearch(
  { viewer, savedSearches, facts }: Context,
  { id, revision }: { id: string; revision: number },
): Promise<string> {
  const { userId } = signedIn(viewer);
  const search = await savedSearches.findOne({ _id: id, userId }, { revision: 1 }).lean();
  if (!search) throw refusal('NOT_FOUND', 'You have no such search.', ['id']);
  const { deletedCount } = await savedSearches.deleteOne({ _id: id, revision });
  if (deletedCount === 0)
    throw refusal('STALE', 'The search was changed since it was read; read it again.', [
      'revision',
    ]);
  await publishFacts(facts, [{ kind: 'search', key: id, state: null }]);
  return id;
}

/**
 * Looks at every search that is due and tells its user of the firms that match now and were not known.
 *
 * @returns how many mails were posted
 */
export async function notifySearches(context: Context, now: Date): Promise<number> {
  let posted = 0;
  for (;;) {
    const search = await context.savedSearches
      .findOneAndUpdate(
        { nextAt: { $lte: now } },
        { $set: { nextAt: new Date(now.getTime() + interval) } },
        { sort: { nextAt: 1 }, returnDocument: 'after' },
      )
      .lean<SavedSearchRecord>();
    if (!search) return posted;
    if (await notify(context, search, now)) posted += 1;
  }
}

/** What may match that did not: what changed since, or, as a day began, also certificates that are valid from then on. */
function changedSince({ filter, checkedAt }: SavedSearchRecord, now: Date) {
  const since = new Date(checkedAt.getTime() - overlap);
  const isNewDay = filter.certificate != null && seoulDay(since) !== seoulDay(now);
  return isNewDay ? [] : [{ changedAt: { $gte: since } }];
}

async function notify(context: Context, search: SavedSearchRecord, now: Date): Promise<boolean> {
  const { savedSearches, entries, companies, users } = context;
  const matching = entryQuery(search.filter, seoulDay(now), null);
  const recent = changedSince(search, now);
  const found = await entries.find({ $and: [...recent, matching] }, { _id: 1 }).lean();
  const known = new Set(search.knownIds);
  const ids = found.map(({ _id }) => _id).filter((id) => !known.has(id));
  const news = ids.map((companyId) => ({ companyId, at: now }));
  const lately = [...search.lately, ...news].slice(-mostLately);
  return transaction(context.connection, async () => {
    const user = await users.findById(search.userId).lean();
    // What is found until the e-mail is confirmed is told then.
    if (!user?.verifiedAt) return false;
    const { modifiedCount } = await savedSearches.updateOne(
      // Two that look at once: the one that comes second has nothing to tell.
      { _id: search._id, checkedAt: search.checkedAt },
      {
        $set: { checkedAt: now, lately },
        $inc: { told: ids.length },
        $push: { knownIds: { $each: ids } },
      },
    );
    if (modifiedCount === 0 || ids.length === 0) return false;
    const state = { userId: user._id, name: search.name, found: lately } satisfies SearchFact;
    await publishFacts(context.facts, [{ kind: 'search', key: search._id, state }]);
    const named = await companies
      .find({ _id: { $in: ids.slice(0, mostNamed) } }, { name: 1 })
      .lean();
    await post(context, user.email, {
      kind: 'SEARCH_FOUND',
      search: search.name,
      companies: named.map(({ name }) => name),
      count: ids.length,
    });
    return true;
  });
}
