/** Series: events that repeat, announced, changed and cancelled together. */
import { newId } from '#kit/id.ts';
import { unknownCodes, unknownProblems } from '#kit/known.ts';
import { findPage, type PageRequest } from '#kit/page.ts';
import { problem, refusal, refuseAny, type Problem, type Refusal } from '#kit/refusal.ts';
import { nodeIds } from '#kit/tree.ts';
import { signedIn } from '#kit/viewer.ts';
import { actingAsHost } from '../company/company.ts';
import type { CompanyRecord } from '../company/company.model.ts';
import type { Context } from '../context.ts';
import {
  candidate,
  changedFields,
  type DetailsInput,
  type TextInput,
} from '../event/event-details.ts';
import { detailProblems, unknownTechnologies } from '../event/event-rules.ts';
import type { EventDetails, EventPage, EventRecord } from '../event/event.model.ts';
import {
  cancelledEvent,
  changedEvent,
  checkedAnnouncement,
  newEvent,
  reasonOf,
  reasonProblems,
  type AnnounceEventInput,
} from '../event/event.ts';
import { tellNews, type Happening } from '../news/news.ts';
import { fillSeats } from '../seat/line.ts';
import { occurrencesOf } from './occurrence.ts';
import type { SeriesRecord } from './series.model.ts';

type Maybe<Value> = Value | null | undefined;

/** What is announced. */
export interface AnnounceSeriesInput extends AnnounceEventInput {
  rule: string;
  except?: Maybe<string[]>;
}

/** Occurrences of a series at the revision at which somebody read it. */
export interface ReadSeries {
  id: string;
  revision: number;
  from?: Maybe<Date>;
}

/** What becomes different. */
export interface ChangeSeriesInput
  extends ReadSeries, Omit<DetailsInput, 'startsAt' | 'endsAt' | 'timeZone'> {
  moveMinutes?: Maybe<number>;
}

/** What does not take place, and why. */
export interface CancelSeriesInput extends ReadSeries {
  reason?: Maybe<TextInput>;
}

const minuteMillis = 60_000;
const mostMinutes = 7 * 24 * 60;

/**
 * Announces a series; followers are told of the first occurrence.
 *
 * @throws {Refusal} as `announceEvent`, and INVALID and LIMIT_REACHED (rule, except)
 */
export async function announceSeries(
  context: Context,
  input: AnnounceSeriesInput,
): Promise<SeriesRecord> {
  const hostId = input.hostId ?? null;
  actingAsHost(context.viewer, hostId);
  const now = new Date();
  const { event, host, problems } = await checkedAnnouncement(context, input, now);
  const { startsAt, endsAt, timeZone } = event;
  const repeated =
    startsAt && timeZone
      ? occurrencesOf({ startsAt, timeZone, rule: input.rule, except: input.except ?? [] })
      : { starts: [], problems: [] };
  refuseAny([...problems, ...repeated.problems]);
  const details = event as EventDetails;
  const series: SeriesRecord = {
    _id: newId(),
    hostId,
    rule: input.rule,
    timeZone: details.timeZone,
    announcedAt: now,
    revision: 1,
  };
  const lasts = (endsAt?.getTime() ?? 0) - details.startsAt.getTime();
  const occurrences = repeated.starts.map((start) => ({
    ...newEvent(
      { ...details, startsAt: start, endsAt: new Date(start.getTime() + lasts) },
      { hostId, host, now },
    ),
    seriesId: series._id,
  }));
  await context.series.create([series]);
  await context.events.insertMany(occurrences);
  const [first] = occurrences;
  if (first)
    await tellNews(context, [
      { kind: 'ANNOUNCED', at: now, changes: [], event: first, before: null },
    ]);
  return series;
}

/**
 * Changes the open occurrences from an instant on.
 *
 * @returns how many became different
 * @throws {Refusal} NOT_FOUND (id, technologies), STALE (revision), WRONG_STATE (from), INVALID (what is said)
 */
export async function changeSeries(
  context: Context,
  input: ChangeSeriesInput,
): Promise<{ series: SeriesRecord; changedCount: number }> {
  signedIn(context.viewer);
  const now = new Date();
  const { series, open } = await readSeries(context, input, now);
  const ids = await nodeIds(context.technologies, input.technologies ?? []);
  const unknown = await unknownCodes(context.connection, 'sector', input.sectors ?? []);
  const minutes = input.moveMinutes ?? 0;
  const wanted = open.map((before) => ({
    before,
    event: candidate(before, { ...input, ...moved(before, minutes) }, ids),
  }));
  const [first] = wanted;
  refuseAny([
    ...unknownTechnologies(input, ids),
    ...unknownProblems('sector', input.sectors, unknown, ['sectors']),
    ...(first ? detailProblems(first.event) : []),
    ...moveProblems(minutes, first?.event.startsAt ?? now, now),
  ]);
  const host = await findHost(context, series.hostId);
  const happenings = wanted.flatMap(({ before, event }): Happening[] => {
    const details = event as EventDetails;
    const changes = changedFields(before, details);
    const after = changedEvent(before, details, { host, now });
    return changes.length === 0
      ? []
      : [{ kind: 'CHANGED', at: now, changes, event: after, before }];
  });
  return { series: await store(context, series, happenings), changedCount: happenings.length };
}

