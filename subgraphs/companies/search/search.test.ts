import type { Connection } from 'mongoose';

import {
  startCompanies,
  type CompaniesWorld,
  type Payload,
} from '../../../test/companies/companies.ts';
import { someone } from '../../../test/service.ts';
import { modelsOf } from '../context.ts';
import { entryQuery, type CompanyFilter } from './query.ts';

let world: CompaniesWorld;
let connection: Connection;
beforeAll(async () => {
  world = await startCompanies();
  ({ connection } = world);
  const { created, problems } = await world.ask(world.operator, importCompanies, {
    input: { source: 'test', rows },
  });
  if (created !== rows.length) throw new Error(JSON.stringify(problems));
});
afterAll(() => world.stop());

const importCompanies = `mutation ($input: ImportCompaniesInput!) { importCompanies(input: $input) { created problems { message path } } }`;
const search = /* GraphQL */ `
  query ($filter: CompanyFilter, $order: CompanyOrder! = NAME, $first: Int! = 20, $after: String) {
    companies(filter: $filter, order: $order, first: $first, after: $after) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      edges {
        node {
          name {
            ko
            en
          }
        }
      }
    }
  }
`;
const certificate = { scheme: 'CSAP', type: 'SAAS_STANDARD', validFrom: '2020-01-01' };
const base = { kinds: ['SAAS'], size: 'SME', region: 'KR-11' };
const rows = [
  { ...base, externalId: '1', name: { ko: '오픈클라우드', en: 'OpenCloud' }, sectors: ['finance'] },
  {
    ...base,
    externalId: '2',
    name: { ko: '클라우드 보안' },
    kinds: ['IAAS', 'MSP'],
    region: 'KR-26',
  },
  { ...base, externalId: '3', name: { en: 'Cloud Nine' }, region: 'FR', size: 'LARGE' },
  {
    ...base,
    externalId: '4',
    name: { en: 'Alpha Systems' },
    businessNumber: '1248100998',
    certifications: [{ ...certificate, grade: 'MID' }],
  },
  {
    ...base,
    externalId: '5',
    name: { en: 'Beta Systems' },
    certifications: [{ ...certificate, validTo: '2021-01-01' }],
    affiliateGroup: 'Cumulus',
  },
];

async function names(filter: object, viewer = someone): Promise<string[]> {
  const { edges, totalCount } = await world.ask(viewer, search, { filter });
  expect(totalCount).toBe(edges.length);
  return edges.map(
    ({ node }: { node: { name: { ko: string; en: string } } }) => node.name.ko ?? node.name.en,
  );
}

