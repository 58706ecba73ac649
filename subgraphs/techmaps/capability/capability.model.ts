import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Page } from '#kit/page.ts';

import { evidenceKinds, type Evidence } from './evidence.ts';

/** What a company says it can do in one technology. */
export interface Claim {
  technologyId: string;
  /** Technology readiness level, 1 to 9. */
  level: number;
  /** How many projects it can take on at once; null when it does not say. */
  capacity: number | null;
  evidence: Evidence[];
  /** Calendar day. */
  since: string | null;
}

/** What one company can do in one technology, as its newest published map says. */
export interface CapabilityRecord extends Claim {
  _id: string;
  companyId: string;
  /** Level at which an expert found it to be. */
  verifiedLevel: number | null;
  verifiedAt: Date | null;
  /** User who verified it. */
  verifiedBy: string | null;
  /** Whether its company takes part in the alliance now: it is approved. */
  active: boolean;
  revision: number;
}

/** A page of capabilities. */
export type CapabilityPage = Page<CapabilityRecord>;

const evidenceSchema = new Schema(
  {
    kind: { type: String, enum: evidenceKinds, required: true },
    title: { type: String, default: null },
    url: { type: String, default: null },
    note: { type: String, default: null },
    fileId: { type: String, default: null },
    certificateScheme: { type: String, default: null },
    projectId: { type: String, default: null },
  },
  { _id: false, versionKey: false, id: false, strict: 'throw' },
);

/** How a claim is stored, in a capability and in a published map alike. */
export const claimFields = {
  technologyId: { type: String, required: true },
  level: { type: Number, required: true },
  capacity: { type: Number, default: null },
  evidence: { type: [evidenceSchema], required: true },
  since: { type: String, default: null },
} as const;

const schema = new Schema(
  {
    _id: { type: String, required: true },
    companyId: { type: String, required: true },
    ...claimFields,
    verifiedLevel: { type: Number, default: null },
    verifiedAt: { type: Date, default: null },
    verifiedBy: { type: String, default: null },
    active: { type: Boolean, required: true },
    revision: { type: Number, required: true },
  },
  { ...plainSchema, collection: 'capabilities' },
)
  .index({ companyId: 1, technologyId: 1 }, { unique: true })
  // firms whose capabilities follow a new version, some at a time
  .index({ technologyId: 1, companyId: 1 })
  // Company.capabilities
  .index({ companyId: 1, level: -1, _id: 1 })
  // capabilities(filter: { technologyId }), Technology.capabilities
  .index({ active: 1, technologyId: 1, level: -1, _id: 1 })
  // capabilities without a technology
  .index({ active: 1, level: -1, _id: 1 })
  // capabilityTable
  .index({ active: 1, _id: 1 });

/** What every company can do. */
export function capabilitiesOf(connection: Connection): Model<CapabilityRecord> {
  return modelOf<CapabilityRecord>(connection, 'capabilities', schema);
}
