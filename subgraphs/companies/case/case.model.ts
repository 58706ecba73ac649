import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Page } from '#kit/page.ts';
import type { Text } from '#kit/text.ts';
import { attachmentSchema, type AttachmentRecord } from '../attachment/attachment.model.ts';
import type { CaseState } from './state.ts';

/** What is reported. */
export type MisconductKind =
  | 'COLLUSION'
  | 'FALSE_STATEMENT'
  | 'MISUSE_OF_MONEY'
  | 'NON_PERFORMANCE'
  | 'BREACH_OF_SECRECY'
  | 'UNFAIR_TREATMENT'
  | 'OTHER';

/** What a decision may say; no violation stands alone. */
export type DecisionKind = 'NO_VIOLATION' | 'WARNING' | 'RESTRICTION' | 'RECOVERY';

/** How the accused firm is heard. */
export interface HearingRecord {
  at: Date;
  place: string;
  calledAt: Date;
  /** What the firm says to the charge. */
  statement: string | null;
  files: AttachmentRecord[];
  answeredAt: Date | null;
  /** Whether the firm said that it will say nothing. */
  waived: boolean;
}

/** What was decided. */
export interface DecisionRecord {
  kinds: DecisionKind[];
  reason: Text;
  decidedAt: Date;
  decidedById: string;
  /** Until when the firm may appeal; null where there is nothing to appeal against. */
  appealUntil: Date | null;
}

/** What the firm says against the decision, and what became of it. */
export interface AppealRecord {
  reason: string;
  files: AttachmentRecord[];
  appealedAt: Date;
  outcomeReason: Text | null;
  decidedAt: Date | null;
  decidedById: string | null;
}

/** A misconduct case, as stored. */
export interface CaseRecord {
  _id: string;
  revision: number;
  /** The firm that is accused. */
  companyId: string;
  /** Who reported it; null for an anonymous report. */
  reporterId: string | null;
  /** Digest of the receipt code; null for a report with a name. */
  receiptDigest: string | null;
  kind: MisconductKind;
  projectId: string | null;
  title: string;
  state: CaseState;
  receivedAt: Date;
  /** Each state that it reached, and when. */
  history: { state: CaseState; at: Date }[];
  lastNumber: number;
  /** What the firm is told that it is accused of; never the report itself. */
  charge: string | null;
  hearing: HearingRecord | null;
  decision: DecisionRecord | null;
  appeal: AppealRecord | null;
  /** Why it was closed without a decision. */
  dismissedBecause: string | null;
}

/** Who writes with whom: the reporter with the secretariat, the firm with the secretariat, the secretariat alone. */
export type CaseThread = 'REPORTER' | 'ACCUSED' | 'INTERNAL';

/** Something written in a case, or evidence, as stored; never changed. */
export interface CaseMessageRecord {
  _id: string;
  caseId: string;
  thread: CaseThread;
  /** Within the case. */
  number: number;
  /** On which side its author is. */
  side: 'REPORTER' | 'ACCUSED' | 'SECRETARIAT';
  /** Null where an anonymous reporter wrote. */
  authorId: string | null;
  text: string;
  files: AttachmentRecord[];
  at: Date;
}

/** An anonymous report that was just made, so that its repeat is harmless; kept for a day. */
export interface ReceiptTicketRecord {
  /** Digest of the idempotency key. */
  _id: string;
  /** Digest of the input. */
  input: string;
  caseId: string;
  /** The receipt code, which only the idempotency key opens. */
  sealed: string;
  at: Date;
}

export type CaseMessagePage = Page<CaseMessageRecord>;

const text = new Schema(
  { ko: { type: String, default: null }, en: { type: String, default: null } },
  { ...plainSchema, _id: false },
);
const inner = { ...plainSchema, _id: false } as const;

const hearingSchema = new Schema(
  {
    at: { type: Date, required: true },
    place: { type: String, required: true },
    calledAt: { type: Date, required: true },
    statement: { type: String, default: null },
    files: { type: [attachmentSchema], required: true },
    answeredAt: { type: Date, default: null },
    waived: { type: Boolean, required: true },
  },
  inner,
);

