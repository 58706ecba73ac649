import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Page } from '#kit/page.ts';

/** How far a version has come. */
export const versionStatuses = ['DRAFT', 'REVIEW', 'PUBLISHED'] as const;
export type VersionStatus = (typeof versionStatuses)[number];

/** One version of a map. */
export interface VersionRecord {
  _id: string;
  mapId: string;
  /** Counts from 1 within the map. */
  number: number;
  status: VersionStatus;
  /** Counts every change, of the tree too: whoever changes a draft meets whoever publishes it here. */
  revision: number;
  /** How many technologies it has. */
  size: number;
  createdAt: Date;
  createdBy: string;
  publishedAt: Date | null;
  publishedBy: string | null;
}

/** A page of versions. */
export type VersionPage = Page<VersionRecord>;

const schema = new Schema(
  {
    _id: { type: String, required: true },
    mapId: { type: String, required: true },
    number: { type: Number, required: true },
    status: { type: String, enum: versionStatuses, required: true },
    revision: { type: Number, required: true },
    size: { type: Number, required: true },
    createdAt: { type: Date, required: true },
    createdBy: { type: String, required: true },
    publishedAt: { type: Date, default: null },
    publishedBy: { type: String, default: null },
  },
  { ...plainSchema, collection: 'versions' },
)
  .index({ mapId: 1, number: 1 }, { unique: true })
  // TechMap.versions
  .index({ mapId: 1, status: 1, number: -1, _id: 1 });

/** The versions of every map. */
export function versionsOf(connection: Connection): Model<VersionRecord> {
  return modelOf<VersionRecord>(connection, 'versions', schema);
}
