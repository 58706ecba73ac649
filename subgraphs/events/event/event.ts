/** Events: announcing, changing, cancelling and finding them. */
import { newId } from '#kit/id.ts';
import { unknownCodes, unknownProblems } from '#kit/known.ts';
import { findPage, type Order, type PageRequest } from '#kit/page.ts';
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { tidyText, type Text } from '#kit/text.ts';
import { nodeIds } from '#kit/tree.ts';
import { signedIn } from '#kit/viewer.ts';
import { actingAsHost, hostNames, hostProblems } from '../company/company.ts';
import type { CompanyRecord } from '../company/company.model.ts';
import type { Context } from '../context.ts';
import {
  candidate,
  changedFields,
  tracesOf,
  type Candidate,
  type DetailsInput,
  type TextInput,
} from './event-details.ts';
import { detailProblems, unknownTechnologies } from './event-rules.ts';
import { eventQuery, select, type EventFilter } from './event-filter.ts';
import type { EventDetails, EventPage, EventRecord } from './event.model.ts';
import { fillSeats } from '../seat/line.ts';
import { tellNews } from '../news/news.ts';

/** What is announced. */
export interface AnnounceEventInput extends DetailsInput {
  hostId?: string | null | undefined;
}

/** An event at the revision at which somebody read it. */
export interface ReadEvent {
  id: string;
  revision: number;
}

/** What becomes different. */
export interface ChangeEventInput extends DetailsInput, ReadEvent {}

/** What does not take place, and why. */
export interface CancelEventInput extends ReadEvent {
  reason?: TextInput | null | undefined;
}

/** In which order events are listed. */
export type EventOrder = 'SOONEST_FIRST' | 'LATEST_FIRST';

/** What is left of `uid` after the id. */
const uidHost = 'open-cloud-alliance';

/**
 * Announces an event, for all who follow too.
 *
 * @throws {Refusal} INVALID (what is said), NOT_FOUND (hostId, technologies), WRONG_STATE (hostId)
 */
export async function announceEvent(
  context: Context,
  input: AnnounceEventInput,
): Promise<EventRecord> {
  const hostId = input.hostId ?? null;
  actingAsHost(context.viewer, hostId);
  const now = new Date();
  const { event, host, problems } = await checkedAnnouncement(context, input, now);
  refuseAny(problems);
  const announced = newEvent(event as EventDetails, { hostId, host, now });
  await context.events.create([announced]);
  await tellNews(context, [
    { kind: 'ANNOUNCED', at: now, changes: [], event: announced, before: null },
  ]);
  return announced;
}

/** What would be announced, its host, and every reason against it. */
export async function checkedAnnouncement(
  context: Context,
  input: AnnounceEventInput,
  now: Date,
): Promise<{ event: Candidate; host: CompanyRecord | null; problems: Problem[] }> {
  const hostId = input.hostId ?? null;
  const host = hostId === null ? null : await findHost(context, hostId);
  const ids = await nodeIds(context.technologies, input.technologies ?? []);
  const unknown = await unknownCodes(context.connection, 'sector', input.sectors ?? []);
  const event = candidate(null, input, ids);
  const problems = [
    ...(hostId === null ? organizerProblems(event.organizer) : hostProblems(host, now)),
    ...unknownTechnologies(input, ids),
    ...unknownProblems('sector', input.sectors, unknown, ['sectors']),
    ...detailProblems(event),
    ...lateProblems(event.startsAt, now),
  ];
  return { event, host, problems };
}

/**
 * Changes an event, and tells which fields changed; a change to nothing is no change.
 *
 * @throws {Refusal} NOT_FOUND (id, technologies, sectors), WRONG_STATE (id), STALE (revision), INVALID (what is said)
 */
export async function changeEvent(context: Context, input: ChangeEventInput): Promise<EventRecord> {
  signedIn(context.viewer);
  const now = new Date();
  const before = await openEvent(context, input, now);
  const ids = await nodeIds(context.technologies, input.technologies ?? []);
  const unknown = await unknownCodes(context.connection, 'sector', input.sectors ?? []);
  const event = candidate(before, input, ids);
  const moved = event.startsAt?.getTime() !== before.startsAt.getTime();
  refuseAny([
    ...unknownTechnologies(input, ids),
    ...unknownProblems('sector', input.sectors, unknown, ['sectors']),
    ...detailProblems(event),
    ...(moved ? lateProblems(event.startsAt, now) : []),
  ]);
  const changes = changedFields(before, event as EventDetails);
  if (changes.length === 0) return before;
  const host = before.hostId === null ? null : await findHost(context, before.hostId);
  const after = changedEvent(before, event as EventDetails, { host, now });
  await storeChange(context, before, after);
  after.room = await fillSeats(context, after, now);
  await tellNews(context, [{ kind: 'CHANGED', at: now, changes, event: after, before }]);
  return after;
}

/**
 * Cancels an event, for good.
 *
 * @throws {Refusal} NOT_FOUND (id), WRONG_STATE (id), STALE (revision), INVALID (reason)
 */
