import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Page } from '#kit/page.ts';
import type { Text } from '#kit/text.ts';

/** What a cloud service delivers. */
export type ServiceModel = 'IAAS' | 'PAAS' | 'SAAS' | 'SUPPORT' | 'CONVERGENCE';

/** Whether a service is in the catalogue. */
export type ServiceStatus = 'DRAFT' | 'LISTED' | 'WITHDRAWN';

/** A certificate claimed for a service. */
export interface ClaimedCertification {
  scheme: string;
  grade: string | null;
  /** Calendar day, inclusive. */
  validTo: string | null;
}

/** What is said about a service, by who provides it. */
export interface ServiceDetails {
  name: Text;
  summary: Text | null;
  models: ServiceModel[];
  /** Lower case. */
  categories: string[];
  /** Technology ids. */
  technologies: string[];
  /** Sector codes; none means all sectors. */
  sectors: string[];
  certifications: ClaimedCertification[];
  url: string | null;
  priceNote: Text | null;
}

/** How a service is found: computed from its details and its provider's name at every change. */
export interface ServiceTraces {
  /** Search form of the name; lists are sorted by it. */
  sortName: string;
  /** Search forms of name, provider and categories, one a line. */
  words: string;
  /** Every one or two characters that follow each other in a line of `words`. */
  grams: string[];
}

/** An audit of a selected service's quality. */
export interface ServiceAudit {
  at: Date;
  userId: string;
  verdict: 'PASS' | 'FAIL';
  note: string | null;
}

/** A firm that supplies a service together with others. */
export interface Supplier {
  companyId: string;
  /** Basis points; those of all suppliers sum to 10,000. */
  share: number;
}

/** A service as stored. */
export interface ServiceRecord extends ServiceDetails, ServiceTraces {
  _id: string;
  providerId: string | null;
  providerName: string | null;
  /** Who supplies it together, the provider first; empty or missing when the provider alone does. */
  suppliers?: Supplier[];
  /** The name that no other service of the provider may have; null for imported ones, whose source decides. */
  ownName: string | null;
  status: ServiceStatus;
  /** Codes of the marketplaces on which it is listed now; follows the listings. */
  listedOn: string[];
  listedAt: Date | null;
  /** When it was selected as a digital service; follows its review. */
  selectedAt: Date | null;
  /** Calendar day by which it is to be audited; null unless it is selected. */
  auditDueOn: string | null;
  /** The oldest first. */
  audits: ServiceAudit[];
  changedAt: Date;
  origin: { source: string; externalId: string } | null;
  revision: number;
}

/** A question to the collection: conditions by field, as MongoDB takes them. */
export interface ServiceQuery {
  [path: string]: unknown;
}

/** A page of services, and which ones all pages hold. */
export interface ServicePage extends Page<ServiceRecord> {
  filter: ServiceQuery;
}

const textType = { type: new Schema({ ko: String, en: String }, { _id: false }), default: null };

const serviceSchema = new Schema(
  {
    _id: { type: String, required: true },
    providerId: { type: String, default: null },
    providerName: { type: String, default: null },
    suppliers: {
      type: [new Schema({ companyId: String, share: Number }, { _id: false })],
      default: undefined,
    },
    ownName: { type: String, default: null },
    name: { ...textType, required: true },
    summary: textType,
    models: { type: [String], required: true },
    categories: { type: [String], required: true },
    technologies: { type: [String], required: true },
    sectors: { type: [String], required: true },
    certifications: {
      type: [
        new Schema(
          {
            scheme: { type: String, required: true },
            grade: { type: String, default: null },
            validTo: { type: String, default: null },
          },
          { _id: false },
        ),
      ],
      required: true,
    },
    url: { type: String, default: null },
    priceNote: textType,
    sortName: { type: String },
    words: { type: String },
    grams: { type: [String], required: true },
    status: { type: String, required: true },
    listedOn: { type: [String], required: true },
    listedAt: { type: Date, default: null },
    selectedAt: { type: Date, default: null },
    auditDueOn: { type: String, default: null },
    audits: {
      type: [
        new Schema(
          {
            at: { type: Date, required: true },
            userId: { type: String, required: true },
            verdict: { type: String, required: true },
            note: { type: String, default: null },
          },
          { _id: false },
        ),
      ],
      required: true,
    },
    changedAt: { type: Date, required: true },
    origin: {
      type: new Schema({ source: String, externalId: String }, { _id: false }),
      default: null,
    },
    revision: { type: Number, required: true },
  },
  { ...plainSchema, collection: 'services' },
)
  // The catalogue by name; then the part of it by model, category, technology, sector, marketplace, certificate, text.
  .index({ status: 1, sortName: 1, _id: 1 })
  .index({ models: 1, sortName: 1, _id: 1 })
  .index({ categories: 1, sortName: 1, _id: 1 })
  .index({ technologies: 1, sortName: 1, _id: 1 })
  .index({ sectors: 1, sortName: 1, _id: 1 })
  .index({ listedOn: 1, sortName: 1, _id: 1 })
  .index({ 'certifications.scheme': 1, sortName: 1, _id: 1 })
  .index({ grams: 1, sortName: 1, _id: 1 })
  // Selected services in the catalogue, by name.
  .index(
    { status: 1, selectedAt: 1, sortName: 1, _id: 1 },
    { partialFilterExpression: { selectedAt: { $type: 'date' } } },
  )
  // Selected services whose audit is due.
  .index(
    { auditDueOn: 1, _id: 1 },
    { partialFilterExpression: { auditDueOn: { $type: 'string' } } },
  )
  // Services of a provider.
  .index({ providerId: 1, sortName: 1, _id: 1 })
  // Services that a firm supplies together with others, when it becomes another.
  .index({ 'suppliers.companyId': 1 }, { sparse: true })
  // One name once within a provider.
  .index(
    { providerId: 1, ownName: 1 },
    { unique: true, partialFilterExpression: { ownName: { $type: 'string' } } },
  )
  // One service for one identity in a source.
  .index(
    { 'origin.source': 1, 'origin.externalId': 1 },
    { unique: true, partialFilterExpression: { 'origin.source': { $exists: true } } },
  );

/** Every service. */
export function servicesOf(connection: Connection): Model<ServiceRecord> {
  return modelOf<ServiceRecord>(connection, 'services', serviceSchema);
}
