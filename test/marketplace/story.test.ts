/** Services as the graph shows them: drafted, listed, found, put on marketplaces. */
import type { Viewer } from '#kit/viewer.ts';
import {
  editor,
  member,
  offer,
  operator,
  owner,
  secretariat,
  startMarketplace,
  stranger,
  type TestMarketplace,
} from './marketplace.ts';
import { someone, user } from '../service.ts';
import { tellFirms } from '../told.ts';

let { run, query, drafted, listed, added, uri, heard, stop } = {} as TestMarketplace;

beforeAll(async () => {
  ({ run, query, drafted, listed, added, uri, heard, stop } = await startMarketplace());
});

afterAll(() => stop());

async function names(filter: object): Promise<string[]> {
  const { services } = await query(
    someone,
    `query ($filter: ServiceFilter) {
      services(filter: $filter, first: 100) { edges { node { name { ko } } } totalCount } }`,
    { filter },
  );
  const page = services as { edges: { node: { name: { ko: string } } }[]; totalCount: number };
  expect(page.totalCount).toBe(page.edges.length);
  return page.edges.map(({ node }) => node.name.ko);
}

describe('a service', () => {
  it('names every fault at once', async () => {
    const { payload } = await run(owner, 'draftService', {
      ...offer(),
      name: { ko: ' ' },
      technologies: ['nobody-knows'],
      categories: ['x'],
      certifications: [{ scheme: 'CSAP', grade: '!' }],
      url: 'nowhere',
    });
    expect(payload?.problems.map(({ code, path }) => `${code} ${path.join('.')}`)).toEqual([
      'NOT_FOUND technologies.0',
      'INVALID name',
      'INVALID categories.0',
      'INVALID certifications.0.grade',
      'INVALID url',
    ]);
  });

  it.each([
    ['pending', 'WRONG_STATE', 'PROVIDER_APPROVED'],
    ['restricted', 'WRONG_STATE', 'PROVIDER_NOT_RESTRICTED'],
    ['unknown', 'NOT_FOUND', null],
  ])('is not offered by a firm that is %s', async (providerId, code, rule) => {
    const viewer = user('them', { companies: { [providerId]: 'OWNER' } });
    const { payload } = await run(viewer, 'draftService', offer({ providerId }));
    expect(payload?.problems).toEqual([{ code, path: ['providerId'], rule }]);
  });

  it('has a name of its own within its provider', async () => {
    const twin = { name: { ko: '쌍둥이 서비스' } };
    await drafted(twin);
    const again = await run(editor, 'draftService', offer({ name: { ko: '쌍둥이서비스' } }));
    expect(again.payload?.problems).toEqual([{ code: 'TAKEN', path: ['name'], rule: null }]);
    const rival = await drafted({ ...twin, providerId: 'rival' }, stranger);
    expect(rival.status).toBe('DRAFT');
    const other = await drafted();
    const renamed = await run(owner, 'updateService', { id: other.id, revision: 1, ...twin });
    expect(renamed.payload?.problems[0]?.code).toBe('TAKEN');
  });

  it('as a draft is seen by its own and the secretariat alone', async () => {
    const { id } = await drafted();
    const seen: boolean[] = [];
    for (const viewer of [someone, stranger, operator, member, secretariat]) {
      const data = await query(viewer, 'query ($id: ID!) { service(id: $id) { status } }', { id });
      seen.push(data['service'] !== null);
    }
    expect(seen).toEqual([false, false, false, true, true]);
    const { payload } = await run(stranger, 'updateService', { id, revision: 1 });
    expect(payload?.problems).toEqual([{ code: 'NOT_FOUND', path: ['id'], rule: null }]);
  });

  it('is complete before it is listed', async () => {
    const { id } = await drafted({ summary: null, models: [] });
    const { payload } = await run(owner, 'listService', { id, revision: 1 });
    expect(payload?.problems.map(({ path, rule }) => `${path.join('.')} ${rule}`)).toEqual([
      'summary CATALOGUE_COMPLETE',
      'models CATALOGUE_COMPLETE',
    ]);
    const full = await listed();
    const emptied = await run(owner, 'updateService', { id: full.id, revision: 2, models: [] });
    expect(emptied.payload?.problems).toEqual([
      { code: 'INVALID', path: ['models'], rule: 'CATALOGUE_COMPLETE' },
    ]);
  });

  it('is not listed twice, nor withdrawn before it is listed', async () => {
    const draft = await drafted();
    const early = await run(owner, 'withdrawService', { id: draft.id, revision: 1 });
    expect(early.payload?.problems[0]?.code).toBe('WRONG_STATE');
    const full = await listed();
    const again = await run(owner, 'listService', { id: full.id, revision: 2 });
    expect(again.payload?.problems[0]?.code).toBe('WRONG_STATE');
  });

  it('is changed at its newest revision, by one of two at once', async () => {
    const { id } = await drafted();
    const both = await Promise.all(
      ['https://a.example', 'https://b.example'].map((url) =>
        run(owner, 'updateService', { id, revision: 1, url }),
      ),
    );
    const outcomes = both.map(({ payload }) => payload?.problems[0]?.code ?? 'done');
    expect(outcomes.toSorted()).toEqual(['STALE', 'done']);
  });

  it('answers a repeat with the same draft', async () => {
    const input = offer({ idempotencyKey: 'draft-once' });
    const first = await run(owner, 'draftService', input);
    expect((await run(owner, 'draftService', input)).payload).toEqual(first.payload);
  });
});

