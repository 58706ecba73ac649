/** Seats: who goes to an event, who waits for a seat, and who is next. */
import { newId } from '#kit/id.ts';
import { findPage, type PageRequest } from '#kit/page.ts';
import { refusal, refuseAny } from '#kit/refusal.ts';
import { forbid, hasRole, isIn, signedIn } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import type { EventRecord } from '../event/event.model.ts';
import { closedProblems } from '../event/event.ts';
import { fillSeats, setRoom } from './line.ts';
import type { SeatPage, SeatRecord, SeatStatus } from './seat.model.ts';

/** Which event somebody goes to, or does not. */
export interface SeatInput {
  eventId: string;
}

/**
 * Asks for a seat: the viewer goes when one is free, and waits in the line otherwise. Who has one keeps it.
 *
 * @throws {Refusal} NOT_FOUND (eventId), WRONG_STATE (eventId)
 */
export async function attendEvent(context: Context, { eventId }: SeatInput): Promise<SeatRecord> {
  const { userId } = signedIn(context.viewer);
  const now = new Date();
  const event = await openEvent(context, eventId, now);
  const own = await context.seats.findOne({ eventId, userId }).lean<SeatRecord | null>();
  if (own && own.status !== 'LEFT') return own;
  const { going, waiting, last } = event.room;
  // Nobody overtakes the line: a seat is free for a newcomer when nobody waits for it.
  const free = waiting === 0 && (event.capacity === null || going < event.capacity);
  const seat: SeatRecord = {
    _id: own?._id ?? newId(),
    eventId,
    userId,
    status: free ? 'GOING' : 'WAITING',
    number: last + 1,
    askedAt: now,
  };
  const { _id, ...fields } = seat;
  await context.seats.updateOne({ _id }, { $set: fields }, { upsert: true });
  await setRoom(context.events, eventId, {
    going: free ? going + 1 : going,
    waiting: free ? waiting : waiting + 1,
    last: last + 1,
  });
  return seat;
}

/**
 * Gives a seat or a place in the line back; who is next gets the seat.
 *
 * @throws {Refusal} NOT_FOUND (eventId), WRONG_STATE (eventId)
 */
export async function leaveEvent(context: Context, { eventId }: SeatInput): Promise<SeatRecord> {
  const { userId } = signedIn(context.viewer);
  const now = new Date();
  const event = await openEvent(context, eventId, now);
  const seat = await context.seats.findOne({ eventId, userId }).lean<SeatRecord | null>();
  if (!seat) throw refusal('NOT_FOUND', 'You have no seat at this event.', ['eventId']);
  if (seat.status === 'LEFT') return seat;
  return vacate(context, event, seat, now);
}

/** Takes somebody off the list of an event; who is next gets the seat. Part of a transaction. */
export async function vacate(
  models: Pick<Context, 'seats' | 'events' | 'inbox'>,
  event: EventRecord,
  seat: SeatRecord,
  now: Date,
): Promise<SeatRecord> {
  await models.seats.updateOne({ _id: seat._id }, { $set: { status: 'LEFT' } });
  const { going, waiting, last } = event.room;
  const room =
    seat.status === 'GOING'
      ? { going: going - 1, waiting, last }
      : { going, waiting: waiting - 1, last };
  await fillSeats(models, { ...event, room }, now);
  return { ...seat, status: 'LEFT' };
}

/** Who goes to an event or waits, in the order of asking; for members of the host and the secretariat. */
export async function findSeats(
  { viewer, seats }: Context,
  { _id: eventId, hostId }: EventRecord,
  status: SeatStatus | null | undefined,
  page: PageRequest,
): Promise<SeatPage> {
  const isHost = hostId !== null && isIn(viewer, hostId, 'VIEWER');
  if (!isHost && !hasRole(viewer, 'SECRETARIAT'))
    forbid('Only members of the host, or the secretariat, may see who comes.');
  const wanted: SeatStatus[] = status ? [status] : ['GOING', 'WAITING'];
  return findPage(
    seats,
    { eventId, status: { $in: wanted } },
    [
      ['number', 1],
      ['_id', 1],
    ],
    page,
  );
}

/** The viewer's seats, the latest asked for first. */
export async function findOwnSeats(
  { viewer, seats }: Context,
  page: PageRequest,
): Promise<SeatPage> {
  const { userId } = signedIn(viewer);
  return findPage(
    seats,
    { userId, status: { $in: ['GOING', 'WAITING'] } },
    [
      ['askedAt', -1],
      ['_id', -1],
    ],
    page,
  );
}

/** The viewer's own seat at an event, or null. */
export async function findOwnSeat(
  { viewer, ownSeatByEvent }: Context,
  { _id }: EventRecord,
): Promise<SeatRecord | null> {
  return viewer.userId === null ? null : ownSeatByEvent.load(_id);
}

/** Place in the line, 1 is next; null for who does not wait. */
export async function waitingPlace(
  { seats }: Context,
  { eventId, status, number }: SeatRecord,
): Promise<number | null> {
  if (status !== 'WAITING') return null;
  const before = await seats.countDocuments({ eventId, status, number: { $lt: number } });
  return before + 1;
}

async function openEvent({ events }: Context, id: string, now: Date): Promise<EventRecord> {
  const event = await events.findById(id).lean<EventRecord | null>();
  if (!event) throw refusal('NOT_FOUND', 'No event has this id.', ['eventId']);
  refuseAny(closedProblems(event, now).map((each) => ({ ...each, path: ['eventId'] })));
  return event;
}
