import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';

import { claimFields, type Claim } from './capability.model.ts';

/** What a company will say next; its members see it, others do not. */
export interface DraftRecord {
  /** Company id. */
  _id: string;
  revision: number;
  savedAt: Date;
  /** User who kept it last. */
  savedBy: string;
  /** As they were given. */
  entries: Claim[];
}

const schema = new Schema(
  {
    _id: { type: String, required: true },
    revision: { type: Number, required: true },
    savedAt: { type: Date, required: true },
    savedBy: { type: String, required: true },
    entries: {
      type: [
        new Schema(claimFields, { _id: false, versionKey: false, id: false, strict: 'throw' }),
      ],
      required: true,
    },
  },
  { ...plainSchema, collection: 'capabilitydrafts' },
);

/** The drafts of every company, one at most for each. */
export function draftsOf(connection: Connection): Model<DraftRecord> {
  return modelOf<DraftRecord>(connection, 'capabilitydrafts', schema);
}
