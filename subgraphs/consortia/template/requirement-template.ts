/** Requirements under a name, for projects to begin with: the secretariat's for everybody, a firm's for itself. */
import { newId } from '#kit/id.ts';
import { findPage } from '#kit/page.ts';
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { signedIn } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import { pageOf, type Listing } from '../form/listing.ts';
import { nameLength, readText, type GivenText } from '../form/wording.ts';
import { keepingFor, keptFaults, mayUse, usableBy } from '../project/owner.ts';
import type { RequirementRecord } from '../project/project.model.ts';
import {
  readRequirements,
  technologyFaults,
  type GivenRequirement,
} from '../project/requirement.ts';
import type {
  RequirementTemplatePage,
  RequirementTemplateRecord,
} from './requirement-template.model.ts';
import { keepVersion } from './version.ts';

/** Templates that the viewer may use, newest first. */
export function findRequirementTemplates(
  { viewer, requirementTemplates }: Context,
  listing: Listing,
): Promise<RequirementTemplatePage> {
  signedIn(viewer);
  return findPage(requirementTemplates, usableBy(viewer), [['_id', -1]], pageOf(listing));
}

/** The template, or null when there is none or the viewer may not use it. */
export async function findRequirementTemplate(
  { viewer, requirementTemplates }: Context,
  id: string,
): Promise<RequirementTemplateRecord | null> {
  signedIn(viewer);
  const template = await requirementTemplates.findById(id).lean<RequirementTemplateRecord>();
  return template && mayUse(viewer, template.companyId) ? template : null;
}

/**
 * Keeps requirements under a name. An owner or editor of the firm, or the secretariat for everybody, may.
 *
 * @throws {Refusal} INVALID (name, requirements/…), NOT_FOUND (requirements/…/technologyId), LIMIT_REACHED (rule KEPT_MOST)
 */
export async function createRequirementTemplate(
  context: Context,
  given: {
    companyId?: string | null | undefined;
    name: GivenText;
    requirements: readonly GivenRequirement[];
  },
): Promise<RequirementTemplateRecord> {
  const { viewer, requirementTemplates } = context;
  const companyId = given.companyId ?? null;
  const { userId } = keepingFor(viewer, companyId);
  const faults: Problem[] = [];
  const name = readText(given.name, nameLength, ['name'], faults);
  const requirements = await readTemplate(context, given.requirements, [], faults);
  faults.push(...keptFaults(await requirementTemplates.countDocuments({ companyId })));
  refuseAny(faults);
  const record = { _id: newId(), companyId, name, requirements, revision: 1 };
  await requirementTemplates.create([record]);
  await keepVersion(context, record, userId, context.arrivedAt);
  return record;
}

/**
 * Changes a template; its versions are kept, and projects that were begun with it stay as they are. Whoever may create it
 * may.
 *
 * @throws {Refusal} NOT_FOUND (id, requirements/…/id, requirements/…/technologyId), STALE (revision), INVALID (name, requirements/…)
 */
export async function reviseRequirementTemplate(
  context: Context,
  given: {
    id: string;
    revision: number;
    name?: GivenText | null | undefined;
    requirements?: readonly GivenRequirement[] | null | undefined;
  },
): Promise<RequirementTemplateRecord> {
  const { template, userId } = await templateToKeep(context, given.id);
  const faults: Problem[] = [];
  const name = given.name ? readText(given.name, nameLength, ['name'], faults) : template.name;
  const known = template.requirements.map(({ id }) => id);
  const requirements = given.requirements
    ? await readTemplate(context, given.requirements, known, faults)
    : template.requirements;
  refuseAny(faults);
  const { matchedCount } = await context.requirementTemplates.updateOne(
    { _id: template._id, revision: given.revision },
    { $set: { name, requirements }, $inc: { revision: 1 } },
  );
  if (matchedCount === 0) throw stale();
  const changed = { ...template, name, requirements, revision: given.revision + 1 };
  await keepVersion(context, template, null, context.arrivedAt);
  await keepVersion(context, changed, userId, context.arrivedAt);
  return changed;
}

/**
 * Removes a template; its versions stay, for the projects that were begun with them. Whoever may create it may.
 *
 * @throws {Refusal} NOT_FOUND (id), STALE (revision)
 */
export async function removeRequirementTemplate(
  context: Context,
  { id, revision }: { id: string; revision: number },
): Promise<string> {
  const { template } = await templateToKeep(context, id);
  const { deletedCount } = await context.requirementTemplates.deleteOne({
    _id: template._id,
    revision,
  });
  if (deletedCount === 0) throw stale();
  return id;
}

async function readTemplate(
  { technologies }: Context,
  given: readonly GivenRequirement[],
  known: readonly string[],
  faults: Problem[],
): Promise<RequirementRecord[]> {
  const requirements = readRequirements(given, known, faults);
  if (requirements.length === 0)
    faults.push(
      problem('INVALID', 'A template has at least one requirement.', ['requirements'], {
        rule: 'REQUIREMENTS_LEAST',
        limit: '1',
        found: '0',
      }),
    );
  requirements.forEach(({ estimatedPrice }, index) => {
    if (estimatedPrice === null) return;
    const path = ['requirements', String(index), 'estimatedPrice'];
    faults.push(
      problem('INVALID', 'Prices are of a project, not of a template.', path, {
        rule: 'PRICE_OF_PROJECT',
        limit: 'none',
        found: String(estimatedPrice),
      }),
    );
  });
  faults.push(...(await technologyFaults(technologies, requirements)));
  return requirements;
}

async function templateToKeep(context: Context, id: string) {
  const template = await findRequirementTemplate(context, id);
  if (!template) throw refusal('NOT_FOUND', 'There is no such template.', ['id']);
  const { userId } = keepingFor(context.viewer, template.companyId);
  return { template, userId };
}

function stale() {
  return refusal('STALE', 'The template was changed since it was read.', ['revision']);
}
