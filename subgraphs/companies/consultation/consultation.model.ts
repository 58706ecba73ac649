import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Page } from '#kit/page.ts';
import { attachmentSchema, type AttachmentRecord } from '../attachment/attachment.model.ts';

/** Where a consultation stands. */
export type ConsultationState = 'OPEN' | 'CLOSED';

/** Talks between two firms, as stored. */
export interface ConsultationRecord {
  _id: string;
  revision: number;
  /** The firm that opened it. */
  leadId: string;
  /** The firm that it was opened with. */
  firmId: string;
  /** Both, for finding it from either side. */
  firmIds: string[];
  projectId: string | null;
  subject: string;
  state: ConsultationState;
  openedAt: Date;
  /** When something was last written, or it was closed. */
  lastAt: Date;
  /** Number of the last message. */
  lastNumber: number;
}

/** What was written, or that it was closed, as stored; never changed. */
export interface ConsultationMessageRecord {
  _id: string;
  consultationId: string;
  /** 1, 2, 3 … in the order of the commits, without gaps. */
  number: number;
  kind: 'MESSAGE' | 'CLOSED';
  /** The firm that the author acted for. */
  firmId: string;
  authorId: string;
  text: string | null;
  files: AttachmentRecord[];
  at: Date;
}

/** How far a person has read a consultation, as stored. */
export interface ConsultationReadRecord {
  /** Consultation and user. */
  _id: string;
  consultationId: string;
  userId: string;
  /** The last message read. */
  number: number;
}

export type ConsultationPage = Page<ConsultationRecord>;
export type ConsultationMessagePage = Page<ConsultationMessageRecord>;

const consultationSchema = new Schema(
  {
    _id: { type: String, required: true },
    revision: { type: Number, required: true },
    leadId: { type: String, required: true },
    firmId: { type: String, required: true },
    firmIds: { type: [String], required: true },
    projectId: { type: String, default: null },
    subject: { type: String, required: true },
    state: { type: String, required: true },
    openedAt: { type: Date, required: true },
    lastAt: { type: Date, required: true },
    lastNumber: { type: Number, required: true },
  },
  { ...plainSchema, collection: 'consultations' },
)
  // A firm's consultations in one state, or in any; what was written last comes first.
  .index({ firmIds: 1, state: 1, lastAt: -1, _id: -1 })
  .index({ firmIds: 1, lastAt: -1, _id: -1 });

const messageSchema = new Schema(
  {
    _id: { type: String, required: true },
    consultationId: { type: String, required: true },
    number: { type: Number, required: true },
    kind: { type: String, required: true },
    firmId: { type: String, required: true },
    authorId: { type: String, required: true },
    text: { type: String, default: null },
    files: { type: [attachmentSchema], required: true },
    at: { type: Date, required: true },
  },
  { ...plainSchema, collection: 'consultation_messages' },
)
  // A consultation's messages in their order, live and unread ones too.
  .index({ consultationId: 1, number: 1 }, { unique: true })
  // What a person wrote.
  .index({ authorId: 1 });

const readSchema = new Schema(
  {
    _id: { type: String, required: true },
    consultationId: { type: String, required: true },
    userId: { type: String, required: true },
    number: { type: Number, required: true },
  },
  { ...plainSchema, collection: 'consultation_reads' },
)
  // What is kept of a person.
  .index({ userId: 1 });

/** Consultations. */
export function consultationsOf(connection: Connection): Model<ConsultationRecord> {
  return modelOf<ConsultationRecord>(connection, 'consultations', consultationSchema);
}

/** What was written in them. */
export function consultationMessagesOf(connection: Connection): Model<ConsultationMessageRecord> {
  return modelOf<ConsultationMessageRecord>(connection, 'consultation_messages', messageSchema);
}

/** How far people have read. */
export function consultationReadsOf(connection: Connection): Model<ConsultationReadRecord> {
  return modelOf<ConsultationReadRecord>(connection, 'consultation_reads', readSchema);
}
