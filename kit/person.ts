/** What a service keeps of a person: handed out to them, and forgotten when they ask. */
import type { Connection } from 'mongoose';

import { ticketsOf } from './answer.ts';
import { auditOf, eraseInputs } from './audit.ts';
import type { FactRecord } from './facts.ts';
import type { Viewer } from './viewer.ts';

/** Records of one collection that name people. */
export interface Trace {
  /** The collection, and what the records are called where they are handed out. */
  collection: string;
  /** Path of the field that holds the person's id. */
  by: string;
  /** What is handed out of each record besides its id: of what belongs to a firm, only what concerns the person. */
  shown: readonly string[];
  /**
   * What becomes of a record once the person is forgotten: it goes; or fields are set to what names nobody; or it stays,
   * because public money needs it, as the deed of an id that names nobody any more.
   */
  forgotten: 'GONE' | 'KEPT' | Readonly<Record<string, unknown>>;
}

/** How many of the last records of each kind are handed out. */
const mostRecords = 10_000;

/** What a service keeps of the viewer, as JSON by collection; null for anybody else. What was done is `deeds`. */
export async function ownTraces(
  { viewer, connection }: { viewer: Viewer; connection: Connection },
  traces: readonly Trace[],
  userId: string,
): Promise<string | null> {
  if (viewer.userId !== userId) return null;
  const data: Record<string, object[]> = {};
  for (const { collection, by, shown } of traces) {
    const found = await connection
      .collection(collection)
      .find({ [by]: userId }, { projection: Object.fromEntries(shown.map((field) => [field, 1])) })
      .sort({ _id: -1 })
      .limit(mostRecords)
      .toArray();
    data[collection] = [...(data[collection] ?? []), ...found];
  }
  const deeds = await auditOf(connection)
    .find({ userId }, { at: 1, mutation: 1, input: 1 })
    .sort({ at: -1 })
    .limit(mostRecords)
    .lean();
  return JSON.stringify({ ...data, deeds }, null, 2);
}

/** Forgets people by facts of kind `erasure`; safe to repeat. Their deeds stay in the audit log, without what they put in. */
export async function applyErasures(
  connection: Connection,
  traces: readonly Trace[],
  facts: readonly FactRecord[],
): Promise<void> {
  for (const { key: userId } of facts) {
    for (const trace of traces) await forget(connection, trace, userId);
    await ticketsOf(connection).deleteMany({ _id: { $gte: `${userId} `, $lt: `${userId}!` } });
    await eraseInputs(connection, userId);
  }
}

async function forget(
  connection: Connection,
  { collection, by, forgotten }: Trace,
  userId: string,
): Promise<void> {
  if (forgotten === 'KEPT') return;
  const records = connection.collection(collection);
  if (forgotten === 'GONE') await records.deleteMany({ [by]: userId });
  else await records.updateMany({ [by]: userId }, { $set: forgotten });
}
