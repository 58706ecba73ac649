import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Text } from '#kit/text.ts';

/** An industry or field, as stored. */
export interface SectorRecord {
  /** The code. */
  _id: string;
  revision: number;
  name: Text;
}

const sectorSchema = new Schema(
  {
    _id: { type: String, required: true },
    revision: { type: Number, required: true },
    name: { ko: { type: String, default: null }, en: { type: String, default: null } },
  },
  { ...plainSchema, collection: 'sectors' },
);

/** Sectors. */
export function sectorsOf(connection: Connection): Model<SectorRecord> {
  return modelOf<SectorRecord>(connection, 'sectors', sectorSchema);
}
