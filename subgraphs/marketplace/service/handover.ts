/** Services that came out of projects: drafts of their lead's firm, with the firms that supply them together. */
import type { FactRecord } from '#kit/facts.ts';
import { isDuplicateKey } from '#kit/mongo.ts';
import type { OutcomeFact } from '#schema/facts.ts';
import type { Model } from 'mongoose';
import type { CompanyRecord } from '../company/company.model.ts';
import type { ServiceDetails, ServiceRecord } from './service.model.ts';
import { newService } from './service.ts';
import { suppliersNow } from './supplier.ts';

/** The source of services that came out of projects; imports have others. */
export const projectSource = 'projects';

/**
 * Takes over services that projects handed over: each once, by its id there, however often it is told. What its
 * provider made of it since stays.
 */
export async function applyOutcomes(
  { services, companies }: { services: Model<ServiceRecord>; companies: Model<CompanyRecord> },
  facts: readonly FactRecord[],
): Promise<void> {
  for (const { key, state, at } of facts) {
    if (state === null) continue;
    const { suppliers: makers, ...outcome } = state as OutcomeFact;
    // A firm that made it may have become another since the project began.
    const suppliers = await suppliersNow(companies, makers);
    const providerId = suppliers[0]?.companyId ?? null;
    const provider =
      providerId === null ? null : await companies.findById(providerId).lean<CompanyRecord>();
    const service: ServiceRecord = {
      ...newService(detailsOf(outcome), { providerId, providerName: null, provider, now: at }),
      suppliers,
      origin: { source: projectSource, externalId: key },
    };
    // The unique index on the origin decides.
    await services.create([service]).catch((error: unknown) => {
      if (!isDuplicateKey(error)) throw error;
    });
  }
}

/** What is said of a service before its provider says more. */
function detailsOf({ name, summary, model }: Omit<OutcomeFact, 'suppliers'>): ServiceDetails {
  return {
    name,
    summary: summary.ko === null && summary.en === null ? null : summary,
    models: [model],
    categories: [],
    technologies: [],
    sectors: [],
    certifications: [],
    url: null,
    priceNote: null,
  };
}
