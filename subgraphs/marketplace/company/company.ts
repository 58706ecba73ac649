/** Providers: who may act for one, and which firms may offer something. */
import type { Model } from 'mongoose';

import { applyFacts, type FactRecord } from '#kit/facts.ts';
import { problem, type Problem } from '#kit/refusal.ts';
import { forbid, hasRole, isIn, signedIn, type SignedIn, type Viewer } from '#kit/viewer.ts';
import type { CompanyFact } from '#schema/facts.ts';
import { tracesOf } from '../service/service-details.ts';
import type { ServiceRecord } from '../service/service.model.ts';
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

/** Brings firms up to what companies tell, and the services of those that have another name now. */
export async function applyCompanies(
  { companies, services }: { companies: Model<CompanyRecord>; services: Model<ServiceRecord> },
  facts: readonly FactRecord[],
): Promise<void> {
  const ids = facts.map(({ key }) => key);
  const known = await companies.find({ _id: { $in: ids } }).lean<CompanyRecord[]>();
  const nameBefore = new Map(known.map(({ _id, name }) => [_id, JSON.stringify(name)]));
  await applyFacts(
    companies,
    facts.map((fact) => ({ ...fact, state: providerState(fact.state as CompanyFact | null) })),
  );
  const renamed = facts
    .filter(({ key, state }) => state !== null && nameBefore.get(key) !== nameOf(state))
    .map(({ key }) => key);
  await findAgain({ companies, services }, renamed);
}

function providerState(fact: CompanyFact | null): object | null {
  return (
    fact && {
      name: fact.name,
      status: fact.status,
      restrictedUntil: fact.restrictedUntil,
      certificates: fact.certificates,
    }
  );
}

function nameOf(state: unknown): string {
  const { ko, en } = (state as CompanyFact).name;
  return JSON.stringify({ ko, en });
}

/** Computes anew how the services of some providers are found. */
async function findAgain(
  { companies, services }: { companies: Model<CompanyRecord>; services: Model<ServiceRecord> },
  providerIds: readonly string[],
): Promise<void> {
  for (const providerId of providerIds) {
    const provider = await companies.findById(providerId).lean<CompanyRecord | null>();
    for await (const service of services.find({ providerId }).lean<ServiceRecord>().cursor()) {
      const traces = tracesOf(service, providerNames(provider, service.providerName));
      await services.updateOne({ _id: service._id }, { $set: traces });
    }
  }
}
