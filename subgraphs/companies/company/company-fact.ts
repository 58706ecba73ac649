import type { CompanyFact } from '#schema/facts.ts';
import type { CompanyRecord } from './company.model.ts';

/** What the other subgraphs are told about a company: only certificates that were confirmed and not withdrawn. */
export function companyFact(company: CompanyRecord): CompanyFact {
  return {
    name: company.name,
    businessNumber: company.businessNumber,
    kinds: company.kinds,
    sectors: company.sectors,
    region: company.region,
    size: company.size,
    status: company.status,
    capacity: company.capacity,
    affiliateGroup: company.affiliateGroup,
    certificates: company.certifications
      .filter(({ confirmedAt, withdrawnAt }) => confirmedAt !== null && withdrawnAt === null)
      .map(({ scheme, type, grade, validFrom, validTo }) => ({
        scheme,
        type,
        grade,
        validFrom,
        validTo,
      })),
    restrictedUntil: company.restrictedUntil,
    mergedIntoId: company.mergedIntoId,
  };
}
