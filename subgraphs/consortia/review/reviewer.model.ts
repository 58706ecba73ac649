import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Page } from '#kit/page.ts';
import type { Text } from '#kit/text.ts';

/** A firm that a reviewer belongs to or belonged to. */
export interface Affiliation {
  companyId: string;
  /** Last day; null while it lasts. */
  until: string | null;
}

/** A reviewer as stored. */
export interface ReviewerRecord {
  _id: string;
  userId: string;
  name: Text;
  technologyIds: string[];
  affiliations: Affiliation[];
  mostReviews: number;
  isActive: boolean;
  revision: number;
}

/** A page of reviewers. */
export type ReviewerPage = Page<ReviewerRecord>;

const reviewerSchema = new Schema(
  {
    _id: { type: String, required: true },
    // A user is one reviewer.
    userId: { type: String, required: true, unique: true },
    name: { type: Schema.Types.Mixed, required: true },
    technologyIds: { type: [String], required: true },
    affiliations: { type: [Schema.Types.Mixed], required: true },
    mostReviews: { type: Number, required: true },
    isActive: { type: Boolean, required: true },
    revision: { type: Number, required: true },
  },
  { ...plainSchema, collection: 'reviewers' },
)
  // who may be given a review
  .index({ isActive: 1 });

/** All reviewers. */
export function reviewersOf(connection: Connection): Model<ReviewerRecord> {
  return modelOf<ReviewerRecord>(connection, 'reviewers', reviewerSchema);
}
