import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';

import { claimFields, type Claim } from './capability.model.ts';

/** A company's capability map as it was published at one time. */
export interface CapabilityMapRecord {
  _id: string;
  companyId: string;
  /** Counts the company's published maps from 1. */
  revision: number;
  publishedAt: Date;
  /** User who published it. */
  publishedBy: string;
  /** Where it was imported from; null when the company published it. */
  source: string | null;
  /** Whether no later one was published; all that ever changes here. */
  newest: boolean;
  /** In the order of the technologies' codes. */
  entries: Claim[];
}

const schema = new Schema(
  {
    _id: { type: String, required: true },
    companyId: { type: String, required: true },
    revision: { type: Number, required: true },
    publishedAt: { type: Date, required: true },
    publishedBy: { type: String, required: true },
    source: { type: String, default: null },
    newest: { type: Boolean, required: true },
    entries: {
      type: [
        new Schema(claimFields, { _id: false, versionKey: false, id: false, strict: 'throw' }),
      ],
      required: true,
    },
  },
  { ...plainSchema, collection: 'capabilitymaps' },
)
  // Two who publish the same revision meet here; history, newest first.
  .index({ companyId: 1, revision: -1 }, { unique: true })
  // Company.capabilityMap
  .index({ companyId: 1 }, { unique: true, partialFilterExpression: { newest: true } });

/** Every capability map that was published, newest and history. */
export function capabilityMapsOf(connection: Connection): Model<CapabilityMapRecord> {
  return modelOf<CapabilityMapRecord>(connection, 'capabilitymaps', schema);
}
