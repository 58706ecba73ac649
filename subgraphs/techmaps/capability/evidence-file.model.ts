import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';

/** A file that a company shows as evidence; its bytes lie in the file store. It never changes and is never taken away. */
export interface EvidenceFileRecord {
  _id: string;
  /** Whose it is; of a company that was merged, the one that stays. */
  companyId: string;
  fileName: string;
  mediaType: string;
  /** Bytes. */
  size: number;
  /** Hexadecimal. */
  sha256: string;
  uploadedAt: Date;
  /** User who handed it in. */
  uploadedBy: string;
}

const schema = new Schema(
  {
    _id: { type: String, required: true },
    companyId: { type: String, required: true },
    fileName: { type: String, required: true },
    mediaType: { type: String, required: true },
    size: { type: Number, required: true },
    sha256: { type: String, required: true },
    uploadedAt: { type: Date, required: true },
    uploadedBy: { type: String, required: true },
  },
  { ...plainSchema, collection: 'evidencefiles' },
)
  // how many a company has, and whether it has these bytes under this name
  .index({ companyId: 1, sha256: 1 });

/** The files that companies show. */
export function evidenceFilesOf(connection: Connection): Model<EvidenceFileRecord> {
  return modelOf<EvidenceFileRecord>(connection, 'evidencefiles', schema);
}
