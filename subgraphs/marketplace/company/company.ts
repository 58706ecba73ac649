/** Providers: who may act for one, and which firms may offer something. */
import { problem, type Problem } from '#kit/refusal.ts';
import { forbid, hasRole, isIn, signedIn, type SignedIn, type Viewer } from '#kit/viewer.ts';
import type { CompanyRecord } from './company.model.ts';

/** Whether the viewer belongs to the provider, or to the secretariat. */
export function seesDrafts(viewer: Viewer, providerId: string | null): boolean {
  return (
    hasRole(viewer, 'SECRETARIAT') || (providerId !== null && isIn(viewer, providerId, 'VIEWER'))
  );
}

/**
 * The viewer, who must be an editor of the provider.
 *
 * @throws {GraphQLError} UNAUTHENTICATED, FORBIDDEN
 */
export function actingAsProvider(viewer: Viewer, providerId: string | null): SignedIn {
  const user = signedIn(viewer);
  if (providerId === null || !isIn(viewer, providerId, 'EDITOR'))
    forbid('Only an editor of the provider may do this.');
  return user;
}

/**
 * The viewer, who must be an editor of the provider, or of the secretariat.
 *
 * @throws {GraphQLError} UNAUTHENTICATED, FORBIDDEN
 */
export function overseeing(viewer: Viewer, providerId: string | null): SignedIn {
  return hasRole(viewer, 'SECRETARIAT') ? signedIn(viewer) : actingAsProvider(viewer, providerId);
}

/** Why a firm cannot offer something new; none when it can. */
export function providerProblems(
  provider: CompanyRecord | null | undefined,
  now: Date,
  path: string[] = ['providerId'],
): Problem[] {
  if (!provider || provider.gone) return [problem('NOT_FOUND', 'No firm has this id.', path)];
  if (provider.status !== 'APPROVED')
    return [
      problem('WRONG_STATE', 'Only an approved firm may offer services.', path, {
        rule: 'PROVIDER_APPROVED',
        limit: 'APPROVED',
        found: provider.status,
      }),
    ];
  if (provider.restrictedUntil && provider.restrictedUntil > now)
    return [
      problem('WRONG_STATE', 'This firm is restricted from taking part.', path, {
        rule: 'PROVIDER_NOT_RESTRICTED',
        found: `restricted until ${provider.restrictedUntil.toISOString()}`,
      }),
    ];
  return [];
}

/** A provider's names, to be found by. */
export function providerNames(
  provider: CompanyRecord | null | undefined,
  providerName: string | null = null,
): (string | null)[] {
  return provider && !provider.gone ? [provider.name.ko, provider.name.en] : [providerName];
}
