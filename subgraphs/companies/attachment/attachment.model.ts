import { Schema } from 'mongoose';

import { plainSchema } from '#kit/mongo.ts';

/** A file beside a text, as stored with it; its bytes lie in the file store. */
export interface AttachmentRecord {
  _id: string;
  fileName: string;
  mediaType: string;
  /** Bytes. */
  size: number;
  /** Hexadecimal. */
  sha256: string;
}

/** A file inside another record. */
export const attachmentSchema = new Schema(
  {
    _id: { type: String, required: true },
    fileName: { type: String, required: true },
    mediaType: { type: String, required: true },
    size: { type: Number, required: true },
    sha256: { type: String, required: true },
  },
  plainSchema,
);
