import type { Connection } from 'mongoose';

import { startCompanies, type CompaniesWorld } from '../../../test/companies/companies.ts';
import { someone } from '../../../test/service.ts';
import { modelsOf, type Models } from '../context.ts';
import { bringStandings, facetsNow, keepStandings } from './standing.ts';
import { cumulated, monthsBetween, summary } from './figure.ts';

describe('monthsBetween', () => {
  it.each([
    ['2026-11', '2027-02', ['2026-11', '2026-12', '2027-01', '2027-02']],
    ['2026-05', '2026-05', ['2026-05']],
    ['2026-05', '2026-04', []],
  ])('from %s to %s are %j', (from, to, months) => {
    expect(monthsBetween(from, to)).toEqual(months);
  });
});

describe('cumulated', () => {
  it('sums up from before the first month, with a point for every month and value', () => {
    const counted = [
      { month: '2026-01', value: 'IAAS', count: 2 },
      { month: '2026-03', value: 'IAAS', count: 1 },
      { month: '2026-03', value: 'IAAS', count: -2 },
      { month: '2026-04', value: 'SAAS', count: 5 },
    ];
    expect(cumulated(['2026-02', '2026-03'], counted)).toEqual([
      { month: '2026-02', value: 'IAAS', approved: 0, left: 0, total: 2 },
      { month: '2026-03', value: 'IAAS', approved: 1, left: 2, total: 1 },
      { month: '2026-02', value: 'SAAS', approved: 0, left: 0, total: 0 },
      { month: '2026-03', value: 'SAAS', approved: 0, left: 0, total: 0 },
    ]);
  });
});

describe('summary', () => {
  it.each([
    [[150], { certificates: 1, medianDays: 150, meanDays: 150 }],
    [[60, 10, 20], { certificates: 3, medianDays: 20, meanDays: 30 }],
    [[1, 2, 4, 8], { certificates: 4, medianDays: 3, meanDays: 3.8 }],
  ])('of %j is %j', (days, expected) => {
    expect(summary(days)).toEqual(expected);
  });
});

const csapOf = (appliedOn: string, validFrom: string) => ({
  scheme: 'CSAP',
  type: 'IAAS',
  appliedOn,
  validFrom,
});

const at = (day: string) => new Date(`${day}T00:00:00Z`);

