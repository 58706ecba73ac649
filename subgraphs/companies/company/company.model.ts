import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Page } from '#kit/page.ts';
import type { Text } from '#kit/text.ts';
import type { CompanyKind, CompanySize, CompanyStatus } from '#schema/facts.ts';

/** A certificate that a company holds or held, as stored in the company. */
export interface CertificationRecord {
  _id: string;
  scheme: string;
  type: string | null;
  grade: string | null;
  number: string | null;
  /** Calendar days; the first and the last one valid. */
  appliedOn: string | null;
  validFrom: string;
  validTo: string | null;
  confirmedAt: Date | null;
  withdrawnAt: Date | null;
  /** Whether the last import of the company brought it. */
  imported: boolean;
}

/** A firm, as stored. */
export interface CompanyRecord {
  _id: string;
  revision: number;
  name: Text;
  /** Ten digits with a true check digit. */
  businessNumber: string | null;
  kinds: CompanyKind[];
  /** Sector codes. */
  sectors: string[];
  region: string | null;
  size: CompanySize;
  status: CompanyStatus;
  statusReason: string | null;
  website: string | null;
  description: Text | null;
  capacity: number;
  affiliateGroup: string | null;
  certifications: CertificationRecord[];
  restrictedUntil: Date | null;
  restrictedBecause: string | null;
  mergedIntoId: string | null;
  /** Whole won, the last year first. */
  cloudRevenues: { year: number; amount: number }[];
  registeredAt: Date;
  approvedAt: Date | null;
  origin: { source: string; externalId: string } | null;
  /** Counts changes of its members: they are written one after the other, so that one owner always stays. */
  memberChanges: number;
  /** Its bytes lie in the file store. */
  logo?: LogoRecord | null;
}

/** A logo, as stored with the company. */
export interface LogoRecord {
  /** Hexadecimal. */
  sha256: string;
  mediaType: 'image/png' | 'image/jpeg' | 'image/webp';
  /** Pixels. */
  width: number;
  height: number;
}

/** One page of companies, and how all that match spread; counted only when asked for. */
export type CompanyPage = Page<CompanyRecord> & {
  /** Whether the count is told from a sample. */
  estimated: () => Promise<boolean>;
  facets: () => Promise<
    {
      name: 'KIND' | 'SECTOR' | 'REGION' | 'SIZE';
      values: { value: string; count: number }[];
      estimated: boolean;
    }[]
  >;
};

const text = { ko: { type: String, default: null }, en: { type: String, default: null } };

const certificationSchema = new Schema(
  {
    _id: { type: String, required: true },
    scheme: { type: String, required: true },
    type: { type: String, default: null },
    grade: { type: String, default: null },
    number: { type: String, default: null },
    appliedOn: { type: String, default: null },
    validFrom: { type: String, required: true },
    validTo: { type: String, default: null },
    confirmedAt: { type: Date, default: null },
    withdrawnAt: { type: Date, default: null },
    imported: { type: Boolean, required: true },
  },
  plainSchema,
);

const revenueSchema = new Schema(
  { year: { type: Number, required: true }, amount: { type: Number, required: true } },
  { ...plainSchema, _id: false },
);

const logoSchema = new Schema(
  {
    sha256: { type: String, required: true },
    mediaType: { type: String, required: true },
    width: { type: Number, required: true },
    height: { type: Number, required: true },
  },
  { ...plainSchema, _id: false },
);

const companySchema = new Schema(
  {
    _id: { type: String, required: true },
    revision: { type: Number, required: true },
    name: text,
    businessNumber: { type: String, default: null },
    kinds: { type: [String], required: true },
    sectors: { type: [String], required: true },
    region: { type: String, default: null },
    size: { type: String, required: true },
    status: { type: String, required: true },
    statusReason: { type: String, default: null },
    website: { type: String, default: null },
    description: { type: new Schema(text, { ...plainSchema, _id: false }), default: null },
    capacity: { type: Number, required: true },
    affiliateGroup: { type: String, default: null },
    certifications: { type: [certificationSchema], required: true },
    restrictedUntil: { type: Date, default: null },
    restrictedBecause: { type: String, default: null },
    mergedIntoId: { type: String, default: null },
    cloudRevenues: { type: [revenueSchema], required: true },
    registeredAt: { type: Date, required: true },
    approvedAt: { type: Date, default: null },
    origin: {
      type: new Schema({ source: String, externalId: String }, { ...plainSchema, _id: false }),
      default: null,
    },
    memberChanges: { type: Number, default: 0 },
    logo: { type: logoSchema, default: null },
  },
  { ...plainSchema, collection: 'companies' },
)
  // A number belongs to one firm; serves the key `businessNumber`.
  .index(
    { businessNumber: 1 },
    { unique: true, partialFilterExpression: { businessNumber: { $gt: '' } } },
  )
  // Growth, month by month.
  .index({ status: 1, approvedAt: 1 })
  // Records that became part of another.
  .index({ mergedIntoId: 1 }, { partialFilterExpression: { mergedIntoId: { $gt: '' } } })
  // Certificates that come to their end.
  .index({ 'certifications.validTo': 1 })
  // A row of a source is one firm; serves imports.
  .index(
    { 'origin.source': 1, 'origin.externalId': 1 },
    { unique: true, partialFilterExpression: { 'origin.source': { $gt: '' } } },
  );

/** Firms of the alliance. */
export function companiesOf(connection: Connection): Model<CompanyRecord> {
  return modelOf<CompanyRecord>(connection, 'companies', companySchema);
}
