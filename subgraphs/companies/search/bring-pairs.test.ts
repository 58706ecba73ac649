import type { Connection } from 'mongoose';

import { startCompanies, type CompaniesWorld } from '../../../test/companies/companies.ts';
import { someone } from '../../../test/service.ts';
import { modelsOf } from '../context.ts';
import { bringPairs } from './bring-pairs.ts';

let world: CompaniesWorld;
let connection: Connection;
beforeAll(async () => {
  world = await startCompanies();
  ({ connection } = world);
  const rows = Array.from({ length: 12 }, (_, index) => ({
    externalId: String(index),
    name: { en: `Older ${index}` },
    kinds: index % 2 ? ['SAAS', 'MSP'] : ['IAAS'],
    region: index % 3 ? 'KR-26' : 'FR',
    size: 'SME',
  }));
  const { created } = await world.ask(world.operator, bring, { input: { source: 'old', rows } });
  if (created !== rows.length) throw new Error('the firms were not brought');
});
afterAll(() => world.stop());

const bring = `mutation ($input: ImportCompaniesInput!) { importCompanies(input: $input) { created } }`;
const search = `query ($filter: CompanyFilter) { companies(filter: $filter) { totalCount } }`;
const filter = { kinds: ['MSP'], regions: ['KR-26'] };

/** Makes the entries what an earlier version would have left. */
async function forgetPairs(): Promise<void> {
  await modelsOf(connection).entries.updateMany({}, { $pull: { terms: { $regex: '^both:' } } });
  await connection.collection('upgrades').deleteMany({});
}

async function count(): Promise<unknown> {
  return (await world.ask(someone, search, { filter })).totalCount;
}

describe('entries of an earlier version', () => {
  it('are given what the same entries have that are made now', async () => {
    const { entries } = modelsOf(connection);
    const sorted = async () =>
      (await entries.find({}, { terms: 1, changedAt: 1 }).sort({ _id: 1 }).lean()).map((each) => ({
        ...each,
        terms: each.terms.toSorted(),
      }));
    const made = await sorted();
    expect(await count()).toBe(4);
    await forgetPairs();
    expect(await count()).toBe(0);
    await bringPairs({ connection, entries });
    expect(await sorted()).toEqual(made);
    expect(await count()).toBe(4);
  });

  it('are given it once, also by two that start at once', async () => {
    const { entries } = modelsOf(connection);
    await forgetPairs();
    await Promise.all([bringPairs({ connection, entries }), bringPairs({ connection, entries })]);
    const all = await entries.find({}, { terms: 1 }).lean();
    expect(all.every(({ terms }) => new Set(terms).size === terms.length)).toBe(true);
    expect(await count()).toBe(4);
  });
});