describe('a listing', () => {
  it('goes its way step by step, and the catalogue knows where it stands', async () => {
    const { id: serviceId } = await listed({ name: { ko: '가는 길' } });
    const { id, nextStatuses } = await added(serviceId, 'NAVER_CLOUD');
    expect(nextStatuses).toEqual(['SUBMITTED', 'WITHDRAWN']);
    const at = async (to: string, revision: number, more: object = {}) =>
      (await run(owner, 'advanceListing', { id, revision, to, ...more })).payload;
    expect((await at('LISTED', 1))?.problems[0]).toMatchObject({ code: 'WRONG_STATE' });
    await at('SUBMITTED', 1);
    expect((await at('LISTED', 2))?.problems[0]).toMatchObject({ code: 'INVALID', path: ['url'] });
    expect((await at('LISTED', 1, { url: 'https://m.example' }))?.problems[0]?.code).toBe('STALE');
    const there = await at('LISTED', 2, { url: 'https://m.example', note: '승인' });
    expect(there?.listing).toMatchObject({
      status: 'LISTED',
      url: 'https://m.example',
      steps: [
        { status: 'PREPARING', note: null },
        { status: 'SUBMITTED', note: null },
        { status: 'LISTED', note: '승인' },
      ],
    });
    expect(await names({ marketplaces: ['NAVER_CLOUD'] })).toEqual(['가는 길']);
    await at('WITHDRAWN', 3);
    expect(await names({ marketplaces: ['NAVER_CLOUD'] })).toEqual([]);
  });

  it('is one a marketplace, of which a service has many', async () => {
    const { id: serviceId } = await listed();
    await added(serviceId, 'AWS');
    await added(serviceId, 'GOOGLE_CLOUD');
    const again = await run(owner, 'addListing', { serviceId, marketplace: 'AWS' });
    expect(again.payload?.problems).toEqual([{ code: 'TAKEN', path: ['marketplace'], rule: null }]);
    const unknown = await run(owner, 'addListing', { serviceId, marketplace: 'NOWHERE' });
    expect(unknown.payload?.problems).toEqual([
      { code: 'NOT_FOUND', path: ['marketplace'], rule: null },
    ]);
  });

  it('is shown to others once it is listed, without its steps', async () => {
    const { id: serviceId } = await listed();
    const { id } = await added(serviceId, 'KT');
    const show = async (viewer: Viewer) =>
      query(
        viewer,
        `query ($id: ID!) { service(id: $id) { listings { marketplace { code name { en } } steps { status } } } }`,
        { id: serviceId },
      );
    expect(await show(someone)).toEqual({ service: { listings: [] } });
    expect(await show(member)).toMatchObject({
      service: { listings: [{ steps: [{ status: 'PREPARING' }] }] },
    });
    await run(owner, 'advanceListing', { id, revision: 1, to: 'SUBMITTED' });
    await run(secretariat, 'advanceListing', {
      id,
      revision: 2,
      to: 'LISTED',
      url: 'https://kt.example',
    });
    expect(await show(someone)).toEqual({
      service: {
        listings: [
          { marketplace: { code: 'KT', name: { en: 'KT Cloud Marketplace' } }, steps: [] },
        ],
      },
    });
  });
});

