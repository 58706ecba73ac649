/** What technology maps tell about technologies, as far as the marketplace needs it. */
import { Schema, type Connection, type Model } from 'mongoose';

import type { Followed } from '#kit/facts.ts';
import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { TechnologyFact } from '#schema/facts.ts';

/** A technology and what contains it. */
export interface TechnologyRecord
  extends Followed, Pick<TechnologyFact, 'code' | 'parentId' | 'current'> {}

/** A technology as the graph names it here. */
export interface TechnologyKey {
  id: string;
}

const technologySchema = new Schema(
  {
    _id: { type: String, required: true },
    revision: { type: Number, required: true },
    gone: { type: Boolean, required: true },
    code: { type: String },
    parentId: { type: String },
    current: { type: Boolean },
  },
  { ...plainSchema, collection: 'technologies' },
)
  // A technology by its code.
  .index({ code: 1 })
  // What a technology contains.
  .index({ parentId: 1 });

/** Technologies that services may rest on. */
export function technologiesOf(connection: Connection): Model<TechnologyRecord> {
  return modelOf<TechnologyRecord>(connection, 'technologies', technologySchema);
}
