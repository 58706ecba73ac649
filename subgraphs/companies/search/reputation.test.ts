import type { Connection } from 'mongoose';

import { factsOf, publishFacts } from '#kit/facts.ts';
import { connect, prepare } from '#kit/mongo.ts';
import type { CapabilityMapFact, ProjectFact } from '#schema/facts.ts';
import { startCompanies, type CompaniesWorld } from '../../../test/companies/companies.ts';
import { someone } from '../../../test/service.ts';
import { entriesOf } from './entry.model.ts';

let world: CompaniesWorld;
let techmaps: Connection;
let consortia: Connection;
beforeAll(async () => {
  world = await startCompanies();
  techmaps = await connect(world.uri, 'oca_techmaps');
  consortia = await connect(world.uri, 'oca_consortia');
  await prepare([factsOf(techmaps), factsOf(consortia)]);
});
afterAll(async () => {
  await techmaps.close();
  await consortia.close();
  await world.stop();
});

const search = `query ($filter: CompanyFilter, $order: CompanyOrder! = NAME) { companies(filter: $filter, order: $order) { totalCount edges { node { id } } facets { name estimated values { value count } } } }`;

async function found(filter: object, order = 'NAME'): Promise<string[]> {
  const { edges } = await world.ask(someone, search, { filter, order });
  return edges.map(({ node }: { node: { id: string } }) => node.id);
}

async function publishMap(companyId: string, capabilities: CapabilityMapFact['capabilities']) {
  const state: CapabilityMapFact = { capabilities, publishedAt: new Date() };
  await publishFacts(factsOf(techmaps), [{ kind: 'capabilityMap', key: companyId, state }]);
  await world.service.caughtUp();
}

async function publishProject(key: string, status: string, memberIds: string[]) {
  const title = { ko: null, en: key };
  const state: ProjectFact = { title, status, sector: 'public', requirements: [], memberIds };
  await publishFacts(factsOf(consortia), [{ kind: 'project', key, state }]);
  await world.service.caughtUp();
}

const capability = (technologyId: string, level: number, verifiedLevel: number | null = null) => ({
  technologyId,
  level,
  verifiedLevel,
});

