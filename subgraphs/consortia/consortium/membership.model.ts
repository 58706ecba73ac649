import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Page } from '#kit/page.ts';
import type { MembershipRole, MembershipStatus } from './state.ts';

/** Other terms that an invited firm asks for. */
export interface CounterOffer {
  requirementIds: string[];
  /** Basis points; null when it leaves that open. */
  share: number | null;
  note: string | null;
  madeAt: Date;
}

/** A membership as stored. */
export interface MembershipRecord {
  _id: string;
  consortiumId: string;
  projectId: string;
  companyId: string;
  role: MembershipRole;
  requirementIds: string[];
  /** Basis points; null while not set, and for advisers. */
  share: number | null;
  status: MembershipStatus;
  /** Other terms that the firm asks for. */
  counter: CounterOffer | null;
  /** The membership whose place it takes over. */
  replacesId: string | null;
  /** Invited, in talks or accepted: it holds the firm's only place in the consortium. Absent once it ended. */
  standing?: true;
  /** Accepted, in a project that is not over: it takes up the firm's capacity. Absent otherwise. */
  running?: true;
  /** Exclusive; null for the lead. */
  deadline: Date | null;
  invitedAt: Date;
  answeredAt: Date | null;
  reason: string | null;
  /** Who may see it: company ids, and `public`. */
  audience: string[];
  revision: number;
}

/** A page of memberships. */
export type MembershipPage = Page<MembershipRecord>;

const membershipSchema = new Schema(
  {
    _id: { type: String, required: true },
    consortiumId: { type: String, required: true },
    projectId: { type: String, required: true },
    companyId: { type: String, required: true },
    role: { type: String, required: true },
    requirementIds: { type: [String], required: true },
    share: { type: Number, default: null },
    status: { type: String, required: true },
    counter: { type: Schema.Types.Mixed, default: null },
    replacesId: { type: String, default: null },
    standing: { type: Boolean },
    running: { type: Boolean },
    deadline: { type: Date, default: null },
    invitedAt: { type: Date, required: true },
    answeredAt: { type: Date, default: null },
    reason: { type: String, default: null },
    audience: { type: [String], required: true },
    revision: { type: Number, required: true },
  },
  { ...plainSchema, collection: 'memberships' },
)
  // A firm has one standing place in a consortium; two invitations that race meet here.
  .index(
    { consortiumId: 1, companyId: 1 },
    { unique: true, partialFilterExpression: { standing: true } },
  )
  // Consortium.memberships
  .index({ consortiumId: 1, _id: 1 })
  // invitations, Company.memberships
  .index({ companyId: 1, status: 1, _id: -1 })
  .index({ companyId: 1, _id: -1 })
  // how much of their capacity firms use
  .index({ running: 1, companyId: 1 }, { partialFilterExpression: { running: true } });

/** All memberships. */
export function membershipsOf(connection: Connection): Model<MembershipRecord> {
  return modelOf<MembershipRecord>(connection, 'memberships', membershipSchema);
}
