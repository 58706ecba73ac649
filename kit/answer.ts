/** How a mutation is carried out: refusals become data, writes are one transaction, a repeat is answered once. */
import { createHash } from 'node:crypto';

import { Schema, type Connection, type Model } from 'mongoose';

import { auditLanesOf, auditOf, recordDeed } from './audit.ts';
import { modelOf, plainSchema, transaction } from './mongo.ts';
import { Refusal, refusal, type Problem } from './refusal.ts';
import type { Viewer } from './viewer.ts';

/** A mutation's payload: its fields, or the reasons there are none. */
export type Answer<Fields> = (Fields & { problems: Problem[] }) | { problems: Problem[] };

/** How long a repeated mutation is answered from the first one's reply, in seconds. */
export const repeatSeconds = 24 * 60 * 60;

/** How many characters an idempotency key has. */
const shortestKey = 8;
const longestKey = 128;

const ticketSchema = new Schema(
  {
    _id: { type: String, required: true },
    input: { type: String, required: true },
    fields: { type: Schema.Types.Mixed, required: true },
    at: { type: Date, required: true, expires: repeatSeconds },
  },
  { ...plainSchema, collection: 'tickets' },
);

interface TicketRecord {
  _id: string;
  /** SHA-256 of the input. */
  input: string;
  /** The payload's fields as they were answered. */
  fields: object;
  at: Date;
}

/** Replies already given, by viewer, mutation and idempotency key; kept for a day. */
export function ticketsOf(connection: Connection): Model<TicketRecord> {
  return modelOf<TicketRecord>(connection, 'tickets', ticketSchema);
}

/** Every collection that `answer` writes: replies, and the audit log. */
export function answerModelsOf(connection: Connection): object[] {
  return [ticketsOf(connection), auditOf(connection), auditLanesOf(connection)];
}

/** Where a mutation runs. */
export interface MutationContext {
  viewer: Viewer;
  connection: Connection;
}

/** An input that may name a key by which a repeat is known. */
export interface Keyed {
  idempotencyKey?: string | null | undefined;
}

/**
 * Runs a mutation's work in one transaction and shapes its payload. A `Refusal` rolls back and becomes data; any
 * other error rolls back and becomes a GraphQL error. With an `idempotencyKey`, a signed-in viewer's repeat of the
 * same input gets the first answer and changes nothing; another input under the same key is refused.
 *
 * What was done is recorded in the audit log, in the same transaction; a refusal and a repeat did nothing.
 *
 * The work may run more than once (write conflicts): everything it does is in the database.
 */
export async function answer<Fields extends object>(
  { viewer, connection }: MutationContext,
  mutation: string,
  input: Keyed,
  work: () => Promise<Fields>,
): Promise<Answer<Fields>> {
  const { idempotencyKey: key, ...rest } = input;
  const deed = async () => {
    const fields = await work();
    await recordDeed(connection, { viewer, mutation, input: rest });
    return fields;
  };
  return attempt(input, () =>
    transaction(connection, () =>
      key == null || viewer.userId === null
        ? deed()
        : once(ticketsOf(connection), `${viewer.userId} ${mutation} ${key}`, rest, deed),
    ),
  );
}

/**
 * Runs work that is no transaction of ours (a solver's), shapes its payload, and records what was done once it is done.
 */
export function attemptDeed<Fields extends object>(
  { viewer, connection }: MutationContext,
  mutation: string,
  input: Keyed,
  work: () => Promise<Fields>,
): Promise<Answer<Fields>> {
  const { idempotencyKey: _, ...rest } = input;
  return attempt(input, async () => {
    const fields = await work();
    await transaction(connection, () => recordDeed(connection, { viewer, mutation, input: rest }));
    return fields;
  });
}

/** Runs work that sees to its transactions and its deeds itself (sign-in), and shapes its payload. */
export async function attempt<Fields extends object>(
  { idempotencyKey: key }: Keyed,
  work: () => Promise<Fields>,
): Promise<Answer<Fields>> {
  try {
    if (key != null) refuseUnfitKey(key);
    // An import names the rows that failed itself: its problems stand beside what it did.
    return { problems: [], ...(await work()) };
  } catch (error) {
    if (error instanceof Refusal) return { problems: error.problems };
    throw error;
  }
}

async function once<Fields extends object>(
  tickets: Model<TicketRecord>,
  id: string,
  input: object,
  work: () => Promise<Fields>,
): Promise<Fields> {
  const digest = createHash('sha256').update(JSON.stringify(input)).digest('hex');
  const earlier = await tickets.findById(id).lean();
  if (earlier && earlier.input !== digest) throw usedKey();
  if (earlier) return earlier.fields as Fields;
  const fields = await work();
  // Two racing repeats meet here: one conflicts, runs again and finds the other's ticket.
  await tickets.create([{ _id: id, input: digest, fields, at: new Date() }]);
  return fields;
}

/**
 * Refuses an idempotency key that is none.
 *
 * @throws {Refusal} INVALID (idempotencyKey) with rule KEY_LENGTH
 */
export function refuseUnfitKey(key: string): void {
  if (key.length >= shortestKey && key.length <= longestKey) return;
  const message = `An idempotency key has ${shortestKey} to ${longestKey} characters.`;
  throw refusal('INVALID', message, ['idempotencyKey'], {
    rule: 'KEY_LENGTH',
    limit: `${shortestKey}-${longestKey}`,
    found: String(key.length),
  });
}

/** The refusal of a key that came with another input before. */
export function usedKey(): Refusal {
  return refusal('TAKEN', 'This key was used for another input.', ['idempotencyKey'], {
    rule: 'KEY_ONCE',
    limit: 'the same input',
    found: 'another input',
  });
}
