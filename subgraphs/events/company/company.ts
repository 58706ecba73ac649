/** Hosts: who may act for one, and which firms may host. */
import { problem, type Problem } from '#kit/refusal.ts';
import { forbid, hasRole, isIn, signedIn, type SignedIn, type Viewer } from '#kit/viewer.ts';
import type { CompanyRecord } from './company.model.ts';

/**
 * The viewer, who must be an editor of the host or of the secretariat; without a host, of the secretariat.
 *
 * @throws {GraphQLError} UNAUTHENTICATED, FORBIDDEN
 */
export function actingAsHost(viewer: Viewer, hostId: string | null): SignedIn {
  const user = signedIn(viewer);
  const own = hostId !== null && isIn(viewer, hostId, 'EDITOR');
  if (!own && !hasRole(viewer, 'SECRETARIAT'))
    forbid('Only an editor of the host, or the secretariat, may do this.');
  return user;
}

/** Why a firm cannot host something new; none when it can. */
export function hostProblems(
  host: CompanyRecord | null | undefined,
  now: Date,
  path: string[] = ['hostId'],
): Problem[] {
  if (!host || host.gone) return [problem('NOT_FOUND', 'No firm has this id.', path)];
  if (host.status !== 'APPROVED')
    return [
      problem('WRONG_STATE', 'Only an approved firm may host.', path, {
        rule: 'HOST_APPROVED',
        limit: 'APPROVED',
        found: host.status,
      }),
    ];
  if (host.restrictedUntil && host.restrictedUntil > now)
    return [
      problem('WRONG_STATE', 'This firm is restricted from taking part.', path, {
        rule: 'HOST_NOT_RESTRICTED',
        found: `restricted until ${host.restrictedUntil.toISOString()}`,
      }),
    ];
  return [];
}

/** A host's names, to be found by. */
export function hostNames(host: CompanyRecord | null | undefined): (string | null)[] {
  return host && !host.gone ? [host.name.ko, host.name.en] : [];
}
