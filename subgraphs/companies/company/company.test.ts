import { startCompanies, type CompaniesWorld } from '../../../test/companies/companies.ts';
import { someone, user } from '../../../test/service.ts';

let world: CompaniesWorld;
beforeAll(async () => {
  world = await startCompanies();
});
afterAll(() => world.stop());

const samsung = '124-81-00998';
const register = /* GraphQL */ `
  mutation ($input: RegisterCompanyInput!) {
    registerCompany(input: $input) {
      company {
        id
        revision
        status
        businessNumber
        name {
          ko
          en
        }
        kinds
        capacity
        sectors {
          code
        }
        members {
          role
          state
          user {
            name
          }
        }
      }
      problems {
        code
        path
        rule
      }
    }
  }
`;
const update = /* GraphQL */ `
  mutation ($input: UpdateCompanyInput!) {
    updateCompany(input: $input) {
      company {
        revision
        capacity
        website
        description {
          ko
        }
      }
      problems {
        code
        path
        rule
      }
    }
  }
`;
const look = /* GraphQL */ `
  query ($id: ID, $businessNumber: String) {
    company(id: $id, businessNumber: $businessNumber) {
      id
      status
      statusReason
    }
  }
`;

describe('registerCompany', () => {
  const draft = {
    // Decomposed Hangul, as some keyboards and file systems give it.
    name: { ko: '  삼성전자 '.normalize('NFD'), en: 'Samsung  Electronics' },
    businessNumber: samsung,
    kinds: ['SAAS', 'IAAS', 'SAAS'],
    sectors: ['healthcare'],
    region: 'KR-41',
    size: 'LARGE',
  };

  it('keeps a company, pending, with the viewer as its owner, and refuses its number a second time', async () => {
    const viewer = await world.person('ada');
    const { company, problems } = await world.ask(viewer, register, { input: draft });
    expect(problems).toEqual([]);
    expect(company).toMatchObject({
      revision: 1,
      status: 'PENDING',
      businessNumber: '1248100998',
      name: { ko: '삼성전자', en: 'Samsung Electronics' },
      kinds: ['IAAS', 'SAAS'],
      capacity: 3,
      sectors: [{ code: 'healthcare' }],
      // The token does not know the new company yet.
      members: null,
    });
    const acting = user(viewer.userId ?? '', { companies: { [company.id]: 'OWNER' } });
    const members = /* GraphQL */ `
      query ($id: ID!) {
        company(id: $id) {
          members {
            role
            state
            user {
              name
            }
          }
        }
      }
    `;
    expect(await world.ask(acting, members, { id: company.id })).toEqual({
      members: [{ role: 'OWNER', state: 'ACTIVE', user: { name: 'ada' } }],
    });
    expect(await world.ask(viewer, register, { input: draft })).toEqual({
      company: null,
      problems: [{ code: 'TAKEN', path: ['businessNumber'], rule: null }],
    });
  });

  it('names every fault at once, each with its path', async () => {
    const viewer = await world.person('bob');
    const input = {
      name: { ko: ' ', en: '' },
      businessNumber: '124-81-00997',
      kinds: [],
      sectors: ['general', 'astrology'],
      region: 'KR-11',
      size: 'SME',
      website: 'javascript:alert(1)',
      capacity: -1,
    };
    const { company, problems } = await world.ask(viewer, register, { input });
    expect(company).toBeNull();
    expect(problems).toEqual([
      { code: 'INVALID', path: ['name'], rule: 'TEXT_EMPTY' },
      { code: 'INVALID', path: ['businessNumber'], rule: 'BUSINESS_NUMBER_CHECK_DIGIT' },
      { code: 'INVALID', path: ['kinds'], rule: null },
      { code: 'NOT_FOUND', path: ['sectors', '1'], rule: null },
      { code: 'INVALID', path: ['website'], rule: null },
      { code: 'INVALID', path: ['capacity'], rule: null },
    ]);
  });

  it('asks a firm in Korea for its number, and no other', async () => {
    const viewer = await world.person('carol');
    const input = { name: { en: 'C' }, kinds: ['SI'], region: 'KR-11', size: 'SME' };
    const { problems } = await world.ask(viewer, register, { input });
    expect(problems).toEqual([
      { code: 'INVALID', path: ['businessNumber'], rule: 'BUSINESS_NUMBER_NEEDED' },
    ]);
    const abroad = await world.ask(viewer, register, { input: { ...input, region: 'JP' } });
    expect(abroad.company).toMatchObject({ status: 'PENDING', businessNumber: null });
  });

  it('answers a repeat with the same key by the same company', async () => {
    const viewer = await world.person('dora');
    const input = {
      idempotencyKey: 'dora-registers-once',
      name: { en: 'Dora' },
      kinds: ['SI'],
      region: 'US',
      size: 'MICRO',
    };
    const first = await world.ask(viewer, register, { input });
    const second = await world.ask(viewer, register, { input });
    expect(second.company.id).toBe(first.company.id);
  });
});

describe('updateCompany', () => {
  it('changes what is given, takes away what is null and leaves the rest', async () => {
    const { id, revision, owner } = await world.firm({
      website: 'https://example.org',
      description: { ko: '설명' },
    });
    const input = { id, revision, capacity: 0, website: null };
    expect(await world.ask(owner, update, { input })).toEqual({
      company: {
        revision: revision + 1,
        capacity: 0,
        website: null,
        description: { ko: '설명' },
      },
      problems: [],
    });
  });

  it('refuses a revision that is not the newest, and to take away what is needed', async () => {
    const { id, revision, owner } = await world.firm();
    const old = await world.ask(owner, update, { input: { id, revision: revision - 1 } });
    expect(old.problems).toMatchObject([{ code: 'STALE', path: ['revision'] }]);
    const input = { id, revision, name: null, kinds: null };
    const { problems } = await world.ask(owner, update, { input });
    expect(problems).toMatchObject([
      { code: 'INVALID', path: ['name'] },
      { code: 'INVALID', path: ['kinds'] },
    ]);
  });
});

describe('company', () => {
  it('shows a pending company to its members and the secretariat only', async () => {
    const { id, owner } = await world.firm({}, 'PENDING');
    expect(await world.ask(owner, look, { id })).toMatchObject({ id });
    expect(await world.ask(world.secretariat, look, { id })).toMatchObject({ id });
    expect(await world.ask(someone, look, { id })).toBeNull();
    expect(await world.ask(await world.person('eve'), look, { id })).toBeNull();
  });

  it('finds a company by its number, with or without hyphens', async () => {
    const { id } = await world.firm({ businessNumber: '220-81-62517', region: 'KR-41' });
    for (const businessNumber of ['2208162517', '220-81-62517'])
      expect(await world.ask(someone, look, { businessNumber })).toMatchObject({ id });
    expect(await world.ask(someone, look, { businessNumber: '102-81-42945' })).toBeNull();
  });

  it('takes exactly one of id and number', async () => {
    expect(await world.codes(someone, look)).toEqual(['BAD_USER_INPUT']);
    expect(await world.codes(someone, look, { id: 'a', businessNumber: samsung })).toEqual([
      'BAD_USER_INPUT',
    ]);
  });
});
