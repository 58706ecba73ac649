import { Schema } from 'mongoose';

import { technologyKinds } from './content.ts';

/** How a name or a passage in two languages is stored. */
export const textSchema = new Schema(
  { ko: { type: String, default: null }, en: { type: String, default: null } },
  { _id: false, versionKey: false, id: false, strict: 'throw' },
);

const linkSchema = new Schema(
  { title: { type: String, default: null }, url: { type: String, required: true } },
  { _id: false, versionKey: false, id: false, strict: 'throw' },
);

/** How `Content` and a place in the tree are stored, in a version and in the technology itself alike. */
export const contentFields = {
  code: { type: String, required: true },
  name: { type: textSchema, required: true },
  aliases: { type: [String], required: true },
  description: { type: textSchema, default: null },
  links: { type: [linkSchema], required: true },
  kind: { type: String, enum: technologyKinds, required: true },
  core: { type: Boolean, required: true },
  position: { type: Number, required: true },
  parentId: { type: String, default: null },
  ancestorIds: { type: [String], required: true },
  requires: { type: [String], required: true },
  alternatives: { type: [String], required: true },
} as const;
