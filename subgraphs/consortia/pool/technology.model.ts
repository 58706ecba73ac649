import { Schema, type Connection, type Model } from 'mongoose';

import type { Followed } from '#kit/facts.ts';
import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { TechnologyFact } from '#schema/facts.ts';

/** A technology as techmaps told it; key: technology id. */
export type TechnologyRecord = Followed & TechnologyFact;

/** A technology, joined by its id. */
export interface TechnologyKey {
  id: string;
}

const technologySchema = new Schema(
  {
    _id: { type: String, required: true },
    revision: { type: Number, required: true },
    gone: { type: Boolean, required: true },
    code: { type: String },
    name: { type: Schema.Types.Mixed },
    kind: { type: String },
    parentId: { type: String, default: null },
    mapId: { type: String },
    current: { type: Boolean },
    succession: { type: Schema.Types.Mixed, default: null },
  },
  { ...plainSchema, collection: 'technologies' },
);

/** All technologies. */
export function technologiesOf(connection: Connection): Model<TechnologyRecord> {
  return modelOf<TechnologyRecord>(connection, 'technologies', technologySchema);
}
