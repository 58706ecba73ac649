import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Page } from '#kit/page.ts';

/** A passage in both languages. */
export interface Passage {
  ko: string;
  en: string;
}

/** An article of a template; a paragraph is text with placeholders, or a single block. */
export interface Article {
  heading: Passage;
  paragraphs: Passage[];
}

/** What an agreement is written from. */
export interface TemplateContent {
  title: Passage;
  articles: Article[];
}

/** One version of the template as stored; never changed. */
export interface TemplateRecord extends TemplateContent {
  _id: string;
  /** From 1, without gaps. */
  version: number;
  note: string | null;
  /** Null for the one that the platform came with. */
  publishedBy: string | null;
  publishedAt: Date;
}

/** A page of templates. */
export type TemplatePage = Page<TemplateRecord>;

const templateSchema = new Schema(
  {
    _id: { type: String, required: true },
    version: { type: Number, required: true },
    title: { type: Schema.Types.Mixed, required: true },
    articles: { type: [Schema.Types.Mixed], required: true },
    note: { type: String, default: null },
    publishedBy: { type: String, default: null },
    publishedAt: { type: Date, required: true },
  },
  { ...plainSchema, collection: 'agreement_templates' },
)
  // the newest, agreementTemplates; two that are published at once meet here
  .index({ version: -1 }, { unique: true });

/** All versions of the template of agreements. */
export function templatesOf(connection: Connection): Model<TemplateRecord> {
  return modelOf<TemplateRecord>(connection, 'agreement_templates', templateSchema);
}
