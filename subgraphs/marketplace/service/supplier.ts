/** Firms that supply a service together, as they are today. */
import type { Model } from 'mongoose';

import { becameOf } from '#kit/renewal.ts';
import type { CompanyRecord } from '../company/company.model.ts';
import type { Supplier } from './service.model.ts';

/** Suppliers under the names of what they became; those that became one supply with their shares together. */
export async function suppliersNow(
  companies: Model<CompanyRecord>,
  suppliers: readonly Supplier[],
): Promise<Supplier[]> {
  const renewal = { known: companies, facts: [] };
  const now: Supplier[] = [];
  for (const { companyId, share } of suppliers)
    now.push({
      companyId: await becameOf(renewal, companyId, (firm) => firm.mergedIntoId),
      share,
    });
  return together(now);
}

/** Suppliers, each firm once with its shares together, in the order of their first mention. Pure. */
export function together(suppliers: readonly Supplier[]): Supplier[] {
  const shares = new Map<string, number>();
  for (const { companyId, share } of suppliers)
    shares.set(companyId, (shares.get(companyId) ?? 0) + share);
  return [...shares].map(([companyId, share]) => ({ companyId, share }));
}
