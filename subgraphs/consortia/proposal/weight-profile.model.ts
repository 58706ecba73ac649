import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Page } from '#kit/page.ts';
import type { Text } from '#kit/text.ts';
import type { Weights } from '../assembly/problem.ts';

/** Named weights of the aims, as stored. */
export interface WeightProfileRecord {
  _id: string;
  /** Whose it is; null for the secretariat's, which everybody may use. */
  companyId: string | null;
  name: Text;
  weights: Weights;
  revision: number;
}

/** A page of weight profiles. */
export type WeightProfilePage = Page<WeightProfileRecord>;

const weightProfileSchema = new Schema(
  {
    _id: { type: String, required: true },
    companyId: { type: String, default: null },
    name: { type: Schema.Types.Mixed, required: true },
    weights: { type: Schema.Types.Mixed, required: true },
    revision: { type: Number, required: true },
  },
  { ...plainSchema, collection: 'weightProfiles' },
)
  // weightProfiles: what a viewer may use, newest first
  .index({ companyId: 1, _id: -1 });

/** All weight profiles. */
export function weightProfilesOf(connection: Connection): Model<WeightProfileRecord> {
  return modelOf<WeightProfileRecord>(connection, 'weightProfiles', weightProfileSchema);
}