export async function cancelEvent(context: Context, input: CancelEventInput): Promise<EventRecord> {
  signedIn(context.viewer);
  const now = new Date();
  const before = await openEvent(context, input, now);
  const reason = reasonOf(input.reason);
  refuseAny(reasonProblems(reason));
  const after = cancelledEvent(before, reason, now);
  await storeChange(context, before, after);
  await tellNews(context, [
    { kind: 'CANCELLED', at: now, changes: ['STATUS'], event: after, before },
  ]);
  return after;
}

/** Events of a filter, by their start. */
export async function findEvents(
  context: Context,
  filter: EventFilter | null | undefined,
  order: EventOrder | null | undefined,
  page: PageRequest,
): Promise<EventPage> {
  const direction = order === 'LATEST_FIRST' ? -1 : 1;
  const byStart: Order = [
    ['startsAt', direction],
    ['_id', direction],
  ];
  return findPage(context.events, eventQuery(await select(context, filter)), byStart, page);
}

/** An event that was not announced before, with what it is found by. */
export function newEvent(
  details: EventDetails,
  {
    hostId,
    host,
    now,
    origin = null,
  }: {
    hostId: string | null;
    host: CompanyRecord | null;
    now: Date;
    origin?: EventRecord['origin'];
  },
): EventRecord {
  const id = newId();
  return {
    ...details,
    ...tracesOf(details, hostNames(host)),
    _id: id,
    hostId,
    status: 'ANNOUNCED',
    cancellationReason: null,
    sequence: 0,
    uid: `${id}@${uidHost}`,
    announcedAt: now,
    changedAt: now,
    origin,
    seriesId: null,
    room: { going: 0, waiting: 0, last: 0 },
    remindedOf: null,
    revision: 1,
  };
}

/** An event with other details. */
export function changedEvent(
  before: EventRecord,
  details: EventDetails,
  { host, now }: { host: CompanyRecord | null; now: Date },
): EventRecord {
  return {
    ...before,
    ...details,
    ...tracesOf(details, hostNames(host)),
    sequence: before.sequence + 1,
    changedAt: now,
    revision: before.revision + 1,
  };
}

/** An event that does not take place any more. */
export function cancelledEvent(before: EventRecord, reason: Text | null, now: Date): EventRecord {
  return {
    ...before,
    status: 'CANCELLED',
    cancellationReason: reason,
    sequence: before.sequence + 1,
    changedAt: now,
    revision: before.revision + 1,
  };
}

/** A reason as it is kept; null when none was given. */
export function reasonOf(input: TextInput | null | undefined): Text | null {
  const reason = tidyText({ ko: input?.ko ?? null, en: input?.en ?? null });
  return reason.ko === null && reason.en === null ? null : reason;
}

/** An event that may still be changed by the viewer, at the revision that they read. */
async function openEvent(
  { viewer, events }: Context,
  { id, revision }: ReadEvent,
  now: Date,
): Promise<EventRecord> {
  const event = await events.findById(id).lean<EventRecord | null>();
  if (!event) throw refusal('NOT_FOUND', 'No event has this id.', ['id']);
  actingAsHost(viewer, event.hostId);
  refuseAny(closedProblems(event, now));
  if (event.revision !== revision) throw stale();
  return event;
}

/** Why an event can no longer be changed; none while it can. */
export function closedProblems(
  { status, endsAt }: Pick<EventRecord, 'status' | 'endsAt'>,
  now: Date,
): Problem[] {
  if (status === 'CANCELLED')
    return [problem('WRONG_STATE', 'This event was cancelled.', ['id'], { found: status })];
  return endsAt > now
    ? []
    : [problem('WRONG_STATE', 'This event is over.', ['id'], { found: endsAt.toISOString() })];
}

async function storeChange(
  { events }: Context,
  { revision }: EventRecord,
  after: EventRecord,
): Promise<void> {
  const { _id, ...fields } = after;
  const { matchedCount } = await events.updateOne({ _id, revision }, { $set: fields });
  if (matchedCount === 0) throw stale();
}

function stale() {
  return refusal('STALE', 'This event was changed since; read it again.', ['revision']);
}

async function findHost({ companies }: Context, id: string): Promise<CompanyRecord | null> {
  return companies.findById(id).lean<CompanyRecord | null>();
}

function organizerProblems(organizer: string | null): Problem[] {
  return organizer === null
    ? [problem('INVALID', 'Without a host, say who organises it.', ['organizer'])]
    : [];
}

function lateProblems(startsAt: Date | null, now: Date): Problem[] {
  return startsAt === null || startsAt > now
    ? []
    : [problem('INVALID', 'An event begins in the future.', ['startsAt'])];
}

/** Why a reason cannot be kept; none when it can. */
export function reasonProblems(reason: Text | null): Problem[] {
  return (['ko', 'en'] as const)
    .filter((language) => (reason?.[language]?.length ?? 0) > 1_000)
    .map((language) =>
      problem('INVALID', 'A reason has at most 1,000 characters.', ['reason', language]),
    );
}
