import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Page } from '#kit/page.ts';
import type { Errand } from './letter.ts';

/** A mail to be sent, as stored: what it is about, not what it says, so that no secret waits in a queue. */
export interface PostRecord {
  _id: string;
  to: string;
  errand: Errand;
  at: Date;
  /** Not before then: in the future while somebody is sending it, or after a failure. */
  nextAt: Date;
  failures: number;
}

const postSchema = new Schema(
  {
    _id: { type: String, required: true },
    to: { type: String, required: true },
    errand: { type: Schema.Types.Mixed, required: true },
    at: { type: Date, required: true },
    nextAt: { type: Date, required: true },
    failures: { type: Number, default: 0 },
  },
  { ...plainSchema, collection: 'post' },
)
  // What is due.
  .index({ nextAt: 1 });

/** Mails to be sent; gone once they are. */
export function postOf(connection: Connection): Model<PostRecord> {
  return modelOf<PostRecord>(connection, 'post', postSchema);
}

/** A mail that was kept because there is no mail server, as stored. */
export interface MailRecord {
  _id: string;
  to: string;
  subject: string;
  text: string;
  sentAt: Date;
}

/** One page of kept mails. */
export type MailPage = Page<MailRecord>;

/** How long a mail is kept, in seconds. */
const keptSeconds = 7 * 24 * 60 * 60;

const mailSchema = new Schema(
  {
    _id: { type: String, required: true },
    to: { type: String, required: true },
    subject: { type: String, required: true },
    text: { type: String, required: true },
    sentAt: { type: Date, required: true, expires: keptSeconds },
  },
  { ...plainSchema, collection: 'mailbox' },
)
  // Somebody's mails, the last first.
  .index({ to: 1, _id: -1 });

/** Mails that were kept because there is no mail server; for a week. */
export function mailboxOf(connection: Connection): Model<MailRecord> {
  return modelOf<MailRecord>(connection, 'mailbox', mailSchema);
}
