import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Page } from '#kit/page.ts';
import type { ConsortiumStatus } from './state.ts';

/** A consortium as stored. */
export interface ConsortiumRecord {
  _id: string;
  projectId: string;
  status: ConsortiumStatus;
  /** Firms that carry it out, lead first; empty before it is sealed. */
  memberIds: string[];
  formedAt: Date;
  sealedAt: Date | null;
  /** Why it was given up; null when it was not. */
  reason: string | null;
  revision: number;
}

/** A page of consortia. */
export type ConsortiumPage = Page<ConsortiumRecord>;

const consortiumSchema = new Schema(
  {
    _id: { type: String, required: true },
    projectId: { type: String, required: true },
    status: { type: String, required: true },
    memberIds: { type: [String], required: true },
    formedAt: { type: Date, required: true },
    sealedAt: { type: Date, default: null },
    reason: { type: String, default: null },
    revision: { type: Number, required: true },
  },
  { ...plainSchema, collection: 'consortia' },
)
  // consortia of one project
  .index({ projectId: 1 })
  // who has worked with whom
  .index({ status: 1, memberIds: 1 });

/** All consortia. */
export function consortiaOf(connection: Connection): Model<ConsortiumRecord> {
  return modelOf<ConsortiumRecord>(connection, 'consortia', consortiumSchema);
}
