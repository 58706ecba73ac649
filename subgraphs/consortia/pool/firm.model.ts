import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { CompanyFact } from '#schema/facts.ts';

/** What a firm can do with one technology. */
export interface FirmCapability {
  technologyId: string;
  /** TRL 1 to 9: the verified one where there is one, else the declared one. */
  level: number;
  declaredLevel: number;
  isVerified: boolean;
}

/** A firm as this service knows it: what companies and techmaps told, side by side, so that one look-up finds both. */
export interface FirmRecord {
  /** Company id. */
  _id: string;
  /** Newest state that companies told; null while it told none, or once the firm is gone. */
  company: CompanyFact | null;
  companyRevision: number;
  /** From the newest published capability map. */
  capabilities: FirmCapability[];
  mapRevision: number;
  /** Counts seals that relied on this firm; touched so that a seal and a new state of the firm meet. */
  seals: number;
}

const firmSchema = new Schema(
  {
    _id: { type: String, required: true },
    company: { type: Schema.Types.Mixed, default: null },
    companyRevision: { type: Number, required: true },
    capabilities: { type: [Schema.Types.Mixed], required: true },
    mapRevision: { type: Number, required: true },
    seals: { type: Number, required: true },
  },
  { ...plainSchema, collection: 'firms' },
)
  // candidates of an assembly, supply of a requirement; its firms of one level after the other, by id
  .index({ 'capabilities.technologyId': 1, 'capabilities.level': 1, _id: 1 })
  // candidates that may lead, and the demand side
  .index({ 'company.kinds': 1 })
  // records that became part of a firm, for whom its people act
  .index(
    { 'company.mergedIntoId': 1 },
    { partialFilterExpression: { 'company.mergedIntoId': { $type: 'string' } } },
  );

/** All firms. */
export function firmsOf(connection: Connection): Model<FirmRecord> {
  return modelOf<FirmRecord>(connection, 'firms', firmSchema);
}
