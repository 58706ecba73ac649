import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Page } from '#kit/page.ts';

import { contentFields } from '../technology/content.model.ts';
import type { Content } from '../technology/content.ts';

/** What is said of a technology, and its place in the tree. */
export interface Placed extends Content {
  code: string;
  parentId: string | null;
  /** Every technology above, top first. */
  ancestorIds: string[];
  /** Ids of technologies that it cannot do without. */
  requires: string[];
  /** Ids of technologies that do the same. */
  alternatives: string[];
}

/** What one version of a map says of one technology; never changed once the version is published. */
export interface PlacementRecord extends Placed {
  /** `versionId technologyId`; see `placementId`. */
  _id: string;
  versionId: string;
  technologyId: string;
  revision: number;
}

/** A page of placements. */
export type PlacementPage = Page<PlacementRecord>;

const schema = new Schema(
  {
    _id: { type: String, required: true },
    versionId: { type: String, required: true },
    technologyId: { type: String, required: true },
    ...contentFields,
    revision: { type: Number, required: true },
  },
  { ...plainSchema, collection: 'placements' },
)
  // TechMapVersion.placements; copying and comparing whole versions
  .index({ versionId: 1, code: 1, _id: 1 }, { unique: true })
  // TechMapVersion.placements(parentId)
  .index({ versionId: 1, parentId: 1, code: 1, _id: 1 })
  // a branch of a draft, to move or remove it
  .index({ versionId: 1, ancestorIds: 1 });

/** What the versions of every map say. */
export function placementsOf(connection: Connection): Model<PlacementRecord> {
  return modelOf<PlacementRecord>(connection, 'placements', schema);
}

/** The id of what a version says of a technology. */
export function placementId(versionId: string, technologyId: string): string {
  return `${versionId} ${technologyId}`;
}
