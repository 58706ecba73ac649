import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Text } from '#kit/text.ts';

/** A cloud provider's own marketplace, as stored. */
export interface MarketplaceRecord {
  /** Its code, such as `AWS`. */
  _id: string;
  name: Text;
  operator: string;
  url: string | null;
}

const marketplaceSchema = new Schema(
  {
    _id: { type: String, required: true },
    name: { type: new Schema({ ko: String, en: String }, { _id: false }), required: true },
    operator: { type: String, required: true },
    url: { type: String, default: null },
  },
  { ...plainSchema, collection: 'marketplaces' },
);

/** Every marketplace that is known. */
export function marketplacesOf(connection: Connection): Model<MarketplaceRecord> {
  return modelOf<MarketplaceRecord>(connection, 'marketplaces', marketplaceSchema);
}
