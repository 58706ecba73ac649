/** A table of companies from a file: streamed into the platform, told by the file's own lines. */
import { companyColumns } from '../../infra/import/company-table.ts';
import { ask } from '../../infra/import/graph.ts';
import { startTables, type Tables } from './tables.ts';

let tables: Tables;

beforeAll(async () => {
  tables = await startTables();
}, 60_000);

afterAll(() => tables.stop());

const bring = (path: string, ...options: string[]) =>
  tables.bring('companies', path, '--source', 'register', ...options);

interface Found {
  companies: { totalCount: number; edges: { node: Record<string, unknown> }[] };
}

const find = (externalIds: string[]) =>
  ask<Found>(
    tables.platform,
    `query ($filter: CompanyFilter) { companies(filter: $filter) { totalCount edges { node { name { ko en } businessNumber kinds sectors { code } region size website capacity certifications { scheme type number validTo } } } } }`,
    { filter: { origin: { source: 'register', externalIds } } },
  );

const template = 'docs/guides/companies.csv';

it('has a template with every column, whose example comes in whole, once', async () => {
  expect((await bring(template, '--dry-run')).counts).toEqual([1, 0, 0, 0]);
  expect((await find(['example-1'])).companies.totalCount).toBe(0);
  expect(await bring(template)).toEqual({ counts: [1, 0, 0, 0], told: [] });
  const { companies } = await find(['example-1']);
  expect(companies.edges.map(({ node }) => node)).toEqual([
    {
      name: { ko: '보기클라우드', en: 'Example Cloud' },
      businessNumber: '1248100998',
      kinds: ['IAAS', 'MSP'],
      sectors: [{ code: 'finance' }, { code: 'public' }],
      region: 'KR-11',
      size: 'SME',
      website: 'https://cloud.example/',
      capacity: 3,
      certifications: [
        { scheme: 'ISO27001', type: null, number: 'IS-1', validTo: '2028-12-31' },
        { scheme: 'CSAP', type: 'IAAS', number: 'CSAP-2026-001', validTo: '2030-12-31' },
      ],
    },
  ]);
  expect(await bring(template)).toEqual({ counts: [0, 0, 1, 0], told: [] });
  expect(companyColumns).toHaveLength(14);
});

it('tells each row that fails by its line and column, and brings the others', async () => {
  const text = [
    'externalId,nameKo,kinds,size,businessNumber,region,capacity,certifications',
    'a,"가\n나",SAAS,SME,,KR-11,,',
    'b,나,CLOUD,SME,,KR-11,,',
    'c,다,SAAS,SME,123-45-67890,KR-11,,',
    'd,라,SAAS,SME,,Seoul,,',
    'e,마,SAAS,SME,,KR-11,many,',
    'f,바,SAAS,SME,,KR-11,3,CSAP | IAAS | HIGH',
    ',사,SAAS,SME,,KR-11,3,',
    'h,아,SAAS,SME,,KR-11,3,,too many',
    'i,자,SAAS,SME,,KR-11,,',
  ].join('\n');
  const { counts, told } = await bring(await tables.fileOf('some.csv', `${text}\n`));
  expect(counts).toEqual([2, 0, 0, 7]);
  const places = told.map((sentence) => /^(\d+): (\w*)/.exec(sentence)?.slice(1));
  // A name of two lines makes every row behind it stand a line lower.
  for (const place of [
    ['4', 'kinds'],
    ['5', 'businessNumber'],
    ['6', 'region'],
    ['7', 'capacity'],
    ['8', 'certifications'],
    ['9', 'Field'],
    ['10', 'The'],
  ])
    expect(places).toContainEqual(place);
});

const row = (externalId: string, more = {}) =>
  JSON.stringify({ externalId, name: { en: externalId }, kinds: ['PAAS'], size: 'SME', ...more });

it('reads JSON Lines, and refuses a line that is no object by its number', async () => {
  const lines = [row('j1'), '[]', row('j2', { surprise: 1 }), row('j3', { capacity: 7 })];
  const { counts, told } = await bring(await tables.fileOf('rows.jsonl', `${lines.join('\n')}\n`));
  expect(counts).toEqual([2, 0, 0, 2]);
  expect(told[0]).toBe('2: The row is no JSON object.');
  expect(told[1]).toContain('3: ');
  expect((await find(['j3'])).companies.edges[0]?.node['capacity']).toBe(7);
});

it('refuses a table with columns that nobody knows as a whole', async () => {
  const path = await tables.fileOf('other.csv', 'externalId,turnover\na,1\n');
  await expect(bring(path)).rejects.toMatchObject({
    code: 'IMPORT_FORMAT',
    message: 'There is no column turnover.',
  });
});

it('goes in part by part, and tells lines of the file in any of them', async () => {
  const rows = Array.from({ length: 1_203 }, (_, at) => `n${at},이름 ${at},${at === 1_100 ? 'X' : 'SI'},SME`); // prettier-ignore
  const path = await tables.fileOf(
    'long.csv',
    `externalId,nameKo,kinds,size\r\n${rows.join('\r\n')}\r\n`,
  );
  const { counts, told } = await bring(path);
  expect(counts).toEqual([1_202, 0, 0, 1]);
  expect(told.filter((line) => line.startsWith('1102: kinds'))).toHaveLength(1);
}, 120_000);
