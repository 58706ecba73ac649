import { startCompanies, type CompaniesWorld } from '../../../test/companies/companies.ts';
import { someone } from '../../../test/service.ts';

let world: CompaniesWorld;
beforeAll(async () => {
  world = await startCompanies();
});
afterAll(() => world.stop());

const sectors = '{ sectors { code name { ko en } revision } }';
const add = `mutation ($input: AddSectorInput!) { addSector(input: $input) { sector { code revision } problems { code path } } }`;
const rename = `mutation ($input: RenameSectorInput!) { renameSector(input: $input) { sector { revision name { ko en } } problems { code path } } }`;

it('begins with ten sectors in two languages', async () => {
  const found = await world.ask<{ code: string; name: object }[]>(someone, sectors);
  expect(found).toHaveLength(10);
  expect(found[6]).toEqual({
    code: 'healthcare',
    name: { ko: '의료', en: 'Healthcare' },
    revision: 1,
  });
});

it('takes new sectors, each code once, named in both languages', async () => {
  const input = { code: 'smart-city', name: { ko: '스마트시티', en: 'Smart city' } };
  const outcome = () => world.ask(world.secretariat, add, { input });
  expect(await outcome()).toEqual({ sector: { code: 'smart-city', revision: 1 }, problems: [] });
  expect((await outcome()).problems).toEqual([{ code: 'TAKEN', path: ['code'] }]);
  const bad = { code: 'Smart City', name: { en: 'Smart city' } };
  expect((await world.ask(world.secretariat, add, { input: bad })).problems).toEqual([
    { code: 'INVALID', path: ['code'] },
    { code: 'INVALID', path: ['name', 'ko'] },
  ]);
});

it('renames a sector at the revision it was read at', async () => {
  const name = { ko: '공공부문', en: 'Public' };
  const outcome = () =>
    world.ask(world.secretariat, rename, { input: { code: 'public', revision: 1, name } });
  expect((await outcome()).sector).toEqual({ revision: 2, name });
  expect((await outcome()).problems).toEqual([{ code: 'STALE', path: ['revision'] }]);
  const none = { code: 'none', revision: 1, name };
  expect((await world.ask(world.secretariat, rename, { input: none })).problems).toEqual([
    { code: 'NOT_FOUND', path: ['code'] },
  ]);
});
