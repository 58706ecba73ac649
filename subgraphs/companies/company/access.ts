/** Who may see a company, and who may act for it. */
import { refusal } from '#kit/refusal.ts';
import { actingFor, hasRole, isIn, signedIn, type SignedIn, type Viewer } from '#kit/viewer.ts';
import type { CompanyRecord } from './company.model.ts';

/** Whether the viewer may know of a company: everybody, but a pending one only its members and the secretariat. */
export function maySeeCompany(viewer: Viewer, { _id, status }: CompanyRecord): boolean {
  return status !== 'PENDING' || maySeeInside(viewer, _id);
}

/** Whether the viewer may see what concerns a company alone: its members and the secretariat. */
export function maySeeInside(viewer: Viewer, companyId: string): boolean {
  return isIn(viewer, companyId, 'VIEWER') || hasRole(viewer, 'SECRETARIAT');
}

/**
 * The viewer, who must be an editor of the company or of the secretariat.
 *
 * @throws {GraphQLError} UNAUTHENTICATED, FORBIDDEN
 */
export function editing(viewer: Viewer, companyId: string): SignedIn {
  return hasRole(viewer, 'SECRETARIAT') ? signedIn(viewer) : actingFor(viewer, companyId, 'EDITOR');
}

/**
 * The viewer, who must be an owner of the company or of the secretariat.
 *
 * @throws {GraphQLError} UNAUTHENTICATED, FORBIDDEN
 */
export function owning(viewer: Viewer, companyId: string): SignedIn {
  return hasRole(viewer, 'SECRETARIAT') ? signedIn(viewer) : actingFor(viewer, companyId, 'OWNER');
}

/** @throws {Refusal} WRONG_STATE (path) when the company is closed or merged. */
export function refuseGone({ status }: CompanyRecord, path = 'id'): void {
  if (status === 'MERGED' || status === 'CLOSED')
    throw refusal('WRONG_STATE', `This company is ${status}.`, [path], {
      rule: 'COMPANY_GONE',
      found: status,
    });
}