describe('figures', () => {
  let world: CompaniesWorld;
  let connection: Connection;
  let models: Models;
  beforeAll(async () => {
    world = await startCompanies();
    ({ connection } = world);
    models = modelsOf(connection);
    const { companies } = models;
    const firms = [
      // Already December in Seoul.
      { approvedAt: '2025-11-30T15:30:00Z', kinds: ['IAAS', 'PAAS'], revenue: 60_000_000_000 },
      { approvedAt: '2026-01-15T00:00:00Z', kinds: ['SAAS'], revenue: 40_000_000_000 },
      { approvedAt: '2026-01-20T00:00:00Z', kinds: ['SAAS'], revenue: 50_000_000_000 },
    ];
    for (const { approvedAt, kinds, revenue } of firms) {
      const { id } = await world.firm();
      const cloudRevenues = [{ year: 2025, amount: revenue }];
      const set = { approvedAt: new Date(approvedAt), kinds, cloudRevenues };
      await companies.updateOne({ _id: id }, { $set: set });
      const company = await companies.findById(id).lean();
      await models.standings.deleteMany({ _id: id });
      await models.standingChanges.deleteMany({ companyId: id });
      if (company) await keepStandings(models, [company], set.approvedAt);
    }
    await world.firm({}, 'PENDING');
  });
  afterAll(() => world.stop());

  const growth = `query ($by: GrowthBy! = ALL, $from: String!, $to: String!) { companyGrowth(by: $by, from: $from, to: $to) { month value approved left total } }`;

  it('count approved companies by months in Seoul', async () => {
    const range = { from: '2025-11', to: '2026-02' };
    expect(await world.ask(someone, growth, range)).toEqual([
      { month: '2025-11', value: null, approved: 0, left: 0, total: 0 },
      { month: '2025-12', value: null, approved: 1, left: 0, total: 1 },
      { month: '2026-01', value: null, approved: 2, left: 0, total: 3 },
      { month: '2026-02', value: null, approved: 0, left: 0, total: 3 },
    ]);
    const january = { from: '2026-01', to: '2026-01', by: 'KIND' };
    expect(await world.ask(someone, growth, january)).toEqual([
      { month: '2026-01', value: 'IAAS', approved: 0, left: 0, total: 1 },
      { month: '2026-01', value: 'PAAS', approved: 0, left: 0, total: 1 },
      { month: '2026-01', value: 'SAAS', approved: 2, left: 0, total: 2 },
    ]);
    const bySize = await world.ask<{ value: string }[]>(someone, growth, {
      ...january,
      by: 'SIZE',
    });
    expect(bySize).toEqual([{ month: '2026-01', value: 'SME', approved: 2, left: 0, total: 3 }]);
  });

  it.each([
    ['2026-13', '2026-12'],
    ['2026-02', '2026-01'],
    ['1900-01', '2026-01'],
  ])('refuse the months %s to %s', async (from, to) => {
    expect(await world.codes(someone, growth, { from, to })).toEqual(['BAD_USER_INPUT']);
  });

  it('know the past of a firm that turned to something else and left', async () => {
    const [firm] = await models.companies.find({ kinds: ['IAAS', 'PAAS'] }).lean();
    if (!firm) throw new Error('There is no such firm.');
    await keepStandings(models, [{ ...firm, kinds: ['IAAS'] }], at('2026-03-10'));
    await keepStandings(models, [{ ...firm, status: 'CLOSED' }], at('2026-04-10'));
    const points = await world.ask<{ month: string; value: string; left: number; total: number }[]>(
      someone,
      growth,
      { by: 'KIND', from: '2026-02', to: '2026-04' },
    );
    const of = (kind: string) =>
      points.filter(({ value }) => value === kind).map(({ left, total }) => [left, total]);
    expect(of('PAAS')).toEqual([
      [0, 1],
      [1, 0],
      [0, 0],
    ]);
    expect(of('IAAS')).toEqual([
      [0, 1],
      [0, 1],
      [1, 0],
    ]);
    expect(facetsNow({ ...firm, status: 'SUSPENDED' })).toEqual([]);
  });

  it('count who was there before they were kept, once', async () => {
    const before = await models.standingChanges.countDocuments();
    await bringStandings({ ...models, connection });
    expect(await models.standingChanges.countDocuments()).toBe(before);
    // An earlier version kept none, or was killed after the first of them.
    const first = await models.standings.findOne({ facets: { $ne: [] } }).lean();
    if (!first) throw new Error('There is no standing.');
    await models.standings.deleteMany({ _id: { $ne: first._id } });
    await models.standingChanges.deleteMany({ companyId: { $ne: first._id } });
    const kept = await models.standingChanges.countDocuments();
    await connection.collection('upgrades').deleteMany({});
    await Promise.all([1, 2].map(() => bringStandings({ ...models, connection })));
    const others = { status: 'APPROVED', _id: { $ne: first._id } } as const;
    const approved = await models.companies.countDocuments(others);
    expect(approved).toBeGreaterThan(0);
    expect(await models.standingChanges.countDocuments()).toBe(kept + approved);
  });

  it('count firms above a revenue', async () => {
    const years = `query ($threshold: Won!) { cloudRevenueYears(threshold: $threshold) { year companies above sum } }`;
    const above = (threshold: number) => world.ask(world.secretariat, years, { threshold });
    const all = { year: 2025, companies: 3, sum: 150_000_000_000 };
    expect(await above(50_000_000_000)).toEqual([{ ...all, above: 1 }]);
    expect(await above(30_000_000_000)).toEqual([{ ...all, above: 3 }]);
  });

  it('tell how long certificates took', async () => {
    const { id: companyId, revision } = await world.firm();
    const add = `mutation ($input: AddCertificationInput!) { addCertification(input: $input) { company { revision } problems { code } } }`;
    const certificates = [
      csapOf('2024-01-01', '2024-05-30'),
      csapOf('2024-03-01', '2024-04-30'),
      csapOf('2025-01-01', '2025-03-02'),
    ];
    for (const [index, certificate] of certificates.entries())
      await world.ask(world.secretariat, add, {
        input: { companyId, revision: revision + index, certificate },
      });
    const years = `{ certificationYears(scheme: "CSAP") { year scheme certificates medianDays meanDays } }`;
    expect(await world.ask(world.secretariat, years)).toEqual([
      { year: 2024, scheme: 'CSAP', certificates: 2, medianDays: 105, meanDays: 105 },
      { year: 2025, scheme: 'CSAP', certificates: 1, medianDays: 60, meanDays: 60 },
    ]);
  });
});
