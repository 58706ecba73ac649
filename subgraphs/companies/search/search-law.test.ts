/** Whatever is asked, and in whatever order, the search finds what looking at every firm finds: each once, page by page. */
import fc from 'fast-check';
import type { Connection } from 'mongoose';

import { startCompanies, type CompaniesWorld } from '../../../test/companies/companies.ts';
import { someone } from '../../../test/service.ts';
import { modelsOf } from '../context.ts';
import { entryQuery, shortestWay, termsOfFilter, type CompanyFilter } from './query.ts';
import { frequencyIn, sampleOf } from './sample.ts';

const kinds = ['IAAS', 'PAAS', 'SAAS', 'MSP'];
const sectors = ['finance', 'public', 'education'];
const regions = ['KR-11', 'KR-26', 'KR-41', 'FR'];
const sizes = ['LARGE', 'SME', 'MICRO'];
const koWords = ['클라우드', '보안', '한빛', '데이터'];
const enWords = ['Cloud', 'Nova', 'Data', 'Star'];
const certificate = { scheme: 'CSAP', type: 'SAAS_STANDARD', validFrom: '2020-01-01' };

const at = <Each>(list: readonly Each[], index: number): Each => list[index % list.length] as Each;

/** Firms of every mixture, the same in each run. */
const rows = Array.from({ length: 240 }, (_, index) => ({
  externalId: String(index),
  name: {
    ko: `${at(koWords, index)}${at(koWords, index * 7 + 1)} ${index}`,
    en: `${at(enWords, index * 3)} ${at(enWords, index * 5 + 1)} ${index}`,
  },
  kinds: [...new Set([at(kinds, index), at(kinds, index * 5 + (index % 3))])],
  sectors: index % 4 === 0 ? [] : [at(sectors, index), at(sectors, index + (index % 2))],
  region: at(regions, index * 11 + (index % 5)),
  size: at(sizes, index * 13 + (index % 7)),
  capacity: index % 6 === 0 ? 0 : 2,
  certifications: index % 5 === 0 ? [certificate] : [],
}));
type Row = (typeof rows)[number];

interface Filter {
  text: string | null;
  kinds: string[] | null;
  sectors: string[] | null;
  regions: string[] | null;
  sizes: string[] | null;
  available: boolean | null;
  certificate: { scheme: string } | null;
}

function any(wanted: string[] | null, own: string[]): boolean {
  return wanted === null || wanted.some((each) => own.includes(each));
}

/** What a filter means, said of one firm. */
function isFound(row: Row, filter: Filter): boolean {
  const names = [row.name.ko, row.name.en].map((name) => name.toLowerCase().replaceAll(' ', ''));
  const words = (filter.text ?? '').toLowerCase().split(' ').filter(Boolean);
  return (
    any(filter.kinds, row.kinds) &&
    any(filter.sectors, row.sectors) &&
    any(filter.regions, [row.region, row.region.slice(0, 2)]) &&
    any(filter.sizes, [row.size]) &&
    (filter.available === null || filter.available === row.capacity > 0) &&
    (filter.certificate === null || row.certifications.length > 0) &&
    words.every((word) => names.some((name) => name.includes(word)))
  );
}

const listOf = (values: string[]) =>
  fc.option(fc.uniqueArray(fc.constantFrom(...values), { maxLength: 3 }));
const filters = fc.record<Filter>({
  text: fc.option(
    fc.constantFrom('클라', '보안 빛', 'cloud', 'NOVA star', '우드', 'a 1', '데이터 data'),
  ),
  kinds: listOf(kinds),
  sectors: listOf(sectors),
  regions: listOf([...regions, 'KR']),
  sizes: listOf(sizes),
  available: fc.option(fc.boolean()),
  certificate: fc.option(fc.constant({ scheme: 'CSAP' })),
});

let world: CompaniesWorld;
let connection: Connection;
beforeAll(async () => {
  world = await startCompanies();
  ({ connection } = world);
  const bring = `mutation ($input: ImportCompaniesInput!) { importCompanies(input: $input) { created problems { message path } } }`;
  const { created, problems } = await world.ask(world.operator, bring, {
    input: { source: 'law', rows },
  });
  if (created !== rows.length) throw new Error(JSON.stringify(problems));
});
afterAll(() => world.stop());

interface Found {
  totalCount: number;
  totalCountEstimated: boolean;
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
  edges: { node: { name: { ko: string } } }[];
  facets: { name: string; estimated: boolean; values: { value: string; count: number }[] }[];
}
const page = `query ($filter: CompanyFilter, $order: CompanyOrder!, $first: Int!, $after: String) { companies(filter: $filter, order: $order, first: $first, after: $after) { totalCount totalCountEstimated pageInfo { hasNextPage endCursor } edges { node { name { ko } } } facets { name estimated values { value count } } } }`;

/** Every page, one after the other. */
async function pages(filter: Filter, order: string, first: number): Promise<Found[]> {
  const found: Found[] = [];
  for (let after: string | null = null; ;) {
    const next: Found = await world.ask<Found>(someone, page, { filter, order, first, after });
    found.push(next);
    if (!next.pageInfo.hasNextPage) return found;
    after = next.pageInfo.endCursor;
  }
}

function spread(found: Row[], valuesOf: (row: Row) => string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const value of found.flatMap(valuesOf)) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