const decisionSchema = new Schema(
  {
    kinds: { type: [String], required: true },
    reason: { type: text, required: true },
    decidedAt: { type: Date, required: true },
    decidedById: { type: String, required: true },
    appealUntil: { type: Date, default: null },
  },
  inner,
);

const appealSchema = new Schema(
  {
    reason: { type: String, required: true },
    files: { type: [attachmentSchema], required: true },
    appealedAt: { type: Date, required: true },
    outcomeReason: { type: text, default: null },
    decidedAt: { type: Date, default: null },
    decidedById: { type: String, default: null },
  },
  inner,
);

const caseSchema = new Schema(
  {
    _id: { type: String, required: true },
    revision: { type: Number, required: true },
    companyId: { type: String, required: true },
    reporterId: { type: String, default: null },
    receiptDigest: { type: String, default: null },
    kind: { type: String, required: true },
    projectId: { type: String, default: null },
    title: { type: String, required: true },
    state: { type: String, required: true },
    receivedAt: { type: Date, required: true },
    history: { type: [new Schema({ state: String, at: Date }, inner)], required: true },
    lastNumber: { type: Number, required: true },
    charge: { type: String, default: null },
    hearing: { type: hearingSchema, default: null },
    decision: { type: decisionSchema, default: null },
    appeal: { type: appealSchema, default: null },
    dismissedBecause: { type: String, default: null },
  },
  { ...plainSchema, collection: 'cases' },
)
  // The secretariat's list, of one state or of all.
  .index({ state: 1, receivedAt: -1, _id: -1 })
  .index({ receivedAt: -1, _id: -1 })
  // Cases against a firm.
  .index({ companyId: 1, receivedAt: -1, _id: -1 })
  // What a user reported.
  .index({ reporterId: 1, receivedAt: -1, _id: -1 })
  // A receipt code leads to its case.
  .index(
    { receiptDigest: 1 },
    { unique: true, partialFilterExpression: { receiptDigest: { $gt: '' } } },
  )
  // Decisions that nobody can appeal any more.
  .index({ state: 1, 'decision.appealUntil': 1 });

const messageSchema = new Schema(
  {
    _id: { type: String, required: true },
    caseId: { type: String, required: true },
    thread: { type: String, required: true },
    number: { type: Number, required: true },
    side: { type: String, required: true },
    authorId: { type: String, default: null },
    text: { type: String, default: '' },
    files: { type: [attachmentSchema], required: true },
    at: { type: Date, required: true },
  },
  { ...plainSchema, collection: 'case_messages' },
)
  // A number is given once.
  .index({ caseId: 1, number: 1 }, { unique: true })
  // One thread of a case, in its order.
  .index({ caseId: 1, thread: 1, number: 1 })
  // What a person wrote with their name.
  .index({ authorId: 1 }, { partialFilterExpression: { authorId: { $gt: '' } } });

const ticketSchema = new Schema(
  {
    _id: { type: String, required: true },
    input: { type: String, required: true },
    caseId: { type: String, required: true },
    sealed: { type: String, required: true },
    at: { type: Date, required: true, expires: 24 * 60 * 60 },
  },
  { ...plainSchema, collection: 'receipt_tickets' },
);

/** Misconduct cases. */
export function casesOf(connection: Connection): Model<CaseRecord> {
  return modelOf<CaseRecord>(connection, 'cases', caseSchema);
}

/** What was written in them. */
export function caseMessagesOf(connection: Connection): Model<CaseMessageRecord> {
  return modelOf<CaseMessageRecord>(connection, 'case_messages', messageSchema);
}

/** Anonymous reports of the last day. */
export function receiptTicketsOf(connection: Connection): Model<ReceiptTicketRecord> {
  return modelOf<ReceiptTicketRecord>(connection, 'receipt_tickets', ticketSchema);
}
