import { auditOf } from '#kit/audit.ts';
import { startCompanies, type CompaniesWorld } from '../../../test/companies/companies.ts';
import { user } from '../../../test/service.ts';
import { doublesOf } from './double.model.ts';
import { lists } from './double.ts';

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

const pair = (name: string) =>
  Promise.all([
    bring(`one-${name}`, [row(name, `${name} Works`, `https://${name}.example`)]),
    bring(`two-${name}`, [row(name, `${name} Works Ltd`, `https://${name}.example/kr`)]),
  ]);

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

describe('firms that are alike and not one', () => {
  const listed = `query ($apart: Boolean! = false) { likelyDoubles(first: 100, apart: $apart) { edges { node { id revision value companies { id } apart { reason by { name } } } } } }`;
  const keep = `mutation ($input: KeepApartInput!) { keepApart(input: $input) { double { id revision apart { reason } } problems { code path rule } } }`;
  const again = `mutation ($input: CompareAgainInput!) { compareAgain(input: $input) { double { id revision apart { reason } } problems { code path rule } } }`;
  interface Listed {
    id: string;
    revision: number;
    value: string;
    companies: { id: string }[];
    apart: { reason: string; by: { name: string } | null } | null;
  }
  const all = async (apart = false): Promise<Listed[]> =>
    (await world.ask(world.secretariat, listed, { apart })).edges.map(
      ({ node }: { node: Listed }) => node,
    );
  const one = async (value: string, apart = false) =>
    (await all(apart)).find((each) => each.value === value);
  const at = (double: Listed | undefined) => ({
    id: double?.id ?? '',
    revision: double?.revision ?? 0,
  });
  const mark = (
    double: Listed | undefined,
    reason = 'Two firms of one town.',
    viewer = world.secretariat,
  ) => world.ask(viewer, keep, { input: { ...at(double), reason } });
  it('are listed no more, by none of what the two share, and among those kept apart', async () => {
    await pair('alpha');
    const marked = await mark(await one('alphaworks'), ' Two firms of one town. ');
    expect(marked).toMatchObject({
      double: { apart: { reason: 'Two firms of one town.' } },
      problems: [],
    });
    expect(await one('alphaworks')).toBeUndefined();
    expect(await one('alpha.example')).toBeUndefined();
    expect(await one('alphaworks', true)).toMatchObject({
      apart: { reason: 'Two firms of one town.', by: { name: 'secretariat' } },
    });
    expect(await one('alpha.example', true)).toBeDefined();
  });

  it('are listed again when that is taken back', async () => {
    const taken = await world.ask(world.secretariat, again, {
      input: at(await one('alphaworks', true)),
    });
    expect(taken).toMatchObject({ double: { apart: null }, problems: [] });
    expect(await one('alphaworks')).toBeDefined();
    expect(await one('alpha.example')).toBeDefined();
    expect(await all(true)).toEqual([]);
    const { connection } = world;
    const deeds = await auditOf(connection)
      .find({ mutation: { $in: ['keepApart', 'compareAgain'] } })
      .sort({ at: 1 })
      .lean();
    expect(deeds.map(({ mutation }) => mutation)).toEqual(['keepApart', 'compareAgain']);
    expect(deeds[0]?.input).toContain('Two firms of one town.');
    const input = at(await one('alphaworks'));
    expect((await world.ask(world.secretariat, again, { input })).problems).toEqual([
      { code: 'WRONG_STATE', path: ['id'], rule: 'APART' },
    ]);
  });

  it('are listed again when a third comes, and stay apart when nothing that they share changes', async () => {
    await pair('beta');
    await mark(await one('betaworks'));
    await bring('one-beta', [
      { ...row('beta', 'beta Works', 'https://beta.example'), size: 'LARGE' },
    ]);
    expect(await one('betaworks')).toBeUndefined();
    await bring('three-beta', [row('beta', 'Beta Works Inc.')]);
    expect(await one('betaworks')).toMatchObject({ apart: null });
    expect((await one('betaworks'))?.companies).toHaveLength(3);
    // What the third does not share is still as it was.
    expect(await one('beta.example')).toBeUndefined();
  });

  it('are marked by one of two at once', async () => {
    await pair('gamma');
    const double = await one('gammaworks');
    const answers = await Promise.all([mark(double, 'First.'), mark(double, 'Second.')]);
    const refused = answers.flatMap(({ problems }) => problems);
    expect(refused).toEqual([{ code: 'STALE', path: ['revision'], rule: null }]);
  });

  it('are compared anew by a firm that comes while they are marked', async () => {
    await pair('delta');
    const double = await one('deltaworks');
    const [marked] = await Promise.all([
      mark(double),
      bring('three-delta', [row('delta', 'Delta Works GmbH')]),
    ]);
    expect(marked.problems.every(({ code }) => code === 'STALE')).toBe(true);
    expect(await one('deltaworks')).toMatchObject({ apart: null });
  });

  it('need a reason, what was read, and somebody of the secretariat who belongs to none', async () => {
    await pair('epsilon');
    const double = await one('epsilonworks');
    for (const reason of [' ', 'x'.repeat(2_001)])
      expect((await mark(double, reason)).problems).toMatchObject([{ path: ['reason'] }]);
    const none = { id: 'NAME none', revision: 1, reason: 'R' };
    expect((await world.ask(world.secretariat, keep, { input: none })).problems).toMatchObject([
      { code: 'NOT_FOUND', path: ['id'] },
    ]);
    const partial = {
      ...(await world.person('partial', {
        companies: { [double?.companies[1]?.id ?? '']: 'VIEWER' },
      })),
      roles: ['SECRETARIAT' as const],
    };
    expect((await mark(double, 'Ours.', partial)).problems).toEqual([
      { code: 'WRONG_STATE', path: ['id'], rule: 'CONFLICT' },
    ]);
    for (const viewer of [user('u'), world.operator])
      expect(await world.codes(viewer, keep, { input: { ...at(double), reason: 'R' } })).toEqual([
        'FORBIDDEN',
      ]);
    expect(await one('epsilonworks')).toMatchObject({ apart: null });
  });
});

it('is for the secretariat', async () => {
  for (const viewer of [user('u'), world.operator, user('r', { roles: ['REVIEWER'] })])
    await expect(world.ask(viewer, doubles)).rejects.toThrow('roles do not allow');
});

it('is served by an index', async () => {
  const { connection } = world;
  for (const { filter, order } of Object.values(lists)) {
    const plan = await doublesOf(connection)
      .find(filter)
      .sort(Object.fromEntries(order))
      .limit(20)
      .explain();
    expect(JSON.stringify(plan)).toContain('IXSCAN');
    expect(JSON.stringify(plan)).not.toMatch(/COLLSCAN|"SORT"/);
  }
});
