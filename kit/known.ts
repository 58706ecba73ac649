/** Which things of another service there are, by their keys alone: for references to be checked. */
import { Schema, type Connection, type Model } from 'mongoose';

import { applyFacts, type FactRecord, type Followed } from './facts.ts';
import { modelOf, plainSchema } from './mongo.ts';

/** A thing that was told of, by `kind:key`. */
export type KnownRecord = Followed;

const knownSchema = new Schema(
  {
    _id: { type: String, required: true },
    revision: { type: Number, required: true },
    gone: { type: Boolean, required: true },
  },
  { ...plainSchema, collection: 'known' },
);

/** What the service that owns the connection knows to be there elsewhere. */
export function knownOf(connection: Connection): Model<KnownRecord> {
  return modelOf<KnownRecord>(connection, 'known', knownSchema);
}

/** Keeps which things there are, by facts of any kind; what else the facts say is left out. */
export function applyKnown(connection: Connection, facts: readonly FactRecord[]): Promise<void> {
  return applyFacts(
    knownOf(connection),
    facts.map((fact) => ({
      ...fact,
      key: `${fact.kind}:${fact.key}`,
      state: fact.state === null ? null : {},
    })),
  );
}

/** Places in the list of keys that name nothing of this kind. */
export async function unknownPlaces(
  connection: Connection,
  kind: string,
  keys: readonly string[],
): Promise<number[]> {
  if (keys.length === 0) return [];
  const ids = keys.map((key) => `${kind}:${key}`);
  const found = await knownOf(connection)
    .find({ _id: { $in: ids }, gone: false }, { _id: 1 })
    .lean();
  const known = new Set(found.map(({ _id }) => _id));
  return ids.flatMap((id, place) => (known.has(id) ? [] : [place]));
}
