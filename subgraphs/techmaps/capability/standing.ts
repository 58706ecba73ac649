/** Whether what a company showed still holds: certificates end, and projects are taken back. */
import { seoulDay } from '#kit/instant.ts';

import type { Context } from '../context.ts';
import type { CapabilityRecord, Claim } from './capability.model.ts';
import type { Evidence } from './evidence.ts';
import { schemesOn, withMerged } from './ground.ts';

/** Evidence as it is shown. */
export interface ShownEvidence extends Evidence {
  /** Whose it is; null in a map of a day. */
  companyId: string | null;
}

/** Evidence of a capability as it stands now. */
export function evidenceNow({ evidence, companyId }: CapabilityRecord): ShownEvidence[] {
  return evidence.map((each) => ({ ...each, companyId }));
}

/** Evidence as a map of a day, or a draft, says it. */
export function evidenceThen({ evidence }: Claim): ShownEvidence[] {
  return evidence.map((each) => ({ ...each, companyId: null }));
}

/** Whether the certificate or the project that evidence names holds today; null where there is nothing to hold. */
export async function holdsNow(
  context: Context,
  { companyId, certificateScheme, projectId }: ShownEvidence,
  now = new Date(),
): Promise<boolean | null> {
  if (companyId === null) return null;
  if (certificateScheme != null) {
    const company = await context.loaders.company.load(companyId);
    return schemesOn(company, seoulDay(now)).has(certificateScheme);
  }
  if (projectId == null) return null;
  const project = await context.loaders.project.load(projectId);
  if (!project || project.gone) return false;
  const own = await withMerged(context, companyId);
  return (project.memberIds ?? []).some((id) => own.has(id));
}