describe('companies', () => {
  it.each<[CompanyFilter, string[]]>([
    [{}, ['Alpha Systems', 'Beta Systems', 'Cloud Nine', '오픈클라우드', '클라우드 보안']],
    [{ text: '클라우드' }, ['오픈클라우드', '클라우드 보안']],
    [{ text: 'ㅋㄹㅇㄷ' }, ['오픈클라우드', '클라우드 보안']],
    [{ text: '보안 클라' }, ['클라우드 보안']],
    [{ text: 'CLOUD' }, ['Cloud Nine', '오픈클라우드']],
    [{ text: 'cumulus' }, ['Beta Systems']],
    [{ text: '?! ·' }, []],
    [{ text: '?! cumulus' }, ['Beta Systems']],
    [{ text: '124-81' }, ['Alpha Systems']],
    [{ text: 'systems', sizes: ['LARGE'] }, []],
    [{ kinds: ['IAAS', 'CONSULTING'] }, ['클라우드 보안']],
    [{ kinds: [] }, []],
    [{ sectors: ['finance'] }, ['오픈클라우드']],
    [{ regions: ['KR'] }, ['Alpha Systems', 'Beta Systems', '오픈클라우드', '클라우드 보안']],
    [{ regions: ['KR-26', 'FR'] }, ['Cloud Nine', '클라우드 보안']],
    [{ sizes: ['LARGE'], regions: ['FR'] }, ['Cloud Nine']],
    // The other one's has run out.
    [{ certificate: { scheme: 'CSAP' } }, ['Alpha Systems']],
    [{ certificate: { scheme: 'CSAP', type: 'SAAS_STANDARD', grade: 'MID' } }, ['Alpha Systems']],
    [{ certificate: { scheme: 'CSAP', grade: 'HIGH' } }, []],
    [
      { origin: { source: 'test', externalIds: ['2', '3', '99'] } },
      ['Cloud Nine', '클라우드 보안'],
    ],
    [{ origin: { source: 'elsewhere' } }, []],
  ])('that match %j are %j', async (filter, expected) => {
    expect(await names(filter)).toEqual(expected);
  });

  it.each([
    ['2019-12-31', 0],
    ['2020-01-01', 2],
    ['2021-01-01', 2],
    ['2021-01-02', 1],
  ])('hold a certificate from its first day to its last: on %s', async (day, count) => {
    const query = entryQuery({ certificate: { scheme: 'CSAP' } }, day, null);
    expect(await modelsOf(connection).entries.countDocuments(query)).toBe(count);
  });

  it('come page by page, each once, in either order', async () => {
    for (const order of ['NAME', 'NEWEST']) {
      const seen: string[] = [];
      let after: string | null = null;
      do {
        const page: Payload = await world.ask(someone, search, { order, first: 2, after });
        seen.push(
          ...page.edges.map(
            (edge: { node: { name: { en: string; ko: string } } }) =>
              edge.node.name.ko ?? edge.node.name.en,
          ),
        );
        after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
      } while (after !== null);
      expect(seen.toSorted()).toEqual((await names({})).toSorted());
    }
  });

  it('that are not approved are found by the secretariat alone', async () => {
    await world.firm({ name: { en: 'Waiting' } }, 'PENDING');
    expect(await names({ text: 'waiting' })).toEqual([]);
    expect(await names({ text: 'waiting', statuses: ['PENDING'] }, world.secretariat)).toEqual([
      'Waiting',
    ]);
    expect(await world.codes(someone, search, { filter: { statuses: ['PENDING'] } })).toEqual([
      'FORBIDDEN',
    ]);
  });

  it('refuse a text, a list, a page or a cursor out of bounds', async () => {
    const tooMany = Array.from({ length: 101 }, (_, index) => String(index));
    for (const variables of [
      { filter: { text: 'x'.repeat(101) } },
      { filter: { origin: { source: 'test', externalIds: tooMany } } },
      { filter: { sectors: tooMany } },
      { first: 101 },
      { after: 'bm90IG91cnM' },
      { after: Buffer.from('[null,null]').toString('base64url') },
      { after: Buffer.from('[{"at":9e15},"x"]').toString('base64url'), order: 'NEWEST' },
      { after: Buffer.from('["가",{"$gt":""}]').toString('base64url') },
    ])
      expect(await world.codes(someone, search, variables)).toEqual(['BAD_USER_INPUT']);
  });

  it.each<[CompanyFilter, string]>([
    [{}, 'status_1_sortName_1__id_1'],
    [{ text: '클라우드' }, 'terms_1_status_1_sortName_1__id_1'],
    [{ text: 'cloud', kinds: ['SAAS'], regions: ['KR'] }, 'terms_1_status_1_sortName_1__id_1'],
    [{ sizes: ['SME', 'LARGE'] }, 'terms_1_status_1_sortName_1__id_1'],
    [{ certificate: { scheme: 'CSAP' } }, 'terms_1_status_1_sortName_1__id_1'],
  ])('that match %j are served by the index %s', async (filter, index) => {
    const { entries } = modelsOf(connection);
    const plan = await entries
      .find(entryQuery(filter, '2026-01-01', null))
      .sort({ sortName: 1, _id: 1 })
      .limit(21)
      .explain('queryPlanner');
    expect(JSON.stringify(plan)).toContain(`"indexName":"${index}"`);
  });
});
