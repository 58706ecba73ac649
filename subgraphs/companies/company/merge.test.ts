import { startCompanies, type CompaniesWorld } from '../../../test/companies/companies.ts';
import { someone, user } from '../../../test/service.ts';
import { modelsOf } from '../context.ts';

let world: CompaniesWorld;
beforeAll(async () => {
  world = await startCompanies();
});
afterAll(() => world.stop());

const merge = `mutation ($input: MergeCompaniesInput!) { mergeCompanies(input: $input) { company { id revision status certifications { scheme } members { email role state } } problems { code path } } }`;
const look = `query ($id: ID!) { company(id: $id) { status mergedInto { id } } }`;
const refer = `query ($references: [_Any!]!) { _entities(representations: $references) { ... on Company { id name { en } } } }`;
const add = `mutation ($input: AddCertificationInput!) { addCertification(input: $input) { company { revision } problems { code } } }`;
const invite = `mutation ($input: InviteMemberInput!) { inviteMember(input: $input) { problems { code } } }`;

async function certify(companyId: string, revision: number, scheme: string): Promise<number> {
  const certificate = { scheme, validFrom: '2020-01-01' };
  const input = { companyId, revision, certificate };
  return (await world.ask(world.secretariat, add, { input })).company.revision as number;
}

describe('mergeCompanies', () => {
  it('moves members and certificates, and leads every reference to the other', async () => {
    const from = await world.firm({
      name: { en: 'Old Name' },
      businessNumber: '1248100998',
      region: 'KR-11',
    });
    const into = await world.firm({ name: { en: 'New Name' } });
    const third = await world.firm({ name: { en: 'Third Name' } });
    await world.person('both', { companies: { [from.id]: 'EDITOR', [into.id]: 'VIEWER' } });
    await world.ask(from.owner, invite, {
      input: { companyId: from.id, email: 'guest@example.org', role: 'VIEWER' },
    });
    let revision = await certify(from.id, from.revision, 'SOC_2');
    revision = await certify(from.id, revision, 'ISO_27001');
    let intoRevision = await certify(into.id, into.revision, 'SOC_2');

    const input = { id: from.id, revision, intoId: into.id, intoRevision };
    const { company, problems } = await world.ask(world.secretariat, merge, { input });
    expect(problems).toEqual([]);
    expect(company).toMatchObject({ id: into.id, status: 'APPROVED' });
    const schemes = company.certifications.map((each: { scheme: string }) => each.scheme);
    expect(schemes.toSorted()).toEqual(['ISO_27001', 'SOC_2']);
    const members = company.members.map(
      ({ email, role, state }: { email: string; role: string; state: string }) =>
        `${email} ${role} ${state}`,
    );
    expect(members.toSorted()).toEqual([
      'both@example.org EDITOR ACTIVE',
      'guest@example.org VIEWER INVITED',
      'owner1@example.org OWNER ACTIVE',
      'owner2@example.org OWNER ACTIVE',
    ]);
    expect(await world.ask(someone, look, { id: from.id })).toEqual({
      status: 'MERGED',
      mergedInto: { id: into.id },
    });

    intoRevision = company.revision;
    const onward = {
      id: into.id,
      revision: intoRevision,
      intoId: third.id,
      intoRevision: third.revision,
    };
    expect((await world.ask(world.secretariat, merge, { input: onward })).problems).toEqual([]);
    const references = [
      { __typename: 'Company', id: from.id },
      { __typename: 'Company', businessNumber: '1248100998' },
    ];
    expect(await world.ask(someone, refer, { references })).toEqual([
      { id: third.id, name: { en: 'Third Name' } },
      { id: third.id, name: { en: 'Third Name' } },
    ]);
    const { connection } = world;
    const fact = await modelsOf(connection).facts.findById(`company:${from.id}`).lean();
    expect(fact?.state).toMatchObject({ status: 'MERGED', mergedIntoId: third.id });
  });

  it('refuses itself, what is gone, and what was changed since', async () => {
    const a = await world.firm();
    const b = await world.firm();
    const outcome = async (input: object) =>
      (await world.ask(world.secretariat, merge, { input })).problems;
    const input = { id: a.id, revision: a.revision, intoId: b.id, intoRevision: b.revision };
    expect(await outcome({ ...input, intoId: a.id })).toEqual([
      { code: 'INVALID', path: ['intoId'] },
    ]);
    expect(await outcome({ ...input, intoId: 'none' })).toEqual([
      { code: 'NOT_FOUND', path: ['intoId'] },
    ]);
    expect(await outcome({ ...input, intoRevision: 1 })).toEqual([
      { code: 'STALE', path: ['intoRevision'] },
    ]);
    expect(await outcome({ ...input, revision: 1 })).toEqual([
      { code: 'STALE', path: ['revision'] },
    ]);
    expect(await outcome(input)).toEqual([]);
    expect(
      await outcome({ ...input, revision: a.revision + 1, intoRevision: b.revision + 1 }),
    ).toEqual([{ code: 'WRONG_STATE', path: ['id'] }]);
  });

  it('refuses to import over a company that is gone', async () => {
    const bring = `mutation ($input: ImportCompaniesInput!) { importCompanies(input: $input) { created problems { code path rule } } }`;
    const row = { externalId: 'x', name: { en: 'X' }, kinds: ['SI'], size: 'SME' };
    await world.ask(world.operator, bring, { input: { source: 'gone', rows: [row] } });
    const find = `{ companies(filter: { origin: { source: "gone" } }) { edges { node { id revision } } } }`;
    const { edges } = await world.ask(someone, find);
    const { id, revision } = edges[0].node;
    const into = await world.firm();
    const input = { id, revision, intoId: into.id, intoRevision: into.revision };
    expect((await world.ask(world.secretariat, merge, { input })).problems).toEqual([]);
    const again = await world.ask(world.operator, bring, {
      input: { source: 'gone', rows: [row] },
    });
    expect(again.problems).toEqual([
      { code: 'WRONG_STATE', path: ['rows', '0', 'externalId'], rule: 'COMPANY_GONE' },
    ]);
  });
});

describe('reportRevenue', () => {
  const report = `mutation ($input: ReportRevenueInput!) { reportRevenue(input: $input) { company { revision cloudRevenues { year amount } } problems { code path rule limit found } } }`;

  it('states one amount a year, for insiders only', async () => {
    const { id: companyId, revision, owner } = await world.firm();
    const state = (at: number, year: number, amount: number | null) =>
      world.ask(owner, report, { input: { companyId, revision: at, year, amount } });
    await state(revision, 2023, 60_000_000_000);
    await state(revision + 1, 2024, 1);
    const { company } = await state(revision + 2, 2024, 70_000_000_000);
    expect(company.cloudRevenues).toEqual([
      { year: 2024, amount: 70_000_000_000 },
      { year: 2023, amount: 60_000_000_000 },
    ]);
    const seen = `query ($id: ID!) { company(id: $id) { cloudRevenues { year } } }`;
    expect(await world.ask(someone, seen, { id: companyId })).toEqual({ cloudRevenues: null });
    expect(await world.ask(user('other'), seen, { id: companyId })).toEqual({
      cloudRevenues: null,
    });
    expect((await state(revision + 3, 2023, null)).company.cloudRevenues).toHaveLength(1);
    expect((await state(revision + 4, 1999, 1)).problems).toEqual([
      {
        code: 'INVALID',
        path: ['year'],
        rule: 'YEAR_RANGE',
        limit: expect.stringMatching(/^2010-\d{4}$/),
        found: '1999',
      },
    ]);
  });
});
