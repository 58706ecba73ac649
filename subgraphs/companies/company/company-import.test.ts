import { startCompanies, type CompaniesWorld } from '../../../test/companies/companies.ts';
import { someone } from '../../../test/service.ts';

let world: CompaniesWorld;
beforeAll(async () => {
  world = await startCompanies();
});
afterAll(() => world.stop());

const bring = `mutation ($input: ImportCompaniesInput!) { importCompanies(input: $input) { created updated unchanged problems { code path rule } } }`;
const find = `query ($filter: CompanyFilter) { companies(filter: $filter) { totalCount edges { node { id status website origin { source externalId } certifications { id scheme current } } } } }`;

const row = (externalId: string, more = {}) => ({
  externalId,
  name: { en: `Imported ${externalId}` },
  kinds: ['SAAS'],
  size: 'SME',
  ...more,
});
const run = (source: string, rows: object[], more = {}) =>
  world.ask(world.operator, bring, { input: { source, rows, ...more } });
const of = (source: string) => world.ask(someone, find, { filter: { origin: { source } } });

it('makes companies once, changes them when they changed, and leaves the rest alone', async () => {
  const rows = [row('a'), row('b'), row('c')];
  expect(await run('one', rows)).toEqual({ created: 3, updated: 0, unchanged: 0, problems: [] });
  expect(await run('one', rows)).toEqual({ created: 0, updated: 0, unchanged: 3, problems: [] });
  const changed = [row('a', { website: 'https://example.org' }), row('b'), row('d')];
  expect(await run('one', changed)).toEqual({ created: 1, updated: 1, unchanged: 1, problems: [] });
  const { totalCount, edges } = await of('one');
  expect(totalCount).toBe(4);
  expect(edges[0].node).toMatchObject({
    status: 'APPROVED',
    website: 'https://example.org',
    origin: { source: 'one', externalId: 'a' },
  });
});

it('changes nothing in a dry run, and counts the same', async () => {
  expect(await run('two', [row('a')], { dryRun: true })).toMatchObject({ created: 1 });
  expect((await of('two')).totalCount).toBe(0);
});

it('reports each row that fails, and lets the others through', async () => {
  const rows = [
    row('a', { businessNumber: '1028142945' }),
    row('b', { businessNumber: '102-81-42946' }),
    row('c', { businessNumber: '102-81-42945' }),
    row('a'),
    row('', { kinds: [] }),
    row('f', {
      sectors: ['astrology'],
      certifications: [{ scheme: 'CSAP', validFrom: '2020-01-01' }],
    }),
    row('g'),
  ];
  expect(await run('three', rows)).toEqual({
    created: 2,
    updated: 0,
    unchanged: 0,
    problems: [
      {
        code: 'INVALID',
        path: ['rows', '1', 'businessNumber'],
        rule: 'BUSINESS_NUMBER_CHECK_DIGIT',
      },
      { code: 'TAKEN', path: ['rows', '2', 'businessNumber'], rule: null },
      { code: 'TAKEN', path: ['rows', '3', 'externalId'], rule: null },
      { code: 'INVALID', path: ['rows', '4', 'externalId'], rule: null },
      { code: 'INVALID', path: ['rows', '4', 'kinds'], rule: null },
      { code: 'NOT_FOUND', path: ['rows', '5', 'sectors', '0'], rule: null },
      { code: 'INVALID', path: ['rows', '5', 'certifications', '0', 'type'], rule: 'CSAP_TYPE' },
    ],
  });
  expect((await of('three')).totalCount).toBe(2);
});

it('brings certificates that count, and replaces those of the last import only', async () => {
  const iso = { scheme: 'ISO_27001', validFrom: '2020-01-01' };
  const soc = { scheme: 'SOC_2', validFrom: '2020-01-01' };
  await run('four', [row('a', { certifications: [iso] })]);
  const before = (await of('four')).edges[0].node.certifications;
  expect(before).toMatchObject([{ scheme: 'ISO_27001', current: true }]);
  expect(await run('four', [row('a', { certifications: [iso] })])).toMatchObject({ unchanged: 1 });
  await run('four', [row('a', { certifications: [iso, soc] })]);
  const both = (await of('four')).edges[0].node.certifications;
  expect(both.map(({ scheme }: { scheme: string }) => scheme).toSorted()).toEqual([
    'ISO_27001',
    'SOC_2',
  ]);
  expect(both.map(({ id }: { id: string }) => id)).toContain(before[0].id);
  await run('four', [row('a', { certifications: [soc] })]);
  expect((await of('four')).edges[0].node.certifications).toMatchObject([{ scheme: 'SOC_2' }]);
});

it('takes 500 rows a call and no more', async () => {
  const rows = Array.from({ length: 501 }, (_, index) => row(String(index)));
  expect((await run('five', rows)).problems).toMatchObject([
    { code: 'LIMIT_REACHED', path: ['rows'] },
  ]);
  expect(await run('five', rows.slice(1))).toMatchObject({ created: 500 });
  expect((await of('five')).totalCount).toBe(500);
});