/**
 * Cancels the open occurrences from an instant on.
 *
 * @returns how many were cancelled
 * @throws {Refusal} NOT_FOUND (id), STALE (revision), WRONG_STATE (from), INVALID (reason)
 */
export async function cancelSeries(
  context: Context,
  input: CancelSeriesInput,
): Promise<{ series: SeriesRecord; cancelledCount: number }> {
  signedIn(context.viewer);
  const now = new Date();
  const { series, open } = await readSeries(context, input, now);
  const reason = reasonOf(input.reason);
  refuseAny(reasonProblems(reason));
  const happenings = open.map((before): Happening => {
    const event = cancelledEvent(before, reason, now);
    return { kind: 'CANCELLED', at: now, changes: ['STATUS'], event, before };
  });
  return { series: await store(context, series, happenings), cancelledCount: happenings.length };
}

/** Occurrences of a series, by their start. */
export async function findOccurrences(
  { events }: Context,
  { _id }: SeriesRecord,
  page: PageRequest,
): Promise<EventPage> {
  return findPage(
    events,
    { seriesId: _id },
    [
      ['startsAt', 1],
      ['_id', 1],
    ],
    page,
  );
}

async function readSeries(
  { viewer, series: all, events }: Context,
  { id, revision, from }: ReadSeries,
  now: Date,
): Promise<{ series: SeriesRecord; open: EventRecord[] }> {
  const series = await all.findById(id).lean<SeriesRecord | null>();
  if (!series) throw refusal('NOT_FOUND', 'No series has this id.', ['id']);
  actingAsHost(viewer, series.hostId);
  if (series.revision !== revision) throw stale();
  const open = await events
    .find({
      seriesId: id,
      status: 'ANNOUNCED',
      startsAt: { $gte: from ?? now },
      endsAt: { $gt: now },
    })
    .sort({ startsAt: 1, _id: 1 })
    .lean<EventRecord[]>();
  if (open.length === 0)
    throw refusal('WRONG_STATE', 'No occurrence from then on can be changed.', ['from']);
  return { series, open };
}

/** Followers are told of the first one, and of each that somebody goes to or waits for. */
async function store(
  context: Context,
  series: SeriesRecord,
  happenings: readonly Happening[],
): Promise<SeriesRecord> {
  const { _id, revision } = series;
  const after = { ...series, revision: revision + 1 };
  const { matchedCount } = await context.series.updateOne(
    { _id, revision },
    { $set: { revision: after.revision } },
  );
  if (matchedCount === 0) throw stale();
  if (happenings.length === 0) return after;
  await context.events.bulkWrite(
    happenings.map(({ event: { _id: eventId, ...fields } }) => ({
      updateOne: { filter: { _id: eventId }, update: { $set: fields } },
    })),
  );
  for (const { event, before, at } of happenings)
    if (before?.capacity !== event.capacity) await fillSeats(context, event, at);
  const told = happenings.filter(
    ({ event: { room } }, index) => index === 0 || room.going + room.waiting > 0,
  );
  await tellNews(context, told);
  return after;
}

function moved({ startsAt, endsAt }: EventRecord, minutes: number): DetailsInput {
  const later = (instant: Date) => new Date(instant.getTime() + minutes * minuteMillis);
  return { startsAt: later(startsAt), endsAt: later(endsAt) };
}

function moveProblems(minutes: number, startsAt: Date, now: Date): Problem[] {
  if (Math.abs(minutes) > mostMinutes)
    return [problem('INVALID', 'A series moves by at most a week.', ['moveMinutes'])];
  return minutes === 0 || startsAt > now
    ? []
    : [problem('INVALID', 'An event begins in the future.', ['moveMinutes'])];
}

async function findHost({ companies }: Context, id: string | null): Promise<CompanyRecord | null> {
  return id === null ? null : companies.findById(id).lean<CompanyRecord | null>();
}

function stale(): Refusal {
  return refusal('STALE', 'This series was changed since; read it again.', ['revision']);
}
