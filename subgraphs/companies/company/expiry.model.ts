import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';

/** That a company was told of a certificate's end, as stored. */
export interface ExpiryNoticeRecord {
  /** `certificate:days before`. */
  _id: string;
  at: Date;
}

const expiryNoticeSchema = new Schema(
  { _id: { type: String, required: true }, at: { type: Date, required: true } },
  { ...plainSchema, collection: 'expiry_notices' },
);

/** What companies were told of the ends of their certificates. */
export function expiryNoticesOf(connection: Connection): Model<ExpiryNoticeRecord> {
  return modelOf<ExpiryNoticeRecord>(connection, 'expiry_notices', expiryNoticeSchema);
}
