import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Page } from '#kit/page.ts';
import type { Text } from '#kit/text.ts';
import type { RequirementRecord } from '../project/project.model.ts';

/** Requirements that projects of a kind usually have, as stored; without prices, which are a project's own. */
export interface RequirementTemplateRecord {
  _id: string;
  /** Whose it is; null for the secretariat's, which everybody may use. */
  companyId: string | null;
  name: Text;
  requirements: RequirementRecord[];
  revision: number;
}

/** A page of requirement templates. */
export type RequirementTemplatePage = Page<RequirementTemplateRecord>;

const requirementTemplateSchema = new Schema(
  {
    _id: { type: String, required: true },
    companyId: { type: String, default: null },
    name: { type: Schema.Types.Mixed, required: true },
    requirements: { type: [Schema.Types.Mixed], required: true },
    revision: { type: Number, required: true },
  },
  { ...plainSchema, collection: 'requirementTemplates' },
)
  // requirementTemplates: what a viewer may use, newest first
  .index({ companyId: 1, _id: -1 });

/** All requirement templates. */
export function requirementTemplatesOf(connection: Connection): Model<RequirementTemplateRecord> {
  return modelOf<RequirementTemplateRecord>(
    connection,
    'requirementTemplates',
    requirementTemplateSchema,
  );
}
