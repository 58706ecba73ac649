import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Page } from '#kit/page.ts';

/** That somebody saw another person's contact data, as stored. */
export interface ContactReadRecord {
  _id: string;
  /** Whose data it is: a user, or an invitation that nobody accepted yet. */
  subjectId: string;
  readerId: string;
  requestId: string;
  at: Date;
}

/** One page of contact reads. */
export type ContactReadPage = Page<ContactReadRecord>;

/** How long a read is kept, in seconds: two years. */
const keptSeconds = 2 * 365 * 24 * 60 * 60;

const contactReadSchema = new Schema(
  {
    _id: { type: String, required: true },
    subjectId: { type: String, required: true },
    readerId: { type: String, required: true },
    requestId: { type: String, required: true },
    at: { type: Date, required: true, expires: keptSeconds },
  },
  { ...plainSchema, collection: 'contact_reads' },
)
  // Who read somebody's data, the last first.
  .index({ subjectId: 1, _id: -1 });

/** Who saw whose contact data; for two years. */
export function contactReadsOf(connection: Connection): Model<ContactReadRecord> {
  return modelOf<ContactReadRecord>(connection, 'contact_reads', contactReadSchema);
}
