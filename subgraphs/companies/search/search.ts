/** The partner search: a page of companies, and how the found ones spread over facets. */
import { seoulDay } from '#kit/instant.ts';
import { badInput, defaultPageSize, findPage, type Order, type PageRequest } from '#kit/page.ts';
import { forbid, hasRole } from '#kit/viewer.ts';
import type { CompanyPage } from '../company/company.model.ts';
import type { Context } from '../context.ts';
import { countDone, estimate, isQuickerInOrder } from './estimate.ts';
import { countEntries, countFacets, type Asked, type Counted } from './facets.ts';
import {
  entryQuery,
  shortestWay,
  statusesOf,
  termsOfFilter,
  type CompanyFilter,
  type Way,
} from './query.ts';
import { rankedPage, type FoundPage } from './relevance.ts';
import { nameOrder, positionOf, type ValueType } from './position.ts';
import { frequencyIn, sampleOf, type Sample } from './sample.ts';

/** How companies are sorted. */
export type CompanyOrder = 'NAME' | 'NEWEST' | 'TRACK_RECORD' | 'RELEVANCE';

const orders: Record<Exclude<CompanyOrder, 'RELEVANCE'>, Order> = {
  NAME: nameOrder,
  NEWEST: [
    ['registeredAt', -1],
    ['_id', -1],
  ],
  TRACK_RECORD: [
    ['completed', -1],
    ['onTime', -1],
    ['rating', -1],
    ['_id', -1],
  ],
};
/** The indexes that hold every entry of a state in order. */
const indexes = {
  NAME: 'status_1_sortName_1__id_1',
  NEWEST: 'status_1_registeredAt_-1__id_-1',
  TRACK_RECORD: 'status_1_completed_-1_onTime_-1_rating_-1__id_-1',
} as const;
const byTerms = 'terms_1_status_1_sortName_1__id_1';
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
): Promise<CompanyPage> {
  const { viewer, loaders } = context;
  const others = filter.statuses?.some((status) => status !== 'APPROVED') ?? false;
  if (others && !hasRole(viewer, 'SECRETARIAT'))
    forbid('Only SECRETARIAT may search companies that are not approved.');
  const ids = await idsOfOrigin(context, filter.origin);
  const today = seoulDay(new Date());
  const sample = await sampleOf(context);
  const way = shortestWay(termsOfFilter(filter), frequencyIn(sample));
  const query = entryQuery(filter, today, ids, way);
  const asked = { filter, query, today };
  const page: FoundPage =
    order === 'RELEVANCE'
      ? await rankedPage(context, asked, request, indexFor(sample, asked, way, 'NAME'))
      : await orderedPage(context, asked, order, request, indexFor(sample, asked, way, order));
  const { few } = page;
  const counted = async (): Promise<Counted> =>
    few === undefined ? countEntries(context, asked) : { count: few, estimated: false };
  const nodes = await loaders.company.loadMany(page.edges.map(({ node }) => node._id));
  return {
    ...page,
    count: async () => (await counted()).count,
    estimated: async () => (await counted()).estimated,
    facets: () => countFacets(context, asked),
    edges: page.edges.flatMap(({ cursor }, index) => {
      const node = nodes[index];
      if (node instanceof Error) throw node;
      return node ? [{ cursor, node }] : [];
    }),
  };
}

/** A page in an order that an index has. Where it holds all that are found, `few` says how many. */
async function orderedPage(
  { entries }: Context,
  { query }: Asked,
  order: keyof typeof orders,
  request: PageRequest,
  index: string | undefined,
): Promise<FoundPage> {
  if (request.after != null) positionOf(request.after, positions[order]);
  const page = await findPage(entries, query, orders[order], request, index);
  const isAll = request.after == null && !page.pageInfo.hasNextPage;
  return isAll ? { ...page, few: page.edges.length } : page;
}

/**
 * The index to walk: by the rarest term, which gives the order of names too; for the other orders by that or in order,
 * whichever looks at fewer. Undefined where companies of several states are asked for.
 */
function indexFor(
  sample: Sample,
  { filter, today }: Asked,
  way: Way,
  order: keyof typeof orders,
): string | undefined {
  const [first] = way;
  if (first?.length === 1 && order === 'NAME') return byTerms;
  if (statusesOf(filter).length !== 1) return first ? byTerms : undefined;
  const found = estimate(sample, filter, way, today);
  if (first) return isQuickerInOrder(found, defaultPageSize) ? indexes[order] : byTerms;
  const done = { ...found, rarest: countDone(sample, filter) };
  return indexes[isQuickerInOrder(done, defaultPageSize) ? order : 'TRACK_RECORD'];
}

/** What a cursor of an order holds, outermost first. */
const positions: Record<keyof typeof orders, readonly ValueType[]> = {
  NAME: ['string', 'string'],
  NEWEST: ['date', 'string'],
  TRACK_RECORD: ['number', 'number', 'number', 'string'],
};

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
