import type { OutcomeFact } from '#schema/facts.ts';
import { operator, owner, startMarketplace, type TestMarketplace } from './marketplace.ts';
import { someone } from '../service.ts';
import { tellFirms, tellOutcomes } from '../told.ts';

let { run, query, uri, heard, stop } = {} as TestMarketplace;
beforeAll(async () => {
  ({ run, query, uri, heard, stop } = await startMarketplace());
});
afterAll(() => stop());

const outcome: OutcomeFact = {
  projectId: 'project',
  name: { ko: '영상 판독', en: null },
  summary: { ko: null, en: null },
  model: 'SAAS',
  suppliers: [
    { companyId: 'firm', share: 6_667 },
    { companyId: 'rival', share: 3_333 },
  ],
};

interface Seen {
  id: string;
  revision: number;
  status: string;
  name: { ko: string };
  suppliers: object[];
  origin: object;
}
async function draftsOf(viewer: typeof owner): Promise<Seen[]> {
  const { _entities: firms } = await query(
    viewer,
    `{ _entities(representations: [{ __typename: "Company", id: "firm" }]) { ... on Company {
      services { edges { node {
        id revision status name { ko } summary { ko } models
        suppliers { company { id } share } origin { source externalId }
      } } }
    } } }`,
  );
  const [firm] = firms as { services: { edges: { node: Seen }[] } }[];
  return firm?.services.edges.map(({ node }) => node) ?? [];
}

const suppliersNow = async () =>
  (await draftsOf(owner)).find(({ name }) => name.ko === '셋째')?.suppliers;

describe('a service that a project hands over', () => {
  it('is a draft of the lead with its joint suppliers, once, however often it is told', async () => {
    await tellOutcomes(uri, { one: outcome });
    await heard();
    await tellOutcomes(uri, { one: outcome, two: { ...outcome, name: { ko: '둘째', en: null } } });
    await heard();
    const drafts = await draftsOf(owner);
    expect(drafts.map(({ name }) => name.ko)).toEqual(['둘째', '영상 판독']);
    expect(drafts[1]).toMatchObject({
      status: 'DRAFT',
      summary: null,
      models: ['SAAS'],
      suppliers: [
        { company: { id: 'firm' }, share: 6_667 },
        { company: { id: 'rival' }, share: 3_333 },
      ],
      origin: { source: 'projects', externalId: 'one' },
    });
    expect(await draftsOf(someone)).toEqual([]);
  });

  it('keeps what its provider made of it when it is told again, and its suppliers when it is listed', async () => {
    const draft = (await draftsOf(owner)).find(({ name }) => name.ko === '영상 판독');
    const { payload } = await run(owner, 'updateService', {
      id: draft?.id,
      revision: draft?.revision,
      summary: { ko: '엑스선 영상을 판독합니다.' },
      categories: ['healthcare'],
    });
    expect(payload?.problems).toEqual([]);
    await tellOutcomes(uri, { one: { ...outcome, name: { ko: '바뀐 이름', en: null } } });
    await heard();
    const { payload: listed } = await run(owner, 'listService', {
      id: draft?.id,
      revision: payload?.service?.revision,
    });
    expect(listed?.problems).toEqual([]);
    const [seen] = await draftsOf(someone);
    expect(seen).toMatchObject({
      name: { ko: '영상 판독' },
      status: 'LISTED',
      suppliers: [{ share: 6_667 }, { share: 3_333 }],
    });
  });

  it('goes to what its makers became, whether they merged before or after', async () => {
    await tellFirms(uri, { gone: { status: 'MERGED', mergedIntoId: 'firm' } });
    await heard();
    const three = {
      ...outcome,
      name: { ko: '셋째', en: null },
      suppliers: [
        { companyId: 'gone', share: 5_000 },
        { companyId: 'firm', share: 1_000 },
        { companyId: 'rival', share: 4_000 },
      ],
    };
    await tellOutcomes(uri, { three });
    await heard();
    expect(await suppliersNow()).toEqual([
      { company: { id: 'firm' }, share: 6_000 },
      { company: { id: 'rival' }, share: 4_000 },
    ]);
    await tellFirms(uri, { heir: {}, rival: { status: 'MERGED', mergedIntoId: 'heir' } });
    await heard();
    expect(await suppliersNow()).toEqual([
      { company: { id: 'firm' }, share: 6_000 },
      { company: { id: 'heir' }, share: 4_000 },
    ]);
  });

  it('is not brought in by an import that calls itself a project', async () => {
    const { importServices } = await query(
      operator,
      'mutation { importServices(input: { source: "projects", rows: [] }) { problems { code path } } }',
    );
    expect(importServices).toEqual({ problems: [{ code: 'INVALID', path: ['source'] }] });
  });
});
