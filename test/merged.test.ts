/** Two records of one firm made one: what either was named by in any subgraph reaches the one that stays. */
import type { Viewer } from '#kit/viewer.ts';
import type { Platform } from '../infra/platform.ts';
import { startTestPlatform } from './platform.ts';
import { someone, user } from './service.ts';
import { mutationText } from './mutation.ts';

let platform: Platform;
beforeAll(async () => {
  platform = await startTestPlatform();
  await platform.caughtUp();
});
afterAll(() => platform.stop());

const operator = user('operator', { roles: ['OPERATOR'] });
const secretariat = user('secretariat', { roles: ['SECRETARIAT'] });

async function ask<Data>(viewer: Viewer, query: string, variables: object = {}): Promise<Data> {
  const { data, errors } = await platform.execute({ query, variables: { ...variables } }, viewer);
  if (errors) throw new AggregateError(errors, errors.map(({ message }) => message).join('\n'));
  return structuredClone(data) as Data;
}

async function change<Fields>(
  viewer: Viewer,
  mutation: string,
  input: object,
  fields: string,
): Promise<Fields> {
  const query = mutationText(mutation, `${fields} problems { code path message }`, 'outcome');
  const { outcome } = await ask<{ outcome: Fields & { problems: object[] } }>(viewer, query, {
    input,
  });
  expect(outcome.problems).toEqual([]);
  return outcome;
}

it('reaches the one that stays from services, events and projects, and lets its people go on', async () => {
  const rows = ['Old', 'New'].map((name) => ({
    externalId: name,
    name: { en: name },
    kinds: ['IAAS'],
    size: 'SME',
  }));
  await change(operator, 'importCompanies', { source: 'merged', rows }, 'created');
  await platform.caughtUp();
  const found = await ask<{
    companies: { edges: { node: { id: string; revision: number; name: { en: string } } }[] };
  }>(
    operator,
    `{ companies(filter: { origin: { source: "merged" } }) { edges { node { id revision name { en } } } } }`,
  );
  const named = new Map(found.companies.edges.map(({ node }) => [node.name.en, node]));
  const [old, stays] = [named.get('Old'), named.get('New')];
  if (!old || !stays) throw new Error('Both firms are there.');
  const before = user('mina', { companies: { [old.id]: 'OWNER' } });
  const after = user('mina', { companies: { [stays.id]: 'OWNER' } });
  const text = { en: 'Kept' };
  const { service } = await change<{ service: { id: string } }>(
    before,
    'draftService',
    { providerId: old.id, name: text },
    'service { id }',
  );
  const { event } = await change<{ event: { id: string } }>(
    before,
    'announceEvent',
    {
      kind: 'TECH_MEETUP',
      hostId: old.id,
      region: 'KR-11',
      title: text,
      startsAt: '2431-01-01T00:00:00Z',
      endsAt: '2431-01-01T02:00:00Z',
      timeZone: 'Asia/Seoul',
    },
    'event { id }',
  );
  const { project } = await change<{ project: { id: string; revision: number } }>(
    before,
    'draftProject',
    { leadCompanyId: old.id, title: text, summary: text, sector: 'finance' },
    'project { id revision }',
  );

  const merge = {
    id: old.id,
    revision: old.revision,
    intoId: stays.id,
    intoRevision: stays.revision,
  };
  await change(secretariat, 'mergeCompanies', merge, 'company { id }');
  await platform.caughtUp();

  const reached = await ask(
    after,
    `query ($service: ID!, $event: ID!, $project: ID!) {
      service(id: $service) { provider { id name { en } } }
      event(id: $event) { host { id name { en } } }
      project(id: $project) { revision leadCompany { id name { en } } }
    }`,
    { service: service.id, event: event.id, project: project.id },
  );
  const company = { id: stays.id, name: { en: 'New' } };
  expect(reached).toEqual({
    service: { provider: company },
    event: { host: company },
    // The draft was given over, which is a change of it.
    project: { revision: project.revision + 1, leadCompany: company },
  });
  await change(
    after,
    'updateProject',
    { id: project.id, revision: project.revision + 1, summary: { en: 'Changed after' } },
    'project { id }',
  );
  const look = `query ($id: ID!) { company(id: $id) { status mergedInto { id } } }`;
  expect(await ask(someone, look, { id: old.id })).toEqual({
    company: { status: 'MERGED', mergedInto: { id: stays.id } },
  });
});
