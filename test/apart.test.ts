import { readFile } from 'node:fs/promises';

import { createLog } from '#kit/log.ts';
import { connect } from '#kit/mongo.ts';
import { serve, type Served } from '#kit/serve.ts';
import { readGatewayConfig } from '../gateway/config.ts';
import { createGateway, type Gateway } from '../gateway/gateway.ts';
import { subgraphs } from '../infra/platform.ts';
import { startTestDatabase, type TestDatabase } from './database.ts';
import { someone, user } from './service.ts';

const log = createLog('test', 'silent');
const viewerKeys = [{ kid: 'k1', secret: 'a-secret-of-this-test-that-is-long-enough' }];

let database: TestDatabase;
let served: Served[];
let gateway: Gateway;

beforeAll(async () => {
  database = await startTestDatabase();
  served = await Promise.all(
    subgraphs.map((subgraph) =>
      serve(
        subgraph,
        { mongoUri: database.uri, environment: {}, log },
        { host: '127.0.0.1', port: 0, viewerKeys },
      ),
    ),
  );
  const urls = subgraphs.map(({ name }, index) => [
    `SUBGRAPH_URL_${name.toUpperCase()}`,
    served[index]?.url,
  ]);
  const environment = {
    PORT: '0',
    VIEWER_KEYS: viewerKeys.map(({ kid, secret }) => `${kid}:${secret}`).join(','),
    ...Object.fromEntries(urls),
  };
  const config = readGatewayConfig(environment);
  const supergraphSdl = await readFile(config.supergraph, 'utf8');
  gateway = await createGateway({ supergraphSdl, config, log });
});

afterAll(async () => {
  await gateway.stop();
  await Promise.all(served.map((each) => each.stop()));
  await database.stop();
});

it('answers from every subgraph over HTTP what it answers in one process', async () => {
  const query = /* GraphQL */ `
    {
      sectors {
        code
      }
      techMaps(first: 1) {
        totalCount
      }
      programmes(first: 1) {
        totalCount
      }
      events(first: 1) {
        totalCount
      }
      services(first: 1) {
        totalCount
      }
      companies(first: 1) {
        totalCount
      }
      marketplaces {
        code
      }
    }
  `;
  const { data, errors } = await gateway.execute({ query }, someone);
  expect(errors).toBeUndefined();
  expect(data).toMatchObject({
    techMaps: { totalCount: 0 },
    programmes: { totalCount: 0 },
    events: { totalCount: 0 },
    services: { totalCount: 0 },
    companies: { totalCount: 0 },
  });
});

const announceEvent = /* GraphQL */ `
  mutation ($input: AnnounceEventInput!) {
    announceEvent(input: $input) {
      event {
        status
      }
      problems {
        path
        message
      }
    }
  }
`;
const day = 86_400_000;
const input = {
  kind: 'TECH_MEETUP',
  organizer: 'The secretariat',
  region: 'KR-11',
  title: { en: 'Cloud night' },
  startsAt: new Date(Date.now() + day).toISOString(),
  endsAt: new Date(Date.now() + day + 3_600_000).toISOString(),
  timeZone: 'Asia/Seoul',
};

it('hands the signed viewer over, and a live feed comes through', async () => {
  const staff = user('0198c0de-0000-7000-8000-000000000001', { roles: ['SECRETARIAT'] });
  const feed = await gateway.subscribe(
    { query: 'subscription { eventAnnounced { kind event { title { en } host { id } } } }' },
    someone,
  );
  if (!('next' in feed)) throw new Error(JSON.stringify(feed));
  const first = feed.next();
  // A feed says nothing when it begins; so announce until it tells.
  const told = { value: null as unknown };
  void first.then(({ value }) => (told.value = value));
  while (told.value === null) {
    const announced = await gateway.execute({ query: announceEvent, variables: { input } }, staff);
    expect(announced).toMatchObject({
      data: { announceEvent: { event: { status: 'ANNOUNCED' }, problems: [] } },
    });
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  expect(told.value).toMatchObject({
    data: { eventAnnounced: { kind: 'ANNOUNCED', event: { title: { en: 'Cloud night' } } } },
  });
  await feed.return?.();
});

it('answers nobody but the gateway', async () => {
  for (const { url } of served) {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ _service { sdl } }' }),
    });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
  }
});

it('keeps what each subgraph owns in a database of its own', async () => {
  const connection = await connect(database.uri, 'admin');
  const { databases } = (await connection.db?.admin().listDatabases()) ?? { databases: [] };
  await connection.close();
  const names = databases.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(subgraphs.map(({ name }) => `oca_${name}`)));
});
