/** What the secretariat keeps for everybody, and a firm for itself. */
import { problem, type Problem } from '#kit/refusal.ts';
import { actingFor, hasRole, isIn, signedInAs, type SignedIn, type Viewer } from '#kit/viewer.ts';

/** Things of one owner; more are refused. */
export const keptLimit = 200;

/**
 * The viewer, who must be an owner or editor of the firm, or of the secretariat where there is none.
 *
 * @throws {GraphQLError} UNAUTHENTICATED, FORBIDDEN
 */
export function keepingFor(viewer: Viewer, companyId: string | null): SignedIn {
  return companyId === null
    ? signedInAs(viewer, 'SECRETARIAT')
    : actingFor(viewer, companyId, 'EDITOR');
}

/** Whether the viewer may keep things for an owner. */
export function keepsFor(viewer: Viewer, companyId: string | null): boolean {
  return companyId === null ? hasRole(viewer, 'SECRETARIAT') : isIn(viewer, companyId, 'EDITOR');
}

/** Whether the viewer may see and use what an owner keeps. */
export function mayUse(viewer: Viewer, companyId: string | null): boolean {
  if (companyId === null) return viewer.userId !== null;
  return (
    hasRole(viewer, 'SECRETARIAT') || viewer.companies.some((own) => own.companyId === companyId)
  );
}

/** The filter on `companyId` that keeps what a viewer may use; the secretariat may use everything. */
export function usableBy(viewer: Viewer): { companyId?: { $in: (string | null)[] } } {
  if (hasRole(viewer, 'SECRETARIAT')) return {};
  return { companyId: { $in: [null, ...viewer.companies.map(({ companyId }) => companyId)] } };
}

/** What is wrong when an owner keeps so many already. */
export function keptFaults(count: number): Problem[] {
  if (count < keptLimit) return [];
  return [
    problem('LIMIT_REACHED', `An owner keeps up to ${keptLimit}.`, [], {
      rule: 'KEPT_MOST',
      limit: String(keptLimit),
      found: String(count),
    }),
  ];
}
