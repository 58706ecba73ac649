/** Companies as this subgraph knows them. */
import { refusal, type Problem } from '#kit/refusal.ts';
import { hasRole, isIn, type Viewer } from '#kit/viewer.ts';

import type { Context } from '../context.ts';
import type { CompanyRecord } from './company.model.ts';

/** A company as the graph refers to it. */
export interface CompanyReference {
  id: string;
}

/** Whether the firm may publish what it can do: it waits for approval, or is approved. */
export function mayPublish(company: CompanyRecord | null | undefined): boolean {
  return company?.gone === false && (company.status === 'PENDING' || company.status === 'APPROVED');
}

/** Whether the firm takes part now: it counts as supply, and stands in public lists. */
export function takesPart(
  company: Pick<CompanyRecord, 'gone' | 'status'> | null | undefined,
): boolean {
  return company?.gone === false && company.status === 'APPROVED';
}

/**
 * Whether the viewer may read what the firm published: anybody once the alliance approved it, before that and after
 * it was refused or closed the firm's own people and the secretariat alone.
 */
export function mayRead(
  viewer: Viewer,
  companyId: string,
  company: CompanyRecord | null | undefined,
): boolean {
  if (isIn(viewer, companyId, 'VIEWER') || hasRole(viewer, 'SECRETARIAT')) return true;
  return company?.gone === false && company.status !== 'PENDING' && company.status !== 'CLOSED';
}

/** Why the firm may not publish now, at `companyId`. */
export async function companyFaults(
  { companies }: Pick<Context, 'companies'>,
  companyId: string,
): Promise<readonly Problem[]> {
  const company = await companies.findById(companyId).lean();
  if (mayPublish(company)) return [];
  const path = ['companyId'];
  if (!company || company.gone)
    return refusal('NOT_FOUND', 'There is no such company.', path).problems;
  return refusal('WRONG_STATE', 'The company does not take part now.', path, {
    rule: 'COMPANY_TAKES_PART',
    found: company.status ?? null,
  }).problems;
}
