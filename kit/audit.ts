/** Who did what, when: append-only, written in the transaction of the deed, chained by hash so that tampering shows. */
import { createHash, randomBytes, randomInt } from 'node:crypto';

import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from './mongo.ts';
import type { Viewer } from './viewer.ts';

/**
 * How many chains a service keeps side by side. One would make every mutation wait for every other; entries of all
 * are read together by their time.
 */
const lanes = 8;
/** Longest input that is kept, in characters of JSON; of a longer one only the digest is. */
const longestInput = 16_384;
/** Fields of an input whose value is never kept. */
const secretFields: ReadonlySet<string> = new Set([
  'password',
  'currentPassword',
  'newPassword',
  'token',
  'refreshToken',
  'code',
  'secret',
]);
/** What the first entry of a lane follows. */
const beginning = 'beginning';

/** One deed, as stored. */
export interface AuditRecord {
  /** `lane:number`, both padded with zeros. */
  _id: string;
  lane: number;
  /** Counts the entries of the lane from 1, without gaps. */
  number: number;
  at: Date;
  /** Who did it; null for a visitor or the platform itself. */
  userId: string | null;
  requestId: string;
  mutation: string;
  /** JSON of the input without secrets; null when it was too long, or was erased since. */
  input: string | null;
  /** Random, so that nobody can guess an erased input by its digest; erased with it. */
  salt: string | null;
  /** SHA-256 of salt and input. */
  inputDigest: string;
  /** Hash of the entry before this one. */
  previous: string;
  /** SHA-256 of everything above but `input` and `salt`: those can be erased without breaking the chain. */
  hash: string;
}

/** The end of a lane, as stored. */
interface LaneRecord {
  _id: number;
  number: number;
  hash: string;
}

const auditSchema = new Schema(
  {
    _id: { type: String, required: true },
    lane: { type: Number, required: true },
    number: { type: Number, required: true },
    at: { type: Date, required: true },
    userId: { type: String, default: null },
    requestId: { type: String, required: true },
    mutation: { type: String, required: true },
    input: { type: String, default: null },
    salt: { type: String, default: null },
    inputDigest: { type: String, required: true },
    previous: { type: String, required: true },
    hash: { type: String, required: true },
  },
  { ...plainSchema, collection: 'audit' },
)
  // What a user did, the last first.
  .index({ userId: 1, at: -1 });

const laneSchema = new Schema(
  {
    _id: { type: Number, required: true },
    number: { type: Number, required: true },
    hash: { type: String, required: true },
  },
  { ...plainSchema, collection: 'audit_lanes' },
);

/** The audit log of the service that owns the connection; entries are added by `recordDeed` alone. */
export function auditOf(connection: Connection): Model<AuditRecord> {
  return modelOf<AuditRecord>(connection, 'audit', auditSchema);
}

/** Ends of the lanes; to be prepared with `auditOf`. */
export function auditLanesOf(connection: Connection): Model<LaneRecord> {
  return modelOf<LaneRecord>(connection, 'audit_lanes', laneSchema);
}

/** A deed to be recorded. */
export interface Deed {
  viewer: Viewer;
  mutation: string;
  input: object;
}

/** Records a deed; called last in the transaction of the deed, so that neither is without the other. */
export async function recordDeed(
  connection: Connection,
  { viewer, mutation, input }: Deed,
): Promise<void> {
  const ends = auditLanesOf(connection);
  const lane = randomInt(lanes);
  const end = await ends.findById(lane).lean();
  const text = JSON.stringify(input, withoutSecrets);
  const salt = randomBytes(16).toString('base64url');
  const kept = text.length <= longestInput;
  const number = (end?.number ?? 0) + 1;
  const entry = {
    lane,
    number,
    at: new Date(),
    userId: viewer.userId,
    requestId: viewer.requestId,
    mutation,
    inputDigest: sha256(salt + text),
    previous: end?.hash ?? beginning,
  };
  const hash = hashOf(entry);
  // The end is written by its old number: a deed that took the same lane meets this one here, and runs again.
  await ends.updateOne(
    { _id: lane, ...(end && { number: end.number }) },
    { $set: { number, hash } },
    { upsert: end === null },
  );
  const rest = { input: kept ? text : null, salt: kept ? salt : null };
  await auditOf(connection).create([{ _id: idOf(lane, number), ...entry, ...rest, hash }]);
}

/**
 * Takes what a user put in out of the log, and what others put in that names one of the words, such as the user's
 * e-mail; the deeds stay, and so does the chain. Reads the whole log.
 */
