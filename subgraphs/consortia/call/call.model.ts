import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Page } from '#kit/page.ts';
import type { Text } from '#kit/text.ts';
import { originSchema, type Origin } from '../programme/programme.model.ts';
import type { Rules } from '../programme/rules.ts';
import type { Ranked } from '../review/ranking.ts';

/** A call as stored. */
export interface CallRecord {
  _id: string;
  programmeId: string;
  title: Text;
  year: number;
  /** Sector codes; empty when any sector may apply. */
  sectors: string[];
  /** The same for look-up: `*` when any sector may apply. */
  sectorKeys: string[];
  /** Won. */
  budget: number;
  slots: number;
  opensAt: Date;
  /** Exclusive. */
  closesAt: Date;
  /** The rules that hold for its projects, fixed when it was opened. */
  rules: Rules;
  origin?: Origin;
  /** Counts its submissions, those that were taken back too. */
  submissions: number;
  /** Counts reviews that were given back; touched so that they meet a decision. */
  released?: number;
  /** Its projects by rank, as decided; null before. */
  ranking: Ranked[] | null;
  decidedAt: Date | null;
  /** Who decided it. Absent before. */
  decidedBy?: string;
  /** When an appeal changed its ranking last. Absent where none did. */
  rankedAgainAt?: Date;
  revision: number;
}

/** A page of calls. */
export type CallPage = Page<CallRecord>;

const callSchema = new Schema(
  {
    _id: { type: String, required: true },
    programmeId: { type: String, required: true },
    title: { type: Schema.Types.Mixed, required: true },
    year: { type: Number, required: true },
    sectors: { type: [String], required: true },
    sectorKeys: { type: [String], required: true },
    budget: { type: Number, required: true },
    slots: { type: Number, required: true },
    opensAt: { type: Date, required: true },
    closesAt: { type: Date, required: true },
    rules: { type: Schema.Types.Mixed, required: true },
    origin: { type: originSchema },
    submissions: { type: Number, required: true },
    released: { type: Number },
    ranking: { type: Schema.Types.Mixed, default: null },
    decidedAt: { type: Date, default: null },
    decidedBy: { type: String },
    rankedAgainAt: { type: Date },
    revision: { type: Number, required: true },
  },
  { ...plainSchema, collection: 'calls' },
)
  // calls, by state or all
  .index({ closesAt: -1, _id: -1 })
  // calls(filter: { programmeId }), and the sectors called in a year
  .index({ programmeId: 1, closesAt: -1, _id: -1 })
  // calls(filter: { year })
  .index({ year: 1, closesAt: -1, _id: -1 })
  // calls(filter: { sector })
  .index({ sectorKeys: 1, closesAt: -1, _id: -1 })
  // importProgrammes: one call a source and external id
  .index(
    { 'origin.source': 1, 'origin.externalId': 1 },
    { unique: true, partialFilterExpression: { 'origin.source': { $exists: true } } },
  );

/** All calls. */
export function callsOf(connection: Connection): Model<CallRecord> {
  return modelOf<CallRecord>(connection, 'calls', callSchema);
}
