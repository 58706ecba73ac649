/** Versions of requirement templates, and which of them a project's requirements were taken from. */
import { findPage } from '#kit/page.ts';
import type { Context } from '../context.ts';
import { pageOf, type Listing } from '../form/listing.ts';
import { keepsFor, mayUse } from '../project/owner.ts';
import { isInside } from '../project/audience.ts';
import type { ProjectRecord, RequirementSourceRecord } from '../project/project.model.ts';
import { findProject } from '../project/project.ts';
import {
  versionKey,
  type RequirementTemplateVersionPage,
  type RequirementTemplateVersionRecord,
} from './requirement-template-version.model.ts';
import type { RequirementTemplateRecord } from './requirement-template.model.ts';

/** A project keeps the last so many places that its requirements were taken from. */
const sourcesLimit = 100;

/** Keeps a template as it is after a change; one that was stored before versions were is kept as it was, too. */
export async function keepVersion(
  { requirementTemplateVersions }: Pick<Context, 'requirementTemplateVersions'>,
  { _id, companyId, name, requirements, revision }: RequirementTemplateRecord,
  keptBy: string | null,
  keptAt: Date,
): Promise<void> {
  await requirementTemplateVersions.updateOne(
    { _id: versionKey(_id, revision) },
    {
      $setOnInsert: {
        templateId: _id,
        version: revision,
        companyId,
        name,
        requirements,
        keptBy,
        keptAt,
      },
    },
    { upsert: true },
  );
}

/** A template's versions, newest first. */
export function findVersions(
  { requirementTemplateVersions }: Context,
  { _id }: Pick<RequirementTemplateRecord, '_id'>,
  listing: Listing,
): Promise<RequirementTemplateVersionPage> {
  const order = [['version', -1]] as const;
  return findPage(requirementTemplateVersions, { templateId: _id }, order, pageOf(listing));
}

/** Who made a version, for those who may make another; null for others. */
export function keptByShown(
  { viewer }: Pick<Context, 'viewer'>,
  { companyId, keptBy }: RequirementTemplateVersionRecord,
): string | null {
  return keepsFor(viewer, companyId) ? keptBy : null;
}

/** Where a project's requirements were taken from, with one place more. */
export function sourcesWith(
  sources: readonly RequirementSourceRecord[],
  source: RequirementSourceRecord,
): RequirementSourceRecord[] {
  return [...sources, source].slice(-sourcesLimit);
}

/** Where a project's requirements were taken from, for the lead's firm and the secretariat; empty for others. */
export function findSources(
  { viewer }: Pick<Context, 'viewer'>,
  { sources, leadCompanyId }: ProjectRecord,
): RequirementSourceRecord[] {
  return isInside(viewer, leadCompanyId) ? (sources ?? []) : [];
}

/** The version that requirements were taken from; null for an earlier project, or where the viewer may not use it. */
export async function versionOf(
  { viewer, loaders }: Context,
  { templateId, version }: RequirementSourceRecord,
): Promise<RequirementTemplateVersionRecord | null> {
  if (templateId === null || version === null) return null;
  const found = await loaders.requirementTemplateVersion.load(versionKey(templateId, version));
  return found && mayUse(viewer, found.companyId) ? found : null;
}

/** The earlier project that requirements were taken from; null for a template, or where the viewer may not see it. */
export async function projectOf(
  context: Context,
  { projectId }: RequirementSourceRecord,
): Promise<ProjectRecord | null> {
  return projectId === null ? null : findProject(context, projectId);
}
