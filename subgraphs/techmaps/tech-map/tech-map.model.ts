import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Page } from '#kit/page.ts';
import type { Text } from '#kit/text.ts';

import { textSchema } from '../technology/content.model.ts';

/** A technology map. */
export interface TechMapRecord {
  _id: string;
  code: string;
  name: Text;
  description: Text | null;
  /** Code of the sector that the map is made for; null when it is made for all. */
  sector: string | null;
  revision: number;
  /** Number of the newest version, published or not. */
  lastNumber: number;
  /** The version being drafted or reviewed. */
  draftId: string | null;
  /** The newest published version. */
  publishedId: string | null;
  createdAt: Date;
}

/** A page of technology maps. */
export type TechMapPage = Page<TechMapRecord>;

const schema = new Schema(
  {
    _id: { type: String, required: true },
    code: { type: String, required: true },
    name: { type: textSchema, required: true },
    description: { type: textSchema, default: null },
    sector: { type: String, default: null },
    revision: { type: Number, required: true },
    lastNumber: { type: Number, required: true },
    draftId: { type: String, default: null },
    publishedId: { type: String, default: null },
    createdAt: { type: Date, required: true },
  },
  { ...plainSchema, collection: 'maps' },
)
  .index({ code: 1 }, { unique: true })
  // techMaps, and by sector
  .index({ code: 1, _id: 1 })
  .index({ sector: 1, code: 1, _id: 1 });

/** Every technology map. */
export function techMapsOf(connection: Connection): Model<TechMapRecord> {
  return modelOf<TechMapRecord>(connection, 'maps', schema);
}
