import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Page } from '#kit/page.ts';
import type { Text } from '#kit/text.ts';

/** What partners are rated by, 1 to 5 each. */
export interface PartnerRatings {
  quality: number;
  punctuality: number;
  communication: number;
  fairness: number;
}

/** What a firm says of another that it carried out a project with, as stored. */
export interface PartnerReviewRecord {
  _id: string;
  revision: number;
  projectId: string;
  /** The firm that says it, and the firm that it is about. */
  fromId: string;
  aboutId: string;
  ratings: PartnerRatings;
  text: Text | null;
  writtenAt: Date;
  writtenById: string;
  /** From when on everybody sees it, and nobody changes it: when both have written, or the period is over. */
  revealsAt: Date;
  /** Whether it counts in the search already. */
  counted: boolean;
  answer: { text: Text; answeredAt: Date; answeredById: string } | null;
}

/** Two firms of a project, where what they say of each other meets. */
export interface ReviewPairRecord {
  /** Project and both firms. */
  _id: string;
  /** Counts what was written. */
  written: number;
  revealsAt: Date;
}

export type PartnerReviewPage = Page<PartnerReviewRecord>;

const inner = { ...plainSchema, _id: false } as const;
const text = new Schema(
  { ko: { type: String, default: null }, en: { type: String, default: null } },
  inner,
);
const rating = { type: Number, required: true };

const reviewSchema = new Schema(
  {
    _id: { type: String, required: true },
    revision: { type: Number, required: true },
    projectId: { type: String, required: true },
    fromId: { type: String, required: true },
    aboutId: { type: String, required: true },
    ratings: {
      type: new Schema(
        { quality: rating, punctuality: rating, communication: rating, fairness: rating },
        inner,
      ),
      required: true,
    },
    text: { type: text, default: null },
    writtenAt: { type: Date, required: true },
    writtenById: { type: String, required: true },
    revealsAt: { type: Date, required: true },
    counted: { type: Boolean, required: true },
    answer: {
      type: new Schema(
        {
          text: { type: text, required: true },
          answeredAt: { type: Date, required: true },
          answeredById: { type: String, required: true },
        },
        inner,
      ),
      default: null,
    },
  },
  { ...plainSchema, collection: 'partner_reviews' },
)
  // One review a pair and project.
  .index({ projectId: 1, fromId: 1, aboutId: 1 }, { unique: true })
  // What is said of a firm, once it is revealed.
  .index({ aboutId: 1, revealsAt: -1, _id: -1 })
  // What a firm has written.
  .index({ fromId: 1, writtenAt: -1, _id: -1 })
  // What a person wrote.
  .index({ writtenById: 1 })
  // What is revealed and not yet counted.
  .index({ counted: 1, revealsAt: 1 });

const pairSchema = new Schema(
  {
    _id: { type: String, required: true },
    written: { type: Number, required: true },
    revealsAt: { type: Date, required: true },
  },
  { ...plainSchema, collection: 'review_pairs' },
);

/** What partners say of each other. */
export function partnerReviewsOf(connection: Connection): Model<PartnerReviewRecord> {
  return modelOf<PartnerReviewRecord>(connection, 'partner_reviews', reviewSchema);
}

/** Pairs of partners. */
export function reviewPairsOf(connection: Connection): Model<ReviewPairRecord> {
  return modelOf<ReviewPairRecord>(connection, 'review_pairs', pairSchema);
}
