/** Things that a new version adds to: for the tests of upgrades. */
import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';

/** A thing, and how often it was brought up. */
export interface Thing {
  _id: string;
  times: number;
}

const thingSchema = new Schema(
  { _id: { type: String, required: true }, times: { type: Number, required: true } },
  { ...plainSchema, collection: 'things' },
);

/** The things of a connection. */
export function thingsOf(connection: Connection): Model<Thing> {
  return modelOf<Thing>(connection, 'things', thingSchema);
}

/** Brings up the one after this id; gives its id, or null when there is none. */
export async function bringNext(things: Model<Thing>, after: string): Promise<string | null> {
  const [next] = await things
    .find({ _id: { $gt: after } })
    .sort({ _id: 1 })
    .limit(1)
    .lean();
  if (!next) return null;
  await things.updateOne({ _id: next._id }, { $inc: { times: 1 } });
  return next._id;
}