describe('the search', () => {
  it('finds firms by what their newest capability map says, as an expert found it', async () => {
    const { id } = await world.firm();
    const wanted = (technologyId: string, level: number) =>
      found({ technologies: [{ technologyId, level }] });
    await publishMap(id, [capability('mesh', 7), capability('vault', 8, 4)]);
    expect(await wanted('mesh', 7)).toEqual([id]);
    expect(await wanted('mesh', 8)).toEqual([]);
    expect(await wanted('vault', 4)).toEqual([id]);
    expect(await wanted('vault', 5)).toEqual([]);
    const both = [{ technologyId: 'mesh' }, { technologyId: 'vault' }];
    expect(await found({ technologies: both })).toEqual([id]);
    await publishMap(id, [capability('mesh', 7)]);
    expect(await found({ technologies: both })).toEqual([]);
    expect(await wanted('mesh', 7)).toEqual([id]);
  });

  it('keeps what was told of a firm when the firm changes', async () => {
    const { id, revision, owner } = await world.firm();
    await publishMap(id, [capability('wasm', 5)]);
    const update = `mutation ($input: UpdateCompanyInput!) { updateCompany(input: $input) { problems { code } } }`;
    await world.ask(owner, update, { input: { id, revision, size: 'LARGE' } });
    expect(await found({ technologies: [{ technologyId: 'wasm' }], sizes: ['LARGE'] })).toEqual([
      id,
    ]);
  });

  it('knows who is busy and who has done what', async () => {
    const busy = await world.firm({ name: { en: 'Twin A' }, capacity: 1 });
    const free = await world.firm({ name: { en: 'Twin B' }, capacity: 2 });
    const members = [busy.id, free.id];
    await publishProject('p1', 'RUNNING', members);
    expect(await found({ text: 'twin', available: true })).toEqual([free.id]);
    expect(await found({ text: 'twin', available: false })).toEqual([busy.id]);
    await publishProject('p1', 'COMPLETED', members);
    expect(await found({ text: 'twin', available: true })).toEqual(members);
    await publishProject('p2', 'COMPLETED', [free.id]);
    expect(await found({ text: 'twin' }, 'TRACK_RECORD')).toEqual([free.id, busy.id]);
    expect(await found({ text: 'twin' }, 'RELEVANCE')).toEqual([free.id, busy.id]);
    // A firm that left the project is not credited with it.
    await publishProject('p2', 'COMPLETED', [busy.id]);
    expect(await found({ text: 'twin' }, 'TRACK_RECORD')).toEqual([busy.id, free.id]);
  });

  it('finds firms next door', async () => {
    const numbers = ['2208162517', '1028142945', '1248100998'];
    const [seoul, incheon, busan] = await Promise.all(
      ['KR-11', 'KR-28', 'KR-26'].map((region, index) =>
        world.firm({ region, businessNumber: numbers[index], name: { en: `Near ${region}` } }),
      ),
    );
    expect(await found({ text: 'near', near: 'KR-28' })).toEqual([seoul?.id, incheon?.id]);
    expect(await found({ text: 'near', near: 'KR-26' })).toEqual([busan?.id]);
  });

  it('puts the best answer first, page by page', async () => {
    for (const name of ['Unova', 'Nova Star', 'Nova', 'Zed Nova'])
      await world.firm({ name: { en: name } });
    const ranked = `query ($after: String) { companies(filter: { text: "nova" }, order: RELEVANCE, first: 3, after: $after) { totalCount pageInfo { hasNextPage endCursor } edges { node { name { en } } } } }`;
    const first = await world.ask(someone, ranked);
    const names = (page: typeof first) =>
      page.edges.map(({ node }: { node: { name: { en: string } } }) => node.name.en) as string[];
    expect(names(first)).toEqual(['Nova', 'Nova Star', 'Unova']);
    expect(first).toMatchObject({ totalCount: 4, pageInfo: { hasNextPage: true } });
    const second = await world.ask(someone, ranked, { after: first.pageInfo.endCursor });
    expect(names(second)).toEqual(['Zed Nova']);
    expect(second.pageInfo.hasNextPage).toBe(false);
  });

  it('puts the whole name first among more than are weighed', async () => {
    const rows = Array.from({ length: 450 }, (_, index) => ({
      externalId: String(index),
      name: { ko: `가나 ${index}`, en: `${index % 2 ? 'Aa' : ''} Quasar ${index}` },
      kinds: ['SAAS'],
      size: 'SME',
    }));
    const last = { ...rows[0], externalId: 'last', name: { ko: '힣', en: 'Quasar' } };
    const bring = `mutation ($input: ImportCompaniesInput!) { importCompanies(input: $input) { created } }`;
    for (const part of [rows, [last]])
      await world.ask(world.operator, bring, { input: { source: 'many', rows: part } });
    const best = `{ companies(filter: { text: "quasar" }, order: RELEVANCE, first: 2) { totalCount edges { node { name { en } } } } }`;
    const { totalCount, edges } = await world.ask(someone, best);
    expect(totalCount).toBe(451);
    expect(edges[0].node.name.en).toBe('Quasar');
    expect(edges[1].node.name.en).toMatch(/^Quasar/);
  });

  it('looks names up by their beginning', async () => {
    const { connection } = world;
    const plan = await entriesOf(connection)
      .find({ forms: { $regex: '^quasar' } })
      .hint('forms_1_status_1')
      .limit(10)
      .explain('executionStats');
    const [, examined] = /"totalKeysExamined":(\d+)/.exec(JSON.stringify(plan)) ?? [];
    expect(Number(examined)).toBeLessThan(30);
  });

  it('counts how the found ones spread', async () => {
    const draft = { name: { en: 'Spread' }, kinds: ['IAAS', 'PAAS'], region: 'KR-50' };
    await world.firm({ ...draft, businessNumber: '1234567891', sectors: ['public'] });
    await world.firm({ ...draft, region: 'FR', kinds: ['PAAS'] });
    const { facets } = await world.ask(someone, search, { filter: { text: 'spread' } });
    const estimated = false;
    expect(facets).toEqual([
      {
        name: 'KIND',
        estimated,
        values: [
          { value: 'PAAS', count: 2 },
          { value: 'IAAS', count: 1 },
        ],
      },
      { name: 'SECTOR', estimated, values: [{ value: 'public', count: 1 }] },
      {
        name: 'REGION',
        estimated,
        values: ['FR', 'KR', 'KR-50'].map((value) => ({ value, count: 1 })),
      },
      { name: 'SIZE', estimated, values: [{ value: 'SME', count: 2 }] },
    ]);
  });

  it('refuses a level that there is not, and too many technologies', async () => {
    const technologies = Array.from({ length: 21 }, () => ({ technologyId: 'x' }));
    for (const filter of [{ technologies: [{ technologyId: 'x', level: 10 }] }, { technologies }])
      expect(await world.codes(someone, search, { filter })).toEqual(['BAD_USER_INPUT']);
  });
});
