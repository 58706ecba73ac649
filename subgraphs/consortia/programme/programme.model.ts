import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Page } from '#kit/page.ts';
import type { Text } from '#kit/text.ts';
import type { Rules } from './rules.ts';

/** Where an imported thing comes from, and its name there. */
export interface Origin {
  source: string;
  externalId: string;
}

/** A programme as stored. */
export interface ProgrammeRecord {
  _id: string;
  /** UPPER_CASE, kept as data: a new kind needs no code. */
  kind: string;
  name: Text;
  /** By the day they come into force; periods do not overlap. */
  editions: Rules[];
  origin?: Origin;
  /** Counts calls opened; touched so that two openings in one year meet. */
  callsOpened: number;
  /** Counts decisions under a cap on one firm's part, so that two of them meet. Absent before the first. */
  callsDecided?: number;
  revision: number;
}

/** A page of programmes. */
export type ProgrammePage = Page<ProgrammeRecord>;

/** Stored shape of an origin. */
export const originSchema = new Schema(
  { source: { type: String, required: true }, externalId: { type: String, required: true } },
  { _id: false, strict: 'throw' },
);

const programmeSchema = new Schema(
  {
    _id: { type: String, required: true },
    kind: { type: String, required: true },
    name: { type: Schema.Types.Mixed, required: true },
    editions: { type: [Schema.Types.Mixed], required: true },
    origin: { type: originSchema },
    callsOpened: { type: Number, required: true, default: 0 },
    callsDecided: { type: Number },
    revision: { type: Number, required: true },
  },
  { ...plainSchema, collection: 'programmes' },
)
  // programmes(filter: { kind })
  .index({ kind: 1, _id: -1 })
  // importProgrammes: one programme a source and external id
  .index(
    { 'origin.source': 1, 'origin.externalId': 1 },
    { unique: true, partialFilterExpression: { 'origin.source': { $exists: true } } },
  );

/** All programmes. */
export function programmesOf(connection: Connection): Model<ProgrammeRecord> {
  return modelOf<ProgrammeRecord>(connection, 'programmes', programmeSchema);
}
