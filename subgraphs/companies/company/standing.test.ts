import { startCompanies, type CompaniesWorld } from '../../../test/companies/companies.ts';
import { someone } from '../../../test/service.ts';
import { modelsOf } from '../context.ts';
import { statusAfter } from './standing.ts';

let world: CompaniesWorld;
beforeAll(async () => {
  world = await startCompanies();
});
afterAll(() => world.stop());

const state =
  'company { revision status statusReason restrictedUntil approvedAt } problems { code path rule limit found }';
const review = `mutation ($input: ReviewCompanyInput!) { reviewCompany(input: $input) { ${state} } }`;
const restrict = `mutation ($input: RestrictCompanyInput!) { restrictCompany(input: $input) { ${state} } }`;
const look = `query ($id: ID!) { company(id: $id) { statusReason restrictedUntil } }`;

describe('statusAfter', () => {
  it.each([
    ['APPROVE', 'PENDING', 'APPROVED'],
    ['APPROVE', 'APPROVED', null],
    ['APPROVE', 'SUSPENDED', 'APPROVED'],
    ['APPROVE', 'MERGED', null],
    ['APPROVE', 'CLOSED', null],
    ['SUSPEND', 'PENDING', null],
    ['SUSPEND', 'APPROVED', 'SUSPENDED'],
    ['SUSPEND', 'SUSPENDED', null],
    ['SUSPEND', 'MERGED', null],
    ['SUSPEND', 'CLOSED', null],
    ['CLOSE', 'PENDING', 'CLOSED'],
    ['CLOSE', 'APPROVED', 'CLOSED'],
    ['CLOSE', 'SUSPENDED', 'CLOSED'],
    ['CLOSE', 'MERGED', null],
    ['CLOSE', 'CLOSED', null],
  ] as const)('%s from %s leads to %s', (decision, status, after) => {
    expect(statusAfter(decision, status)).toBe(after);
  });
});

describe('reviewCompany', () => {
  it('leads a company through its states, with a reason that only insiders see', async () => {
    const { id, revision, owner } = await world.firm({}, 'PENDING');
    const decide = (at: number, decision: string, reason?: string) =>
      world.ask(world.secretariat, review, { input: { id, revision: at, decision, reason } });
    const approved = await decide(revision, 'APPROVE');
    expect(approved.company).toMatchObject({ status: 'APPROVED', approvedAt: expect.any(String) });
    expect((await decide(approved.company.revision, 'SUSPEND')).problems).toMatchObject([
      { code: 'INVALID', path: ['reason'] },
    ]);
    const suspended = await decide(approved.company.revision, 'SUSPEND', 'Number in doubt.');
    expect(suspended.company).toMatchObject({ status: 'SUSPENDED' });
    expect(await world.ask(owner, look, { id })).toMatchObject({
      statusReason: 'Number in doubt.',
    });
    expect(await world.ask(someone, look, { id })).toMatchObject({ statusReason: null });
    expect((await decide(suspended.company.revision, 'SUSPEND', 'Again.')).problems).toMatchObject([
      { code: 'WRONG_STATE', path: ['decision'], rule: 'COMPANY_DECISION' },
    ]);
    expect((await decide(revision, 'APPROVE')).problems).toMatchObject([{ code: 'STALE' }]);
  });
});

describe('restrictCompany', () => {
  it('holds until its instant and ends by itself', async () => {
    const { id, revision } = await world.firm();
    const until = new Date(Date.now() + 60_000).toISOString();
    const input = { id, revision, until, reason: 'Sanction of case 12.' };
    const { company } = await world.ask(world.secretariat, restrict, { input });
    expect(company.restrictedUntil).toBe(until);
    const { connection } = world;
    const { companies, facts } = modelsOf(connection);
    const fact = await facts.findById(`company:${id}`).lean();
    expect(fact?.state).toMatchObject({ restrictedUntil: new Date(until) });
    await companies.updateOne({ _id: id }, { $set: { restrictedUntil: new Date(Date.now() - 1) } });
    expect(await world.ask(someone, look, { id })).toMatchObject({ restrictedUntil: null });
  });

  it('is lifted, and never begins in the past', async () => {
    const { id, revision } = await world.firm();
    const past = { id, revision, until: '2020-01-01T00:00:00Z', reason: 'x' };
    expect((await world.ask(world.secretariat, restrict, { input: past })).problems).toMatchObject([
      { code: 'INVALID', path: ['until'], rule: 'RESTRICTION_END', found: '2020-01-01T00:00:00.000Z' }, // prettier-ignore
    ]);
    const long = { ...past, reason: 'x'.repeat(1_001) };
    expect((await world.ask(world.secretariat, restrict, { input: long })).problems).toMatchObject([
      { rule: 'RESTRICTION_END', limit: expect.stringMatching(/^\d{4}-.*Z$/) },
      { path: ['reason'], rule: 'LENGTH', limit: '1-1000', found: '1001' },
    ]);
    const lift = { id, revision, until: null, reason: 'The appeal was granted.' };
    const lifted = await world.ask(world.secretariat, restrict, { input: lift });
    expect(lifted).toMatchObject({ company: { restrictedUntil: null }, problems: [] });
  });
});
