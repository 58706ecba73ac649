import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';

/** A firm's signature under an agreement. */
export interface SignatureRecord {
  companyId: string;
  /** The owner who signed for the firm. */
  userId: string;
  /** What was signed, hexadecimal. */
  sha256: string;
  signedAt: Date;
  /** The sentence that was signed. */
  statement: string;
}

/** A firm's consent to what becomes of a sealed consortium. */
export interface ConsentRecord {
  companyId: string;
  /** The owner who consented for the firm. */
  userId: string;
  consentedAt: Date;
  reason: string;
}

/** An agreement as stored; its bytes lie in the document store. */
export interface AgreementRecord {
  _id: string;
  consortiumId: string;
  /** Within the consortium, from 1. */
  number: number;
  templateId: string;
  /** Revisions of consortium and project whose terms it states: it is void once one of them moved on. */
  consortiumRevision: number;
  projectRevision: number;
  /** Firms that are to sign, lead first. */
  memberIds: string[];
  /** Of the PDF, hexadecimal. */
  sha256: string;
  /** Bytes. */
  size: number;
  drawnUpBy: string;
  drawnUpAt: Date;
  signatures: SignatureRecord[];
  sealedAt: Date | null;
  /** Who consents to open the sealed consortium again. */
  reopening: ConsentRecord[];
  reopenedAt: Date | null;
  /** Who consents to take its project back. */
  withdrawal?: ConsentRecord[];
  revision: number;
}

const agreementSchema = new Schema(
  {
    _id: { type: String, required: true },
    consortiumId: { type: String, required: true },
    number: { type: Number, required: true },
    templateId: { type: String, required: true },
    consortiumRevision: { type: Number, required: true },
    projectRevision: { type: Number, required: true },
    memberIds: { type: [String], required: true },
    sha256: { type: String, required: true },
    size: { type: Number, required: true },
    drawnUpBy: { type: String, required: true },
    drawnUpAt: { type: Date, required: true },
    signatures: { type: [Schema.Types.Mixed], required: true },
    sealedAt: { type: Date, default: null },
    reopening: { type: [Schema.Types.Mixed], required: true },
    reopenedAt: { type: Date, default: null },
    withdrawal: { type: [Schema.Types.Mixed] },
    revision: { type: Number, required: true },
  },
  { ...plainSchema, collection: 'agreements' },
)
  // Consortium.agreements; two that are drawn up at once meet here
  .index({ consortiumId: 1, number: 1 }, { unique: true });

/** All agreements. */
export function agreementsOf(connection: Connection): Model<AgreementRecord> {
  return modelOf<AgreementRecord>(connection, 'agreements', agreementSchema);
}
