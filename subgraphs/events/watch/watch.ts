/** Watching: a user is told of what happens to a firm, a technology or a sector. */
import { newId } from '#kit/id.ts';
import { knownOf } from '#kit/known.ts';
import { findPage, type PageRequest } from '#kit/page.ts';
import { refusal } from '#kit/refusal.ts';
import { signedIn } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import type { WatchKind, WatchPage, WatchRecord } from './watch.model.ts';

/** Things that one user may watch. */
const watchesLimit = 1_000;

/** What is to be watched, or not any more. */
export interface GivenWatch {
  kind: WatchKind;
  /** Id of the firm or technology, code of the sector. */
  key: string;
}

/**
 * Watches something; what the user watches already stays as it is.
 *
 * @throws {Refusal} NOT_FOUND (key), LIMIT_REACHED (key)
 * @throws {GraphQLError} UNAUTHENTICATED
 */
export async function watch(context: Context, { kind, key }: GivenWatch): Promise<WatchRecord> {
  const { userId } = signedIn(context.viewer);
  const { watches } = context;
  if (!(await isThere(context, kind, key)))
    throw refusal('NOT_FOUND', 'There is nothing of this kind.', ['key']);
  const there = await watches.findOne({ userId, kind, key }).lean<WatchRecord>();
  if (there) return there;
  if ((await watches.countDocuments({ userId })) >= watchesLimit)
    throw refusal('LIMIT_REACHED', `A user watches up to ${watchesLimit} things.`, ['key'], {
      limit: String(watchesLimit),
      found: String(watchesLimit),
    });
  const record: WatchRecord = { _id: newId(), userId, kind, key, since: new Date() };
  await watches.create([record]);
  return record;
}

async function isThere(context: Context, kind: WatchKind, key: string): Promise<boolean> {
  const { companies, technologies, connection } = context;
  const gone = false;
  switch (kind) {
    case 'COMPANY':
      return (await companies.exists({ _id: key, gone })) !== null;
    case 'TECHNOLOGY':
      return (await technologies.exists({ _id: key, gone })) !== null;
    case 'SECTOR':
      return (await knownOf(connection).exists({ _id: `sector:${key}`, gone })) !== null;
    default:
      return kind satisfies never;
  }
}

/**
 * Watches something no longer; what is not watched stays so.
 *
 * @returns whether it was watched
 */
export async function unwatch(
  { viewer, watches }: Context,
  { kind, key }: GivenWatch,
): Promise<boolean> {
  const { userId } = signedIn(viewer);
  const { deletedCount } = await watches.deleteOne({ userId, kind, key });
  return deletedCount > 0;
}

/** What the viewer watches, the newest first. */
export function findWatches({ viewer, watches }: Context, page: PageRequest): Promise<WatchPage> {
  const { userId } = signedIn(viewer);
  return findPage(watches, { userId }, [['_id', -1]], page);
}
