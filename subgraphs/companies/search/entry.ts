import { createHash } from 'node:crypto';

import { searchForm } from '#kit/text.ts';
import type { CompanyRecord } from '../company/company.model.ts';
import type { EntryRecord } from './entry.model.ts';
import { pairsOf } from './pairs.ts';
import { termsOfForm } from './terms.ts';

/** Stands for no end of a certificate. */
const noEnd = '9999-12-31';

/** What other subgraphs tell of a company. */
export interface Reputation {
  /** What the newest published capability map says; as an expert found it where one looked. */
  technologies: { technologyId: string; level: number }[];
  /** Projects that it carries out now, and those that it brought to an end. */
  running: number;
  completed: number;
  /** Of these on time, basis points; and what partners said, 1.0 to 5.0: 0 when nothing is known. */
  onTime: number;
  rating: number;
}

/** Of whom nothing is told. */
export const unknownReputation: Reputation = {
  technologies: [],
  running: 0,
  completed: 0,
  onTime: 0,
  rating: 0,
};

/** What the partner search keeps of a company. */
export function entryOf(company: CompanyRecord, reputation: Reputation): EntryRecord {
  const { name, businessNumber, affiliateGroup } = company;
  const said = [name.ko, name.en, businessNumber, affiliateGroup];
  const forms = [...new Set(said.map((each) => searchForm(each ?? '')))].filter(Boolean);
  const facets = facetsOf(company);
  const terms = [
    ...facets,
    ...pairsOf(facets),
    ...uncountedOf(company, reputation),
    ...forms.flatMap(termsOfForm),
  ];
  return {
    _id: company._id,
    status: company.status,
    sortName: searchForm(name.ko ?? name.en ?? ''),
    registeredAt: company.registeredAt,
    changedAt: new Date(),
    draw: drawOf(company._id),
    completed: reputation.completed,
    onTime: reputation.onTime,
    rating: reputation.rating,
    forms,
    terms: [...new Set(terms)].sort(),
    facets,
    technologies: reputation.technologies,
    certificates: certificatesOf(company),
  };
}

/** A number from 0 to 1 that an id stands for, spread evenly. */
function drawOf(id: string): number {
  return createHash('sha256').update(id).digest().readUInt32BE() / 2 ** 32;
}

/** A facet as an index keeps it; the colon keeps it apart from grams, which are letters and digits only. */
export function facet(name: FacetName, value: string): string {
  return `${name}:${value}`;
}

/** What a filter may ask for besides words. */
export type FacetName =
  'kind' | 'sector' | 'region' | 'size' | 'certificate' | 'source' | 'technology' | 'available';

function facetsOf(company: CompanyRecord): string[] {
  const { kinds, sectors, region, size } = company;
  const regions = region === null ? [] : [...new Set([region, region.slice(0, 2)])];
  return [
    ...kinds.map((kind) => facet('kind', kind)),
    ...sectors.map((sector) => facet('sector', sector)),
    ...regions.map((each) => facet('region', each)),
    facet('size', size),
  ];
}

/** Terms that are not counted: certificates may have run out. */
function uncountedOf(company: CompanyRecord, { technologies, running }: Reputation): string[] {
  const { certifications, origin, capacity } = company;
  return [
    ...certifications.map(({ scheme }) => facet('certificate', scheme)),
    ...(origin === null ? [] : [facet('source', origin.source)]),
    ...technologies.map(({ technologyId }) => facet('technology', technologyId)),
    ...(capacity > running ? [facet('available', 'yes')] : []),
  ];
}

function certificatesOf({ certifications }: CompanyRecord): EntryRecord['certificates'] {
  return certifications
    .filter(({ confirmedAt, withdrawnAt }) => confirmedAt !== null && withdrawnAt === null)
    .map(({ scheme, type, grade, validFrom, validTo }) => ({
      scheme,
      type,
      grade,
      validFrom,
      validTo: validTo ?? noEnd,
    }));
}
