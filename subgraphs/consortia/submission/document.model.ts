import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';

/** A document as stored; its bytes lie in the document store. */
export interface DocumentRecord {
  _id: string;
  projectId: string;
  code: string;
  fileName: string;
  mediaType: string;
  /** Bytes. */
  size: number;
  /** Hexadecimal. */
  sha256: string;
  uploadedBy: string;
  uploadedAt: Date;
}

const documentSchema = new Schema(
  {
    _id: { type: String, required: true },
    projectId: { type: String, required: true },
    code: { type: String, required: true },
    fileName: { type: String, required: true },
    mediaType: { type: String, required: true },
    size: { type: Number, required: true },
    sha256: { type: String, required: true },
    uploadedBy: { type: String, required: true },
    uploadedAt: { type: Date, required: true },
  },
  { ...plainSchema, collection: 'documents' },
)
  // Project.documents; one document a code
  .index({ projectId: 1, code: 1 }, { unique: true });

/** All documents. */
export function documentsOf(connection: Connection): Model<DocumentRecord> {
  return modelOf<DocumentRecord>(connection, 'documents', documentSchema);
}
