/** The partner search. */
import type { QueryFilter } from 'mongoose';

import { seoulDay } from '#kit/instant.ts';
import { badInput, findPage, type Order, type Page, type PageRequest } from '#kit/page.ts';
import { forbid, hasRole } from '#kit/viewer.ts';
import type { CompanyKind, CompanySize, CompanyStatus } from '#schema/facts.ts';
import type { CompanyRecord } from '../company/company.model.ts';
import type { Context } from '../context.ts';
import type { EntryRecord } from './entry.model.ts';
import { facet, type FacetName } from './entry.ts';
import { patternOfWord, termsOfWord, wordsOf } from './terms.ts';

/** How companies are sorted. */
export type CompanyOrder = 'NAME' | 'NEWEST';

/** A certificate that is asked for. */
export interface CertificateWanted {
  scheme: string;
  type?: string | null | undefined;
  grade?: string | null | undefined;
}

/** What companies must have in common. */
export interface CompanyFilter {
  text?: string | null | undefined;
  kinds?: CompanyKind[] | null | undefined;
  sectors?: string[] | null | undefined;
  regions?: string[] | null | undefined;
  sizes?: CompanySize[] | null | undefined;
  statuses?: CompanyStatus[] | null | undefined;
  certificate?: CertificateWanted | null | undefined;
  origin?: { source: string; externalIds?: string[] | null | undefined } | null | undefined;
}

const orders: Record<CompanyOrder, Order> = {
  NAME: [
    ['sortName', 1],
    ['_id', 1],
  ],
  NEWEST: [
    ['registeredAt', -1],
    ['_id', -1],
  ],
};
const mostCharacters = 100;
const mostKeys = 100;

/**
 * One page of the companies that match. Everybody finds approved ones; only the secretariat may ask for others.
 *
 * @throws {GraphQLError} FORBIDDEN, BAD_USER_INPUT
 */
export async function searchCompanies(
  context: Context,
  filter: CompanyFilter,
  order: CompanyOrder,
  request: PageRequest,
): Promise<Page<CompanyRecord>> {
  const { viewer, entries, loaders } = context;
  const others = filter.statuses?.some((status) => status !== 'APPROVED') ?? false;
  if (others && !hasRole(viewer, 'SECRETARIAT'))
    forbid('Only SECRETARIAT may search companies that are not approved.');
  const ids = await idsOfOrigin(context, filter.origin);
  const query = entryQuery(filter, seoulDay(new Date()), ids);
  const page = await findPage(entries, query, orders[order], request);
  const nodes = await loaders.company.loadMany(page.edges.map(({ node }) => node._id));
  return {
    ...page,
    edges: page.edges.flatMap(({ cursor }, index) => {
      const node = nodes[index];
      if (node instanceof Error) throw node;
      return node ? [{ cursor, node }] : [];
    }),
  };
}

/**
 * The query that a filter means.
 *
 * @param today `YYYY-MM-DD` in Asia/Seoul
 * @param ids companies of the source's keys; null when the filter names none
 * @throws {GraphQLError} BAD_USER_INPUT for a text that is too long
 */
export function entryQuery(
  filter: CompanyFilter,
  today: string,
  ids: string[] | null,
): QueryFilter<EntryRecord> {
  const { certificate } = filter;
  const words = wordsIn(filter);
  const all = [...words.flatMap(termsOfWord), ...singleFacets(filter)];
  const conditions: QueryFilter<EntryRecord>[] = [
    ...(ids === null ? [] : [{ _id: { $in: ids } }]),
    ...(all.length > 0 ? [{ terms: { $all: all } }] : []),
    ...anyFacets(filter).map((terms) => ({ terms: { $in: terms } })),
    { status: statusOf(filter.statuses ?? ['APPROVED']) },
    ...words.map((word) => ({ forms: { $regex: patternOfWord(word) } })),
    ...(certificate ? [{ certificates: { $elemMatch: held(certificate, today) } }] : []),
  ];
  return conditions.length === 1 ? (conditions[0] ?? {}) : { $and: conditions };
}

function wordsIn({ text }: CompanyFilter): string[] {
  if ((text?.length ?? 0) > mostCharacters)
    throw badInput(`text has at most ${mostCharacters} characters.`);
  return wordsOf(text ?? '');
}

/** Facets that must all be there. */
function singleFacets({ certificate, origin }: CompanyFilter): string[] {
  return [
    ...(certificate ? [facet('certificate', certificate.scheme)] : []),
    ...(origin ? [facet('source', origin.source)] : []),
  ];
}

/** Lists of facets, of each of which one must be there. */
function anyFacets({ kinds, sectors, regions, sizes }: CompanyFilter): string[][] {
  return [
    facets('kind', kinds),
    facets('sector', sectors),
    facets('region', regions),
    facets('size', sizes),
  ].filter((terms) => terms !== null);
}

/** One state is asked for as such, so that the index gives the order too. */
function statusOf(statuses: readonly CompanyStatus[]) {
  const [only, ...more] = statuses;
  return only !== undefined && more.length === 0 ? only : { $in: [...statuses] };
}

function held(certificate: CertificateWanted, today: string): object {
  const { scheme, type, grade } = certificate;
  return {
    scheme,
    ...(type != null && { type }),
    ...(grade != null && { grade }),
    validFrom: { $lte: today },
    validTo: { $gte: today },
  };
}

/** Any of the values; null when the filter does not ask, so that an empty list finds nothing. */
function facets(name: FacetName, values: readonly string[] | null | undefined): string[] | null {
  return values == null ? null : values.map((value) => facet(name, value));
}

async function idsOfOrigin(
  { companies }: Context,
  origin: CompanyFilter['origin'],
): Promise<string[] | null> {
  if (origin?.externalIds == null) return null;
  if (origin.externalIds.length > mostKeys) throw badInput(`At most ${mostKeys} externalIds.`);
  const found = await companies
    .find(
      { 'origin.source': origin.source, 'origin.externalId': { $in: origin.externalIds } },
      { _id: 1 },
    )
    .lean();
  return found.map(({ _id }) => _id);
}