describe('finding', () => {
  const kinds = { categories: ['탐색'] };
  beforeAll(async () => {
    await listed({
      name: { ko: '금융 관제 센터', en: 'Finance Watch' },
      ...kinds,
      models: ['SAAS', 'SUPPORT'],
      sectors: ['banking'],
      technologies: ['containers'],
      certifications: [{ scheme: 'CSAP', grade: 'MID', validTo: '2099-12-31' }],
    });
    await listed(
      {
        name: { ko: '나눔 저장소', en: 'Nanum Store' },
        ...kinds,
        providerId: 'rival',
        models: ['IAAS'],
        technologies: ['mesh'],
        certifications: [{ scheme: 'CSAP', grade: 'LOW', validTo: '2020-12-31' }],
      },
      stranger,
    );
    await drafted({ name: { ko: '다듬는 중' }, ...kinds });
  });

  it.each([
    ['a category', kinds, ['금융 관제 센터', '나눔 저장소']],
    ['a model', { ...kinds, models: ['IAAS', 'PAAS'] }, ['나눔 저장소']],
    ['a sector', { ...kinds, sectors: ['banking'] }, ['금융 관제 센터']],
    ['a technology', { ...kinds, technologies: ['cncf.mesh'] }, ['나눔 저장소']],
    ['what contains it', { ...kinds, technologies: ['cncf.runtime'] }, ['금융 관제 센터']],
    ['a provider', { ...kinds, providerId: 'rival' }, ['나눔 저장소']],
    ['part of a word', { text: '관제센' }, ['금융 관제 센터']],
    ['an English word', { text: 'STORE nanum' }, ['나눔 저장소']],
    ['the provider by name', { ...kinds, text: 'daon' }, ['나눔 저장소']],
    ['a certificate', { ...kinds, certificate: { scheme: 'csap' } }, ['금융 관제 센터']],
    ['its grade', { ...kinds, certificate: { scheme: 'CSAP', grade: 'MID' } }, ['금융 관제 센터']],
    ['one that has ended', { ...kinds, certificate: { scheme: 'CSAP', grade: 'LOW' } }, []],
    ['an empty list', { ...kinds, models: [] }, ['금융 관제 센터', '나눔 저장소']],
  ])('by %s', async (_, filter, expected) => {
    expect(await names(filter)).toEqual(expected);
  });

  it.each([
    ['too long a list', { sectors: Array.from({ length: 51 }, (_, index) => `s-${index}`) }],
    ['a text without letters', { text: '--' }],
  ])('refuses %s', async (_, filter) => {
    await expect(names(filter)).rejects.toThrow('BAD_USER_INPUT');
  });

  it('counts by facets over all pages', async () => {
    const data = await query(
      someone,
      `query ($filter: ServiceFilter) { services(filter: $filter, first: 1) {
        pageInfo { hasNextPage }
        facets { models { value count } sectors { value count } schemes { value count } categories { value count } } } }`,
      { filter: kinds },
    );
    expect(data['services']).toEqual({
      pageInfo: { hasNextPage: true },
      facets: {
        models: ['IAAS', 'SAAS', 'SUPPORT'].map((value) => ({ value, count: 1 })),
        sectors: [{ value: 'banking', count: 1 }],
        schemes: [{ value: 'CSAP', count: 2 }],
        categories: [{ value: '탐색', count: 2 }],
      },
    });
  });

  it('what a firm provides: all to its own, the catalogue to others; and by technology', async () => {
    const of = [
      { __typename: 'Company', id: 'rival' },
      { __typename: 'Technology', id: 'runtime' },
    ];
    const draft = await drafted({ name: { ko: '라이벌 초안' }, providerId: 'rival' }, stranger);
    const ask = async (viewer: Viewer) => {
      const { _entities } = await query(
        viewer,
        `query ($of: [_Any!]!) { _entities(representations: $of) {
          ... on Company { services { edges { node { id } } } }
          ... on Technology { services { edges { node { name { ko } } } } } } }`,
        { of },
      );
      return JSON.stringify(_entities);
    };
    expect(await ask(someone)).not.toContain(draft.id);
    expect(await ask(stranger)).toContain(draft.id);
    expect(await ask(someone)).toContain('금융 관제 센터');
    expect(await ask(someone)).not.toContain('나눔 저장소');
  });

  it('lists marketplaces with how many services each has', async () => {
    const { marketplaces } = await query(someone, '{ marketplaces { code serviceCount } }');
    const codes = (marketplaces as { code: string; serviceCount: number }[]).map(
      ({ code }) => code,
    );
    expect(codes).toEqual(codes.toSorted());
    expect(codes).toEqual(
      expect.arrayContaining(['AWS', 'AZURE', 'GOOGLE_CLOUD', 'NAVER_CLOUD', 'KT', 'NHN']),
    );
    expect(marketplaces).toContainEqual({ code: 'KT', serviceCount: 1 });
  });
});

it('follows a firm into the one that it was merged into, with names that both had', async () => {
  const old = user('old', { companies: { old: 'OWNER' } });
  const heir = user('heir', { companies: { heir: 'OWNER' } });
  await tellFirms(uri, { old: {}, heir: { name: { ko: '상속', en: 'Heir' } } });
  await heard();
  await listed({ name: { ko: '같은 이름' }, providerId: 'old' }, old);
  await listed({ name: { ko: '같은 이름' }, providerId: 'heir' }, heir);
  await tellFirms(uri, { old: { status: 'MERGED', mergedIntoId: 'heir' } });
  await heard();
  expect(await names({ providerId: 'heir' })).toEqual(['같은 이름', '같은 이름']);
  expect(await names({ text: 'heir 같은' })).toEqual(['같은 이름', '같은 이름']);
  expect(await names({ providerId: 'old' })).toEqual([]);
});
