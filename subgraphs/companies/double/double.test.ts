import { connect } from '#kit/mongo.ts';
import { startCompanies, type CompaniesWorld } from '../../../test/companies.ts';
import { user } from '../../../test/service.ts';
import { doublesOf } from './double.model.ts';

let world: CompaniesWorld;
beforeAll(async () => {
  world = await startCompanies();
});
afterAll(() => world.stop());

const importing = `mutation ($input: ImportCompaniesInput!) { importCompanies(input: $input) { created unchanged lookalikes { row because company { name { en } } } problems { code path } } }`;
const doubles = `query ($first: Int! = 20, $after: String) { likelyDoubles(first: $first, after: $after) { totalCount edges { cursor node { because value companies { id revision origin { source } } } } } }`;
const merge = `mutation ($input: MergeCompaniesInput!) { mergeCompanies(input: $input) { company { id } problems { code } } }`;

const row = (externalId: string, en: string, website: string | null = null) => ({
  externalId,
  name: { en },
  kinds: ['SAAS'],
  size: 'SME',
  ...(website !== null && { website }),
});
const bring = (source: string, rows: object[], dryRun = false) =>
  world.ask(world.operator, importing, { input: { source, dryRun, rows } });
const list = (variables = {}) => world.ask(world.secretariat, doubles, variables);

it('tells of rows that look like a firm of another source, and makes them all the same', async () => {
  await bring('landscape', [
    row('nova', 'Nova Star', 'https://nova.example/'),
    row('other', 'Quite Another', 'https://github.com/other'),
  ]);
  const rows = [
    row('r1', 'Something Else', 'https://github.com/else'),
    row('r2', 'NOVA STAR, Inc.'),
    row('r3', 'Nova Federal', 'https://www.nova.example/federal'),
  ];
  const told = [
    { row: 1, because: 'NAME', company: { name: { en: 'Nova Star' } } },
    { row: 2, because: 'WEBSITE', company: { name: { en: 'Nova Star' } } },
  ];
  expect(await bring('authorized', rows, true)).toMatchObject({ created: 3, lookalikes: told });
  expect((await list()).totalCount).toBe(0);
  expect(await bring('authorized', rows)).toEqual({
    created: 3,
    unchanged: 0,
    lookalikes: told,
    problems: [],
  });
  expect(await bring('authorized', rows)).toMatchObject({ unchanged: 3, lookalikes: [] });
});

it('lists likely doubles until they are merged', async () => {
  const { edges, totalCount } = await list({ first: 1 });
  expect(totalCount).toBe(2);
  const [{ cursor, node: byName }] = edges;
  expect([byName.because, byName.value]).toEqual(['NAME', 'novastar']);
  const next = await list({ first: 5, after: cursor });
  expect(next.edges).toMatchObject([{ node: { because: 'WEBSITE', value: 'nova.example' } }]);
  const [into, from] = byName.companies;
  const input = {
    id: from.id,
    revision: from.revision,
    intoId: into.id,
    intoRevision: into.revision,
  };
  expect((await world.ask(world.secretariat, merge, { input })).problems).toEqual([]);
  const left = await list();
  expect(left.edges.map(({ node }: { node: { because: string } }) => node.because)).toEqual([
    'WEBSITE',
  ]);
});

it('sees two that come at once', async () => {
  await Promise.all([
    bring('one', [row('x', 'At Once')]),
    bring('two', [row('x', 'At Once Ltd')]),
    bring('three', [row('x', 'AtOnce GmbH')]),
  ]);
  const { edges } = await list();
  const found = edges.find(({ node }: { node: { value: string } }) => node.value === 'atonce');
  expect(found.node.companies).toHaveLength(3);
});

it('is for the secretariat', async () => {
  for (const viewer of [user('u'), world.operator, user('r', { roles: ['REVIEWER'] })])
    await expect(world.ask(viewer, doubles)).rejects.toThrow('roles do not allow');
});

it('is served by an index', async () => {
  const connection = await connect(world.uri, 'oca_companies');
  const plan = await doublesOf(connection)
    .find({ alike: true })
    .sort({ _id: 1 })
    .limit(20)
    .explain();
  expect(JSON.stringify(plan)).toContain('IXSCAN');
  expect(JSON.stringify(plan)).not.toMatch(/COLLSCAN|"SORT"/);
  await connection.close();
});
