import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Page } from '#kit/page.ts';
import type { Text } from '#kit/text.ts';
import type { RequirementRecord } from '../project/project.model.ts';

/** A requirement template as it was after one of its changes; never changed, and kept when the template is removed. */
export interface RequirementTemplateVersionRecord {
  /** `versionKey` of the two below. */
  _id: string;
  templateId: string;
  /** The template's revision, from 1. */
  version: number;
  /** Whose the template is; null for the secretariat's. */
  companyId: string | null;
  name: Text;
  requirements: RequirementRecord[];
  /** Null where it was stored before versions were. */
  keptBy: string | null;
  keptAt: Date;
}

/** A page of versions. */
export type RequirementTemplateVersionPage = Page<RequirementTemplateVersionRecord>;

/** The id of a template's version. */
export function versionKey(templateId: string, version: number): string {
  return `${templateId}/${version}`;
}

const versionSchema = new Schema(
  {
    _id: { type: String, required: true },
    templateId: { type: String, required: true },
    version: { type: Number, required: true },
    companyId: { type: String, default: null },
    name: { type: Schema.Types.Mixed, required: true },
    requirements: { type: [Schema.Types.Mixed], required: true },
    keptBy: { type: String, default: null },
    keptAt: { type: Date, required: true },
  },
  { ...plainSchema, collection: 'requirementTemplateVersions' },
)
  // RequirementTemplate.versions, newest first
  .index({ templateId: 1, version: -1 }, { unique: true });

/** All versions of requirement templates. */
export function requirementTemplateVersionsOf(
  connection: Connection,
): Model<RequirementTemplateVersionRecord> {
  return modelOf<RequirementTemplateVersionRecord>(
    connection,
    'requirementTemplateVersions',
    versionSchema,
  );
}