it('finds what a plain filter finds, with exact counts and facets', async () => {
  const orders = fc.constantFrom('NAME', 'NEWEST', 'TRACK_RECORD', 'RELEVANCE');
  await fc.assert(
    fc.asyncProperty(
      filters,
      orders,
      fc.integer({ min: 7, max: 60 }),
      async (filter, order, first) => {
        const expected = rows.filter((row) => isFound(row, filter));
        const found = await pages(filter, order, first);
        const names = found.flatMap(({ edges }) => edges.map(({ node }) => node.name.ko));
        expect(names.toSorted()).toEqual(expected.map(({ name }) => name.ko).toSorted());
        for (const { totalCount, totalCountEstimated } of found)
          expect({ totalCount, totalCountEstimated }).toEqual({
            totalCount: expected.length,
            totalCountEstimated: false,
          });
        const facets = new Map(
          found[0]?.facets.map(({ name, values }) => [
            name,
            values
              .map(({ value, count }): [string, number] => [value, count])
              .toSorted(([a], [b]) => (a < b ? -1 : 1)),
          ]),
        );
        expect(facets.get('KIND')).toEqual(spread(expected, (row) => row.kinds));
        expect(facets.get('SECTOR')).toEqual(spread(expected, (row) => [...new Set(row.sectors)]));
        expect(facets.get('REGION')).toEqual(
          spread(expected, ({ region }) => [...new Set([region, region.slice(0, 2)])]),
        );
        expect(facets.get('SIZE')).toEqual(spread(expected, (row) => [row.size]));
      },
    ),
    { numRuns: 60 },
  );
});

it('loses no firm and tells none twice while others come, change and go', async () => {
  const { entries } = modelsOf(connection);
  const filter = { kinds: ['SAAS'], regions: ['KR'] };
  const order = 'NAME';
  const stay = new Set(
    (await entries.find({ terms: { $all: ['kind:SAAS', 'region:KR'] } }).lean()).map(
      ({ _id }) => _id,
    ),
  );
  expect(stay.size).toBeGreaterThan(30);
  const ids = `query ($filter: CompanyFilter, $order: CompanyOrder!, $after: String) { companies(filter: $filter, order: $order, first: 7, after: $after) { pageInfo { hasNextPage endCursor } edges { node { id } } } }`;
  const seen: string[] = [];
  const gone = new Set<string>();
  for (let after: string | null = null, turn = 0; ; turn += 1) {
    const next: { pageInfo: Found['pageInfo']; edges: { node: { id: string } }[] } =
      await world.ask(someone, ids, { filter, order, after });
    seen.push(...next.edges.map(({ node }) => node.id));
    if (!next.pageInfo.hasNextPage) break;
    after = next.pageInfo.endCursor;
    // One that was shown closes, with the very position of the cursor; another comes before what was shown.
    const last = seen.at(-1) ?? '';
    gone.add(last);
    await entries.updateOne({ _id: last }, { $set: { status: 'CLOSED' } });
    await world.firm({ name: { ko: `가 ${turn}` }, kinds: ['SAAS'], region: 'FR' });
    expect(turn).toBeLessThan(50);
  }
  expect(new Set(seen).size).toBe(seen.length);
  expect(new Set(seen)).toEqual(stay);
  expect(gone.size).toBeGreaterThan(3);
});

it('tells none twice and loses none by relevance, where the firm of a cursor is gone', async () => {
  const { entries } = modelsOf(connection);
  const best = `query ($after: String) { companies(filter: { text: "cloud" }, order: RELEVANCE, first: 9, after: $after) { pageInfo { hasNextPage endCursor } edges { node { id } } } }`;
  const all = await entries.countDocuments({ terms: 'clo', status: 'APPROVED' });
  const seen: string[] = [];
  for (let after: string | null = null; ;) {
    const next: { pageInfo: Found['pageInfo']; edges: { node: { id: string } }[] } =
      await world.ask(someone, best, { after });
    seen.push(...next.edges.map(({ node }) => node.id));
    if (!next.pageInfo.hasNextPage) break;
    after = next.pageInfo.endCursor;
    await entries.updateOne({ _id: seen.at(-1) ?? '' }, { $set: { status: 'CLOSED' } });
  }
  expect([seen.length, new Set(seen).size]).toEqual([all, all]);
});

it.each([
  ['NAME', 'NEWEST'],
  ['NAME', 'RELEVANCE'],
  ['NEWEST', 'NAME'],
  ['NEWEST', 'TRACK_RECORD'],
  ['TRACK_RECORD', 'RELEVANCE'],
  ['RELEVANCE', 'NAME'],
  ['RELEVANCE', 'NEWEST'],
  ['RELEVANCE', 'TRACK_RECORD'],
])('refuses a cursor of %s in the order %s', async (order, other) => {
  const variables = { filter: { kinds: ['SAAS'] }, first: 2 };
  const { pageInfo } = await world.ask<Found>(someone, page, { ...variables, order });
  const after = pageInfo.endCursor;
  expect(await world.codes(someone, page, { ...variables, order: other, after })).toEqual([
    'BAD_USER_INPUT',
  ]);
});

it.each<CompanyFilter>([
  { kinds: ['IAAS'], regions: ['KR-26'] },
  { kinds: ['IAAS', 'PAAS'], regions: ['KR-26', 'FR'] },
  { sectors: ['public'], sizes: ['MICRO'] },
])('looks at nothing but what is found for two facets: %j', async (filter) => {
  const { entries } = modelsOf(connection);
  const sample = await sampleOf({ connection, entries });
  const way = shortestWay(termsOfFilter(filter), frequencyIn(sample));
  const query = entryQuery(filter, '2026-01-01', null, way);
  const plan = JSON.stringify(
    await entries.find(query).sort({ sortName: 1, _id: 1 }).explain('executionStats'),
  );
  const [, examined] = /"totalDocsExamined":(\d+)/.exec(plan) ?? [];
  expect(plan).toContain('"indexName":"terms_1_status_1_sortName_1__id_1"');
  expect(Number(examined)).toBe(await entries.countDocuments(query));
});
