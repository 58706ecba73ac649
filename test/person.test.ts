/** What the platform keeps of a person: handed out by one question, and forgotten everywhere when they ask. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { connect } from '#kit/mongo.ts';
import { verifyAudit } from '#kit/audit.ts';
import type { Viewer } from '#kit/viewer.ts';
import type { Platform } from '../infra/platform.ts';
import { answerOf, startTestPlatform } from './platform.ts';
import { user } from './service.ts';
import { mutationText } from './mutation.ts';

let platform: Platform;
beforeAll(async () => {
  platform = await startTestPlatform();
  await platform.caughtUp();
});
afterAll(() => platform.stop());

const operator = user('operator', { roles: ['OPERATOR'] });
const secretariat = user('secretariat', { roles: ['SECRETARIAT'] });
const password = 'correct horse battery';

async function change<Fields>(
  viewer: Viewer,
  mutation: string,
  input: object,
  fields: string,
): Promise<Fields> {
  const query = mutationText(mutation, `${fields} problems { code path message }`);
  type Outcome = Fields & { problems: object[] };
  const outcome = await answerOf<Outcome>(platform, viewer, query, { input });
  expect(outcome.problems).toEqual([]);
  return outcome;
}

async function person(name: string): Promise<Viewer> {
  const account = { name, email: `${name}@example.org`, password };
  const made = await change<{ user: { id: string } }>(
    operator,
    'provisionUser',
    account,
    'user { id }',
  );
  return user(made.user.id);
}

async function ask(viewer: Viewer, query: string): Promise<Record<string, unknown>> {
  const { data, errors } = await platform.execute({ query }, viewer);
  expect(errors).toBeUndefined();
  return { ...data };
}

const meetup = {
  kind: 'TECH_MEETUP',
  organizer: 'The secretariat',
  region: 'KR-11',
  title: { en: 'Meetup' },
  startsAt: '2431-01-01T09:00:00Z',
  endsAt: '2431-01-01T12:00:00Z',
  timeZone: 'Asia/Seoul',
  capacity: 1,
};
const everything = `{ ownData me { eventsData techmapsData consortiaData marketplaceData } }`;
const names = ['events', 'techmaps', 'consortia', 'marketplace'] as const;

/** What a person left: a seat at a full event, a saved filter, a place among reviewers, a map. */
async function leaveTraces(viewer: Viewer, eventId: string): Promise<void> {
  await change(viewer, 'attendEvent', { eventId }, 'seat { status }');
  await change(
    viewer,
    'saveFilter',
    { name: 'Mine', filter: {}, notify: true },
    'savedFilter { id }',
  );
  const connection = await connect(platform.mongoUri, 'oca_consortia');
  await connection.collection<{ _id: string } & Record<string, unknown>>('reviewers').insertOne({
    _id: `reviewer-${viewer.userId}`,
    userId: viewer.userId,
    name: { ko: null, en: 'A Person' },
    technologyIds: [],
    affiliations: [],
    mostReviews: 3,
    isActive: true,
    revision: 1,
  });
  await connection.close();
  const staff: Viewer = { ...viewer, roles: ['SECRETARIAT'] };
  const code = `map-${viewer.userId?.slice(-8)}`;
  await change(staff, 'createTechMap', { code, name: { en: 'Map' } }, 'map { id }');
}

async function announced(): Promise<string> {
  const { event } = await change<{ event: { id: string } }>(
    secretariat,
    'announceEvent',
    meetup,
    'event { id }',
  );
  return event.id;
}

