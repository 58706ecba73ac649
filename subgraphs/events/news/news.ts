/** The feed: telling what happened to events, and reading it again. */
import { isDeepStrictEqual } from 'node:util';

import type { Model } from 'mongoose';

import { newId } from '#kit/id.ts';
import { badInput, decodeCursor, encodeCursor, findPage, type PageRequest } from '#kit/page.ts';
import type { Context } from '../context.ts';
import { newsQuery, select, type EventFilter } from '../event/event-filter.ts';
import type { EventRecord } from '../event/event.model.ts';
import type { CounterRecord, News, NewsPage, NewsRecord, NewsTraces } from './news.model.ts';

/** Name of the feed's numbering. */
const numbering = 'news';

/** What happened, before it has a place in the feed. */
export interface Happening extends Pick<NewsRecord, 'kind' | 'at' | 'changes'> {
  event: EventRecord;
  /** The event as it was; null when it is new. */
  before: EventRecord | null;
}

/**
 * Adds to the feed, in the transaction of the change. The numbering is one document: transactions that tell meet
 * there, so places are given in the order of the commits and without gaps, and a reader that has one place has all
 * before it.
 */
export async function tellNews(
  { news, counters }: { news: Model<NewsRecord>; counters: Model<CounterRecord> },
  happenings: readonly Happening[],
): Promise<void> {
  if (happenings.length === 0) return;
  const counter = await counters
    .findOneAndUpdate(
      { _id: numbering },
      { $inc: { value: happenings.length } },
      { returnDocument: 'after', upsert: true },
    )
    .lean();
  const first = (counter?.value ?? 0) - happenings.length + 1;
  await news.insertMany(
    happenings.map(({ event, before, ...rest }, index) => ({
      ...rest,
      _id: newId(),
      seq: first + index,
      eventId: event._id,
      about: abouts(event, before),
    })),
  );
}

/** Begins the numbering, so that no two transactions have to. */
export async function beginNumbering(counters: Model<CounterRecord>): Promise<void> {
  await counters.updateOne({ _id: numbering }, { $setOnInsert: { value: 0 } }, { upsert: true });
}

/** The last place that was given. */
export async function lastPlace(counters: Model<CounterRecord>): Promise<number> {
  const counter = await counters.findById(numbering).lean<CounterRecord | null>();
  return counter?.value ?? 0;
}

/** The cursor of a place in the feed. */
export function cursorOf({ seq }: Pick<NewsRecord, 'seq'>): string {
  return encodeCursor([seq]);
}

/**
 * The place that a cursor names.
 *
 * @param last the last place that was given
 * @throws {GraphQLError} BAD_USER_INPUT when the feed gave no such cursor
 */
export function placeOf(cursor: string, last: number): number {
  const [place] = decodeCursor(cursor, 1);
  if (Number.isSafeInteger(place) && Number(place) >= 0 && Number(place) <= last)
    return Number(place);
  throw badInput('This cursor is not ours.');
}

/** The event that an entry is about, as it is now. */
export async function eventOf(
  { eventById }: Pick<Context, 'eventById'>,
  { event, eventId }: Pick<News, 'event' | 'eventId'>,
): Promise<EventRecord> {
  const found = event ?? (await eventById.load(eventId));
  if (!found) throw new Error(`Event ${eventId} is named, which is not there.`);
  return found;
}

/** News of a selection, the newest first. */
export async function findNews(
  context: Context,
  filter: EventFilter | null | undefined,
  since: string | null | undefined,
  page: PageRequest,
): Promise<NewsPage> {
  const selection = await select(context, filter);
  const after = since == null ? null : placeOf(since, await lastPlace(context.counters));
  return findPage(
    context.news,
    { ...newsQuery(selection), ...(after !== null && { seq: { $gt: after } }) },
    [['seq', -1]],
    page,
  );
}

/**
 * What happens to events of a selection, as it happens.
 *
 * @throws {GraphQLError} BAD_USER_INPUT for a filter or a cursor that is not well made
 */
export async function followNews(
  context: Context,
  filter: EventFilter | null | undefined,
  after: string | null | undefined,
): Promise<AsyncIterable<NewsRecord>> {
  const selection = await select(context, filter);
  const last = await lastPlace(context.counters);
  return context.feed.entries(selection, after == null ? last : placeOf(after, last));
}

function abouts(event: EventRecord, before: EventRecord | null): NewsTraces[] {
  const after = tracesAlone(event);
  const earlier = before && tracesAlone(before);
  return earlier && !isDeepStrictEqual(after, earlier) ? [after, earlier] : [after];
}

function tracesAlone(event: EventRecord): NewsTraces {
  const { kind, sectors, technologies, places, hostId, startsAt, endsAt, words, grams } = event;
  return { kind, sectors, technologies, places, hostId, startsAt, endsAt, words, grams };
}
