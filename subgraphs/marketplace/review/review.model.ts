import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Page } from '#kit/page.ts';
import type { Text } from '#kit/text.ts';

/** How far a review is. */
export type SelectionStatus =
  'SUBMITTED' | 'RETURNED' | 'ELIGIBILITY' | 'CAPABILITY' | 'SELECTED' | 'REJECTED' | 'WITHDRAWN';

/** The parts in which reviewers give opinions; named like the states. */
export type SelectionPart = 'ELIGIBILITY' | 'CAPABILITY';

/** What is found. */
export type SelectionVerdict = 'PASS' | 'FAIL';

/** What a service promises. */
export interface ServiceLevels {
  /** Basis points of the time. */
  availability: number;
  responseHours: number;
  recoveryHours: number;
  compensation: Text;
  url: string | null;
}

/** One step of a review. */
export interface SelectionStep {
  status: SelectionStatus;
  at: Date;
  /** Who took it. */
  userId: string;
  note: string | null;
}

/** What a reviewer said on one part. */
export interface SelectionOpinion {
  userId: string;
  part: SelectionPart;
  verdict: SelectionVerdict;
  comment: string;
  at: Date;
}

/** Days that each step should take, and opinions that a part needs. */
export interface TermsRecord {
  _id: string;
  completenessDays: number;
  eligibilityDays: number;
  capabilityDays: number;
  fewestOpinions: number;
  /** Months from selection, or from an audit, to the next audit. */
  auditMonths: number;
  revision: number;
}

/** A review as stored. */
export interface ReviewRecord {
  _id: string;
  serviceId: string;
  providerId: string;
  status: SelectionStatus;
  /** Whether it is under way; at most one of a service is. */
  open: boolean;
  levels: ServiceLevels;
  exemptions: { eligibility: boolean; capability: boolean } | null;
  /** The oldest first. */
  steps: SelectionStep[];
  opinions: SelectionOpinion[];
  /** The terms when it was submitted. */
  terms: Omit<TermsRecord, '_id' | 'revision'>;
  submittedAt: Date;
  endedAt: Date | null;
  revision: number;
}

export type ReviewPage = Page<ReviewRecord>;

const inner = { _id: false } as const;
const textType = { type: new Schema({ ko: String, en: String }, inner), required: true };
const dayFields = {
  completenessDays: { type: Number, required: true },
  eligibilityDays: { type: Number, required: true },
  capabilityDays: { type: Number, required: true },
  fewestOpinions: { type: Number, required: true },
  auditMonths: { type: Number, required: true },
} as const;

const reviewSchema = new Schema(
  {
    _id: { type: String, required: true },
    serviceId: { type: String, required: true },
    providerId: { type: String, required: true },
    status: { type: String, required: true },
    open: { type: Boolean, required: true },
    levels: {
      type: new Schema(
        {
          availability: { type: Number, required: true },
          responseHours: { type: Number, required: true },
          recoveryHours: { type: Number, required: true },
          compensation: textType,
          url: { type: String, default: null },
        },
        inner,
      ),
      required: true,
    },
    exemptions: {
      type: new Schema({ eligibility: Boolean, capability: Boolean }, inner),
      default: null,
    },
    steps: {
      type: [
        new Schema(
          {
            status: { type: String, required: true },
            at: { type: Date, required: true },
            userId: { type: String, required: true },
            note: { type: String, default: null },
          },
          inner,
        ),
      ],
      required: true,
    },
    opinions: {
      type: [
        new Schema(
          {
            userId: { type: String, required: true },
            part: { type: String, required: true },
            verdict: { type: String, required: true },
            comment: { type: String, required: true },
            at: { type: Date, required: true },
          },
          inner,
        ),
      ],
      required: true,
    },
    terms: { type: new Schema(dayFields, inner), required: true },
    submittedAt: { type: Date, required: true },
    endedAt: { type: Date, default: null },
    revision: { type: Number, required: true },
  },
  { ...plainSchema, collection: 'reviews' },
)
  // Reviews of a service; one of them under way.
  .index({ serviceId: 1, submittedAt: -1, _id: -1 })
  .index({ serviceId: 1, open: 1 }, { unique: true, partialFilterExpression: { open: true } })
  // Reviews in some states, the one submitted first comes first.
  .index({ status: 1, submittedAt: 1, _id: 1 })
  // Reviews of a firm, for when it is merged into another.
  .index({ providerId: 1 })
  // What was decided in a span of time.
  .index({ status: 1, endedAt: 1 });

/** Every review. */
export function reviewsOf(connection: Connection): Model<ReviewRecord> {
  return modelOf<ReviewRecord>(connection, 'reviews', reviewSchema);
}

const termsSchema = new Schema(
  {
    _id: { type: String, required: true },
    ...dayFields,
    revision: { type: Number, required: true },
  },
  { ...plainSchema, collection: 'terms' },
);

/** The terms of reviews; one record. */
export function termsOf(connection: Connection): Model<TermsRecord> {
  return modelOf<TermsRecord>(connection, 'terms', termsSchema);
}
