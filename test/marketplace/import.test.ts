/** Services and marketplaces taken in from elsewhere. */
import { operator, startMarketplace, type TestMarketplace } from './marketplace.ts';
import { someone } from '../service.ts';
import { tellFirms } from '../told.ts';
import { mutationText } from '../mutation.ts';

let { query, uri, stop } = {} as TestMarketplace;

beforeAll(async () => {
  ({ query, uri, stop } = await startMarketplace());
});

afterAll(() => stop());

interface Report {
  created: number | null;
  updated: number | null;
  unchanged: number | null;
  problems: { code: string; path: string[] }[];
}

async function take(name: string, input: object): Promise<Report> {
  const data = await query(
    operator,
    mutationText(name, 'created updated unchanged problems { code path }'),
    { input },
  );
  return data[name] as Report;
}

function services(source: string, rows: object[], more: object = {}): Promise<Report> {
  return take('importServices', { source, rows, ...more });
}

function marketplaces(rows: object[], more: object = {}): Promise<Report> {
  return take('importMarketplaces', { source: 'list', rows, ...more });
}

function row(externalId: string, more: object = {}) {
  return {
    externalId,
    providerName: 'Outside Inc.',
    name: { en: `Imported ${externalId}` },
    models: ['SAAS'],
    ...more,
  };
}

async function found(text: string): Promise<unknown> {
  const data = await query(
    someone,
    `query ($text: String) { services(filter: { text: $text }) { edges { node {
      name { en } provider { id } providerName listings { marketplace { code } status } } } } }`,
    { text },
  );
  return (data['services'] as { edges: { node: unknown }[] }).edges.map(({ node }) => node);
}

const none = { created: 0, updated: 0, unchanged: 0, problems: [] };

it('creates, then leaves alone what is the same, then changes what differs', async () => {
  const rows = [row('alpha', { marketplaces: ['AWS'] }), row('beta', { providerId: 'firm' })];
  expect(await services('once', rows)).toEqual({ ...none, created: 2 });
  expect(await services('once', rows)).toEqual({ ...none, unchanged: 2 });
  expect(await found('imported alpha')).toEqual([
    {
      name: { en: 'Imported alpha' },
      provider: null,
      providerName: 'Outside Inc.',
      listings: [{ marketplace: { code: 'AWS' }, status: 'LISTED' }],
    },
  ]);
  expect(await found('imported beta')).toMatchObject([
    { provider: { id: 'firm' }, providerName: null },
  ]);
  const changed = [
    row('alpha', { marketplaces: ['GOOGLE_CLOUD'] }),
    row('beta', { providerId: 'firm', withdrawn: true }),
  ];
  expect(await services('once', changed)).toEqual({ ...none, updated: 2 });
  expect(await services('once', changed)).toEqual({ ...none, unchanged: 2 });
  expect(await found('imported alpha')).toMatchObject([
    { listings: [{ marketplace: { code: 'GOOGLE_CLOUD' } }] },
  ]);
  expect(await found('imported beta')).toEqual([]);
  expect(await services('once', rows)).toEqual({ ...none, updated: 2 });
  expect(await found('imported alpha')).toMatchObject([
    { listings: [{ marketplace: { code: 'AWS' } }] },
  ]);
});

it('leaves out rows with faults, by path, and takes the others', async () => {
  const report = await services('faults', [
    row('good'),
    row('bad', { name: { en: 'x' }, models: [] }),
    row('good'),
    row('nobody', { providerName: ' ' }),
    row('pending', { providerId: 'pending' }),
    row('market', { marketplaces: ['AWS', 'NOWHERE'] }),
    row('technology', { technologies: ['nobody-knows'] }),
    row('also good', { technologies: ['cncf.mesh'] }),
  ]);
  expect(report).toEqual({
    ...none,
    created: 2,
    problems: [
      { code: 'INVALID', path: ['rows', '1', 'name', 'en'] },
      { code: 'INVALID', path: ['rows', '1', 'models'] },
      { code: 'TAKEN', path: ['rows', '2', 'externalId'] },
      { code: 'INVALID', path: ['rows', '3', 'providerName'] },
      { code: 'WRONG_STATE', path: ['rows', '4', 'providerId'] },
      { code: 'NOT_FOUND', path: ['rows', '5', 'marketplaces', '1'] },
      { code: 'NOT_FOUND', path: ['rows', '6', 'technologies', '0'] },
    ],
  });
});

it('changes nothing in a dry run and says what it would', async () => {
  expect(await services('dry', [row('dryrun')], { dryRun: true })).toEqual({ ...none, created: 1 });
  expect(await found('dryrun')).toEqual([]);
});

it('refuses a whole call with a bad source or too many rows', async () => {
  const rows = Array.from({ length: 501 }, (_, index) => row(`${index}`));
  expect(await services('Bad Source', rows)).toMatchObject({
    created: null,
    problems: [
      { code: 'INVALID', path: ['source'] },
      { code: 'LIMIT_REACHED', path: ['rows'] },
    ],
  });
});

it('takes 500 rows in one call, with names that their source repeats', async () => {
  const rows = Array.from({ length: 500 }, (_, index) =>
    row(`many-${index}`, { providerId: 'firm', name: { en: 'Many alike' } }),
  );
  expect(await services('many', rows)).toEqual({ ...none, created: 500 });
});

it('takes a provider that was told of just before', async () => {
  // Not waited for: the import itself waits until it knows what was told before.
  await tellFirms(uri, { newcomer: {} });
  expect(await services('newcomer', [row('n', { providerId: 'newcomer' })])).toMatchObject({
    created: 1,
  });
});

it('adds marketplaces, and changes them by their code', async () => {
  const market = { code: 'MARKET_1', name: { en: 'First' }, operator: 'Somebody' };
  expect(await marketplaces([market], { dryRun: true })).toEqual({ ...none, created: 1 });
  expect(await marketplaces([market])).toEqual({ ...none, created: 1 });
  expect(await marketplaces([market])).toEqual({ ...none, unchanged: 1 });
  expect(await marketplaces([{ ...market, operator: 'Else' }])).toEqual({ ...none, updated: 1 });
  const faults = [
    { code: 'lower', name: {}, operator: ' ', url: 'nowhere' },
    { ...market, code: 'TWICE' },
    { ...market, code: 'TWICE' },
  ];
  expect((await marketplaces(faults, { dryRun: true })).problems).toEqual([
    { code: 'INVALID', path: ['rows', '0', 'code'] },
    { code: 'INVALID', path: ['rows', '0', 'name'] },
    { code: 'INVALID', path: ['rows', '0', 'operator'] },
    { code: 'INVALID', path: ['rows', '0', 'url'] },
    { code: 'TAKEN', path: ['rows', '2', 'code'] },
  ]);
});