export async function eraseInputs(
  connection: Connection,
  userId: string,
  words: readonly string[] = [],
): Promise<number> {
  const named = words.map((word) => ({
    input: { $regex: word.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`) },
  }));
  const { modifiedCount } = await auditOf(connection).updateMany(
    { $or: [{ userId, input: { $ne: null } }, ...named] },
    { $set: { input: null, salt: null } },
  );
  return modifiedCount;
}

/** The end of a lane at some time, kept outside the database: what came before it can then not be made anew. */
export interface Anchor {
  lane: number;
  number: number;
  hash: string;
}

/** What the chain says. */
export interface AuditReport {
  entries: number;
  /** Entries whose input was erased or was too long to keep. */
  withoutInput: number;
  /** One sentence each, with the entry's id. */
  faults: string[];
  /** The ends of the lanes now, to be kept as anchors. */
  anchors: Anchor[];
}

/**
 * Walks every lane of a service's log and names everything that was changed, removed, put in or cut off.
 *
 * @param anchors ends of lanes kept from earlier; what was rewritten since shows by them
 */
export async function verifyAudit(
  connection: Connection,
  anchors: readonly Anchor[] = [],
): Promise<AuditReport> {
  const report: AuditReport = { entries: 0, withoutInput: 0, faults: [], anchors: [] };
  const ends = await auditLanesOf(connection).find().sort({ _id: 1 }).lean();
  const known = new Map(ends.map((end) => [end._id, end]));
  for (let lane = 0; lane < lanes; lane += 1) {
    const kept = new Map(
      anchors.filter((each) => each.lane === lane).map((each) => [each.number, each.hash]),
    );
    const last = await walk(connection, lane, kept, report);
    const end = known.get(lane) ?? { number: 0, hash: beginning };
    if (end.number !== last.number || end.hash !== last.hash)
      report.faults.push(`Lane ${lane} ends at ${last.number}, but ${end.number} were written.`);
    for (const number of kept.keys())
      if (number > last.number) report.faults.push(`${idOf(lane, number)} was there and is gone.`);
    if (last.number > 0) report.anchors.push({ lane, ...last });
  }
  return report;
}

async function walk(
  connection: Connection,
  lane: number,
  kept: ReadonlyMap<number, string>,
  report: AuditReport,
): Promise<{ number: number; hash: string }> {
  let last = { number: 0, hash: beginning };
  const entries = auditOf(connection)
    .find({ _id: { $gte: idOf(lane, 0), $lt: idOf(lane + 1, 0) } })
    .sort({ _id: 1 })
    .lean()
    .cursor();
  for await (const entry of entries) {
    report.entries += 1;
    if (entry.input === null) report.withoutInput += 1;
    report.faults.push(...faultsOf(entry, last).map((fault) => `${entry._id} ${fault}`));
    const anchor = kept.get(entry.number);
    if (anchor !== undefined && anchor !== entry.hash)
      report.faults.push(`${entry._id} is not what it was when it was anchored.`);
    last = { number: entry.number, hash: entry.hash };
  }
  return last;
}

function faultsOf(entry: AuditRecord, last: { number: number; hash: string }): string[] {
  const { lane, number, input, salt, inputDigest } = entry;
  const changedInput = input !== null && sha256((salt ?? '') + input) !== inputDigest;
  return [
    ...(entry._id === idOf(lane, number) ? [] : ['is not where it belongs.']),
    ...(number === last.number + 1 ? [] : [`follows ${last.number}: something was removed.`]),
    ...(entry.previous === last.hash ? [] : ['does not follow the entry before it.']),
    ...(entry.hash === hashOf(entry) ? [] : ['was changed.']),
    ...(changedInput ? ['has another input than it had.'] : []),
  ];
}

function hashOf(entry: Omit<AuditRecord, '_id' | 'input' | 'salt' | 'hash'>): string {
  const { lane, number, at, userId, requestId, mutation, inputDigest, previous } = entry;
  return sha256(
    JSON.stringify([
      lane,
      number,
      at.getTime(),
      userId,
      requestId,
      mutation,
      inputDigest,
      previous,
    ]),
  );
}

function idOf(lane: number, number: number): string {
  return `${String(lane).padStart(2, '0')}:${String(number).padStart(12, '0')}`;
}

function withoutSecrets(field: string, value: unknown): unknown {
  return secretFields.has(field) && value != null ? '…' : value;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
