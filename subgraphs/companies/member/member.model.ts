import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { CompanyRole } from '#kit/viewer.ts';

/** Where a membership stands. */
export type MemberState = 'INVITED' | 'ACTIVE';

/** Somebody's place in a company, or an invitation to it, as stored. */
export interface MemberRecord {
  _id: string;
  revision: number;
  companyId: string;
  /** The invited e-mail, or the user's. */
  email: string;
  /** Null while the invitation is open. */
  userId: string | null;
  role: CompanyRole;
  state: MemberState;
  invitedAt: Date | null;
  invitedById: string | null;
  joinedAt: Date | null;
}

const memberSchema = new Schema(
  {
    _id: { type: String, required: true },
    revision: { type: Number, required: true },
    companyId: { type: String, required: true },
    email: { type: String, required: true },
    userId: { type: String, default: null },
    role: { type: String, required: true },
    state: { type: String, required: true },
    invitedAt: { type: Date, default: null },
    invitedById: { type: String, default: null },
    joinedAt: { type: Date, default: null },
  },
  { ...plainSchema, collection: 'members' },
)
  // A company's members; an e-mail is invited once.
  .index({ companyId: 1, email: 1 }, { unique: true })
  // A user's memberships; a user is in a company once.
  .index(
    { userId: 1, companyId: 1 },
    { unique: true, partialFilterExpression: { userId: { $gt: '' } } },
  )
  // Open invitations to an e-mail.
  .index({ email: 1, state: 1 });

/** Members of companies, and invitations. */
export function membersOf(connection: Connection): Model<MemberRecord> {
  return modelOf<MemberRecord>(connection, 'members', memberSchema);
}
