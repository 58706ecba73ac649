import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Page } from '#kit/page.ts';
import type { ReviewStatus } from './state.ts';

/** Points for one criterion. */
export interface Score {
  criterion: string;
  points: number;
  comment: string | null;
}

/** A review as stored. */
export interface ReviewRecord {
  _id: string;
  callId: string;
  projectId: string;
  reviewerId: string;
  /** The reviewer's user. */
  userId: string;
  status: ReviewStatus;
  scores: Score[];
  /** Sum of the scores; null before. */
  total: number | null;
  comment: string | null;
  assignedAt: Date;
  submittedAt: Date | null;
  /** Its call is not decided yet: it counts for the reviewer's load. Absent afterwards. */
  open?: true;
  /** Why it was given back unscored; absent otherwise. */
  released?: { by: string; at: Date; reason: string };
  /** The appeal by which it was set aside: it does not count in the ranking. Absent otherwise. */
  setAsideBy?: string;
  revision: number;
}

/** A page of reviews. */
export type ReviewPage = Page<ReviewRecord>;

const reviewSchema = new Schema(
  {
    _id: { type: String, required: true },
    callId: { type: String, required: true },
    projectId: { type: String, required: true },
    reviewerId: { type: String, required: true },
    userId: { type: String, required: true },
    status: { type: String, required: true },
    scores: { type: [Schema.Types.Mixed], required: true },
    total: { type: Number, default: null },
    comment: { type: String, default: null },
    assignedAt: { type: Date, required: true },
    submittedAt: { type: Date, default: null },
    open: { type: Boolean },
    released: { type: Schema.Types.Mixed },
    setAsideBy: { type: String },
    revision: { type: Number, required: true },
  },
  { ...plainSchema, collection: 'reviews' },
)
  // a reviewer has a project once
  .index({ projectId: 1, reviewerId: 1 }, { unique: true })
  // a call's reviews
  .index({ callId: 1, _id: 1 })
  // reviewTasks, with and without a state
  .index({ userId: 1, _id: -1 })
  .index({ userId: 1, status: 1, _id: -1 })
  // reviewers' load
  .index({ open: 1, reviewerId: 1 }, { partialFilterExpression: { open: true } });

/** All reviews. */
export function reviewsOf(connection: Connection): Model<ReviewRecord> {
  return modelOf<ReviewRecord>(connection, 'reviews', reviewSchema);
}
