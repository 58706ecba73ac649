import { searchForm } from '#kit/text.ts';
import type { CompanyRecord } from '../company/company.model.ts';
import type { EntryRecord } from './entry.model.ts';
import { termsOfForm } from './terms.ts';

/** Stands for no end of a certificate. */
const noEnd = '9999-12-31';

/** What the partner search keeps of a company. */
export function entryOf(company: CompanyRecord): EntryRecord {
  const { name, businessNumber, affiliateGroup } = company;
  const said = [name.ko, name.en, businessNumber, affiliateGroup];
  const forms = [...new Set(said.map((each) => searchForm(each ?? '')))].filter(Boolean);
  const certificates = company.certifications
    .filter(({ confirmedAt, withdrawnAt }) => confirmedAt !== null && withdrawnAt === null)
    .map(({ scheme, type, grade, validFrom, validTo }) => ({
      scheme,
      type,
      grade,
      validFrom,
      validTo: validTo ?? noEnd,
    }));
  return {
    _id: company._id,
    status: company.status,
    sortName: searchForm(name.ko ?? name.en ?? ''),
    registeredAt: company.registeredAt,
    forms,
    terms: [...new Set([...facetsOf(company), ...forms.flatMap(termsOfForm)])].sort(),
    certificates,
  };
}

/** A facet as an index keeps it; the colon keeps it apart from grams, which are letters and digits only. */
export function facet(name: FacetName, value: string): string {
  return `${name}:${value}`;
}

/** What a filter may ask for besides words. */
export type FacetName = 'kind' | 'sector' | 'region' | 'size' | 'certificate' | 'source';

function facetsOf(company: CompanyRecord): string[] {
  const { kinds, sectors, region, size, certifications, origin } = company;
  const regions = region === null ? [] : [...new Set([region, region.slice(0, 2)])];
  return [
    ...kinds.map((kind) => facet('kind', kind)),
    ...sectors.map((sector) => facet('sector', sector)),
    ...regions.map((each) => facet('region', each)),
    facet('size', size),
    ...certifications.map(({ scheme }) => facet('certificate', scheme)),
    ...(origin === null ? [] : [facet('source', origin.source)]),
  ];
}