it('hands out what every subgraph keeps of a person, to them alone', async () => {
  const viewer = await person('mina');
  await leaveTraces(viewer, await announced());
  const { ownData, me } = (await ask(viewer, everything)) as {
    ownData: string;
    me: Record<string, string>;
  };
  expect(JSON.parse(ownData)).toMatchObject({ account: { email: 'mina@example.org' } });
  const events = JSON.parse(me['eventsData'] ?? '{}') as Record<string, unknown[]>;
  expect(events).toMatchObject({
    seats: [{ status: 'GOING' }],
    savedFilters: [{ name: 'Mine' }],
    deeds: [{ mutation: 'saveFilter' }, { mutation: 'attendEvent' }],
  });
  expect(JSON.stringify(events)).not.toContain('secretHash');
  expect(JSON.parse(me['techmapsData'] ?? '{}')).toMatchObject({ versions: [{ number: 1 }] });
  expect(JSON.parse(me['consortiaData'] ?? '{}')).toMatchObject({
    reviewers: [{ name: { en: 'A Person' } }],
  });
  expect(JSON.parse(me['marketplaceData'] ?? '{}')).toMatchObject({ services: [], deeds: [] });
});

it('shows nobody what is kept of somebody else', async () => {
  const firm = { externalId: 'f', name: { en: 'Firm' }, kinds: ['IAAS'], size: 'SME' };
  await change(operator, 'importCompanies', { source: 'person', rows: [firm] }, 'created');
  const find = `{ companies(filter: { origin: { source: "person" } }) { edges { node { id } } } }`;
  const { companies } = (await ask(operator, find)) as {
    companies: { edges: { node: { id: string } }[] };
  };
  const companyId = companies.edges[0]?.node.id;
  const account = { name: 'Jun', email: 'jun@example.org', password };
  const memberships = [{ companyId, role: 'OWNER' }];
  await change(operator, 'provisionUser', { ...account, memberships }, 'user { id }');
  const data = names.map((name) => `${name}Data`).join(' ');
  const query = `{ company(id: "${companyId}") { members { user { name ${data} } } } }`;
  expect(await ask(secretariat, query)).toEqual({
    company: {
      members: [
        {
          user: {
            name: 'Jun',
            ...Object.fromEntries(names.map((name) => [`${name}Data`, null])),
          },
        },
      ],
    },
  });
});

it('forgets a person everywhere: their seat goes to who is next, their deeds name nobody', async () => {
  const [viewer, next] = [await person('sora'), await person('next')];
  const eventId = await announced();
  await leaveTraces(viewer, eventId);
  await change(next, 'attendEvent', { eventId }, 'seat { status }');
  await change(viewer, 'eraseAccount', { currentPassword: password }, 'user { name email }');
  await platform.caughtUp();

  const { ownSeats } = (await ask(
    next,
    `{ ownSeats(first: 5) { edges { node { status } } } }`,
  )) as {
    ownSeats: object;
  };
  expect(ownSeats).toEqual({ edges: [{ node: { status: 'GOING' } }] });
  for (const name of ['companies', ...names]) {
    const connection = await connect(platform.mongoUri, `oca_${name}`);
    for (const { name: collection } of await connection.listCollections()) {
      const found = await connection
        .collection(collection)
        .find({ userId: viewer.userId })
        .toArray();
      const kept = found.filter((record) => !('mutation' in record) || record['input'] !== null);
      // The last deed of all is that they asked to be forgotten, and a reviewer stays by an id alone.
      expect(kept.map((record) => record['mutation'] ?? record['name'])).toEqual(
        collection === 'audit' && name === 'companies'
          ? ['eraseAccount']
          : collection === 'reviewers'
            ? [{ ko: null, en: '—' }]
            : [],
      );
    }
    expect((await verifyAudit(connection)).faults).toEqual([]);
    await connection.close();
  }
});

it.each(names)('knows every field of %s that names a person', async (name) => {
  const folder = join(import.meta.dirname, '../subgraphs', name);
  const traced = await readFile(join(folder, 'person/person.ts'), 'utf8');
  const files = await readdir(folder, { recursive: true });
  for (const file of files.filter((each) => each.endsWith('.model.ts'))) {
    const source = await readFile(join(folder, file), 'utf8');
    for (const [, field] of source.matchAll(/^\s+(userId|\w+By)\??: (?:string|\{ type: String)/gm))
      expect([file, traced]).toEqual([file, expect.stringContaining(String(field))]);
  }
});
