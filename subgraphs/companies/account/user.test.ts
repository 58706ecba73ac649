import { startCompanies, type CompaniesWorld } from '../../../test/companies/companies.ts';
import { someone } from '../../../test/service.ts';

let world: CompaniesWorld;
beforeAll(async () => {
  world = await startCompanies();
});
afterAll(() => world.stop());

const entities = `query ($references: [_Any!]!) { _entities(representations: $references) { ... on User { name email roles memberships { id } } } }`;

describe('a user', () => {
  it('is seen by name; e-mail, roles and memberships by the user and the secretariat', async () => {
    const ada = await world.person('ada', { roles: ['REVIEWER'] });
    const references = [{ __typename: 'User', id: ada.userId }];
    const seenBy = async (viewer: typeof ada) =>
      (await world.ask<object[]>(viewer, entities, { references }))[0];
    const all = { name: 'ada', email: 'ada@example.org', roles: ['REVIEWER'], memberships: [] };
    expect(await seenBy(ada)).toEqual(all);
    expect(await seenBy(world.secretariat)).toEqual(all);
    expect(await seenBy(world.operator)).toEqual({ ...all, email: null, memberships: null });
    const little = { name: 'ada', email: null, roles: null, memberships: null };
    expect(await seenBy(await world.person('bob'))).toEqual(little);
    expect(await seenBy(someone)).toEqual(little);
  });

  it('is nobody for a visitor', async () => {
    expect(await world.ask(someone, '{ me { id } }')).toBeNull();
  });
});
