/**
 * Live feeds as clients know them: what a cursor promises over replicas, restarts and renewed tokens, and who is told
 * what. Every subscription field of the graph has a row here.
 */
import { readFile } from 'node:fs/promises';

import type { ExecutionResult } from 'graphql';

import { createLog } from '#kit/log.ts';
import { serve, type Served } from '#kit/serve.ts';
import { platformRoles, type Viewer } from '#kit/viewer.ts';
import { readGatewayConfig } from '../gateway/config.ts';
import { createGateway, type Gateway } from '../gateway/gateway.ts';
import { readSupergraph } from '../gateway/supergraph.ts';
import { events } from '../subgraphs/events/subgraph.ts';
import { startTestDatabase, type TestDatabase } from './database.ts';
import { someone, user } from './service.ts';
import { tellFirms } from './told.ts';

const log = createLog('test', 'silent');
const viewerKeys = [{ kid: 'k1', secret: 'a-secret-of-this-test-that-is-long-enough' }];
const secretariat = user('secretariat', { roles: ['SECRETARIAT'] });
const host = user('host', { companies: { firm: 'EDITOR' } });

let database: TestDatabase;
let replicas: Served[];
let gateways: Gateway[];

const startReplica = (port = 0) =>
  serve(
    events,
    { mongoUri: database.uri, environment: {}, log },
    { host: '127.0.0.1', port, viewerKeys, drainMillis: 50 },
  );

/** A gateway of its own before one replica, as a load balancer would have it. */
async function startGateway(replica: Served | undefined): Promise<Gateway> {
  const config = readGatewayConfig({
    PORT: '0',
    VIEWER_KEYS: viewerKeys.map(({ kid, secret }) => `${kid}:${secret}`).join(','),
    SUBGRAPH_URL_EVENTS: replica?.url ?? '',
  });
  const supergraphSdl = await readFile(config.supergraph, 'utf8');
  return createGateway({ supergraphSdl, config, log });
}

beforeAll(async () => {
  database = await startTestDatabase();
  replicas = [await startReplica(), await startReplica()];
  gateways = await Promise.all(replicas.map(startGateway));
  await tellFirms(database.uri, { firm: {} });
});

afterAll(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  await Promise.all(replicas.map((replica) => replica.stop()));
  await database.stop();
});

/** A gateway that runs, by its number. */
function gatewayOf(index: number): Gateway {
  const gateway = gateways[index];
  if (!gateway) throw new Error('There is no such gateway.');
  return gateway;
}

async function announce(title: string, viewer = secretariat, details: object = {}) {
  const query = `mutation ($input: AnnounceEventInput!) {
    announceEvent(input: $input) { event { id } problems { path message } } }`;
  const input = {
    kind: 'TECH_MEETUP',
    title: { en: title },
    organizer: 'The secretariat',
    region: 'KR-11',
    startsAt: '2431-03-01T10:00:00.000Z',
    endsAt: '2431-03-01T12:00:00.000Z',
    ...details,
  };
  // By the gateway that is never restarted.
  const { data } = await gatewayOf(1).execute({ query, variables: { input } }, viewer);
  const payload = data?.['announceEvent'] as { event: { id: string } | null } | undefined;
  if (!payload?.event) throw new Error(JSON.stringify(data));
  return payload.event;
}

interface Told {
  cursor: string;
  event: { id: string; title: { en: string } };
}

const following = `subscription ($after: String) {
  eventAnnounced(after: $after) { cursor event { id title { en } } } }`;

type Feed = AsyncIterableIterator<ExecutionResult>;

async function follow(
  gateway: Gateway,
  after: string | null,
  viewer: Viewer = someone,
  query = following,
): Promise<Feed> {
  const feed = await gateway.subscribe({ query, variables: { after } }, viewer);
  if (!('next' in feed)) throw new Error(JSON.stringify(feed));
  return feed;
}

async function take(feed: Feed, count: number): Promise<Told[]> {
  const found: Told[] = [];
  while (found.length < count) {
    const { value, done } = (await feed.next()) as IteratorResult<ExecutionResult>;
    const told = done ? null : (value.data?.['eventAnnounced'] as Told | null);
    if (!told) throw new Error(`The feed ended: ${JSON.stringify(value)}`);
    found.push(told);
  }
  return found;
}

/** Where the feed is now: behind an event that is announced for this. */
async function here(): Promise<string> {
  const { id } = await announce('Here');
  const { data } = await gatewayOf(1).execute(
    { query: '{ recentNews(first: 1) { edges { node { cursor event { id } } } } }' },
    someone,
  );
  const news = data?.['recentNews'] as { edges: { node: Told }[] } | undefined;
  const newest = news?.edges[0];
  if (newest?.node.event.id !== id) throw new Error('The newest news are about something else.');
  return newest.node.cursor;
}

const titles = (told: Told[]) => told.map(({ event }) => event.title.en);

describe('a cursor', () => {
  it('is good at every gateway and every replica, whichever gave it', async () => {
    let after = await here();
    for (const title of ['one', 'two', 'three', 'four']) await announce(title);
    const seen: string[] = [];
    for (const turn of [0, 1, 0, 1]) {
      const feed = await follow(gatewayOf(turn), after);
      const [told] = await take(feed, 1);
      await feed.return?.();
      seen.push(told?.event.title.en ?? '');
      after = told?.cursor ?? '';
    }
    expect(seen).toEqual(['one', 'two', 'three', 'four']);
  });

  it('loses and doubles nothing over a gateway that is restarted', async () => {
    const after = await here();
    const feed = await follow(gatewayOf(0), after);
    await announce('before');
    const [last] = await take(feed, 1);
    await gatewayOf(0).stop();
    expect((await feed.next()).value).toMatchObject({
      errors: [{ extensions: { code: 'SUBSCRIPTION_CLOSED' } }],
    });
    await announce('meanwhile');
    await announce('meanwhile too');
    gateways[0] = await startGateway(replicas[0]);
    const again = await follow(gatewayOf(0), last?.cursor ?? '');
    await announce('after');
    expect(titles(await take(again, 3))).toEqual(['meanwhile', 'meanwhile too', 'after']);
    await again.return?.();
  });

  it('is kept by the gateway for its clients while a replica is restarted', async () => {
    const feed = await follow(gatewayOf(0), await here());
    await announce('before');
    expect(titles(await take(feed, 1))).toEqual(['before']);
    const { port = 0 } = replicas[0] ?? {};
    await replicas[0]?.stop();
    await announce('meanwhile');
    replicas[0] = await startReplica(port);
    await announce('after');
    expect(titles(await take(feed, 2))).toEqual(['meanwhile', 'after']);
    await feed.return?.();
  });

  it('loses and doubles nothing for readers that come and go while much is told', async () => {
    const start = await here();
    const told = Array.from({ length: 40 }, (_, index) => `burst ${index}`);
    const telling = (async () => {
      for (const title of told) await announce(title);
    })();
    const readers = await Promise.all(
      [1, 3, 7].map(async (step) => {
        const seen: Told[] = [];
        for (let turn = 0; seen.length < told.length; turn += 1) {
          const feed = await follow(gatewayOf(turn % 2), seen.at(-1)?.cursor ?? start);
          seen.push(...(await take(feed, Math.min(step, told.length - seen.length))));
          await feed.return?.();
        }
        return titles(seen);
      }),
    );
    await telling;
    for (const seen of readers) expect(seen).toEqual(told);
  });

  it.each(['', 'nonsense', 'Wzk5OTk5OTk5XQ'])(
    'that the feed never gave is refused: %j',
    async (after) => {
      const feed = await gatewayOf(0).subscribe(
        { query: following, variables: { after } },
        someone,
      );
      const result = 'next' in feed ? ((await feed.next()).value as ExecutionResult) : feed;
      expect(result).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    },
  );
});

/** One viewer of each kind. */
const viewers: [string, Viewer][] = [
  ['VISITOR', someone],
  ['USER', user('u-user')],
  ['OWNER', user('u-owner', { companies: { other: 'OWNER' } })],
  ['EDITOR of the host', host],
  ...platformRoles.map((role): [string, Viewer] => [role, user(`u-${role}`, { roles: [role] })]),
];

/** How each subscription field shows that it tells a viewer only of what they may see. */
const walks: Record<string, (viewer: Viewer) => Promise<void>> = {
  eventAnnounced: async (viewer) => {
    const feed = await follow(gatewayOf(0), await here(), viewer);
    const [open, own] = [await announce('open'), await announce('own', host, { hostId: 'firm' })];
    const told = await take(feed, 2);
    await feed.return?.();
    expect(told.map(({ event }) => event.id)).toEqual([open.id, own.id]);
    for (const { event } of told) {
      const query = `query ($id: ID!) { event(id: $id) { id title { en } } }`;
      const { data } = await gatewayOf(0).execute({ query, variables: { id: event.id } }, viewer);
      // Whoever is told of an event may read it, as it was told.
      expect(JSON.parse(JSON.stringify(data))).toEqual({ event });
    }
  },
};

/** Feeds of one firm's or one talk's own, which the stories of these walk, role by role. */
const elsewhere: Record<string, string> = {
  assemblyProgress: 'test/consortia/searches.test.ts',
  consultationMessages: 'test/companies/consultations.test.ts',
};

describe('what subscribers are told', () => {
  it('is walked for every subscription field', async () => {
    const sdl = await readFile('schema/supergraph.graphql', 'utf8');
    const { apiSchema } = await readSupergraph(sdl, 'APOLLO', log);
    const fields = Object.keys(apiSchema.getSubscriptionType()?.getFields() ?? {});
    expect(Object.keys({ ...walks, ...elsewhere }).toSorted()).toEqual(fields.toSorted());
    for (const [field, file] of Object.entries(elsewhere))
      expect(await readFile(file, 'utf8')).toContain(`${field}(`);
  });

  const each = Object.entries(walks).flatMap(([field, walk]) =>
    viewers.map(([role, viewer]) => ({ field, role, walk, viewer })),
  );
  it.each(each)('of $field may be read by $role', async ({ walk, viewer }) => {
    expect.hasAssertions();
    await walk(viewer);
  });

  const withSeats = `subscription ($after: String) {
    eventAnnounced(after: $after) { cursor event { id title { en } seats { totalCount } } } }`;

  it('holds what only some may see for these alone, in one and the same feed', async () => {
    const after = await here();
    const { id } = await announce('with seats', host, { hostId: 'firm', capacity: 5 });
    const first = async (viewer: Viewer): Promise<ExecutionResult> => {
      const feed = await follow(gatewayOf(0), after, viewer, withSeats);
      const { value } = (await feed.next()) as { value: ExecutionResult };
      await feed.return?.();
      return JSON.parse(JSON.stringify(value)) as ExecutionResult;
    };
    expect(await first(host)).toMatchObject({
      data: { eventAnnounced: { event: { id, seats: { totalCount: 0 } } } },
    });
    const stranger = await first(user('stranger', { companies: { rival: 'OWNER' } }));
    expect(stranger.data?.['eventAnnounced'] ?? null).toBeNull();
    expect(stranger.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(
      await gatewayOf(0).subscribe({ query: withSeats, variables: { after } }, someone),
    ).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });

  it('shows nobody the seat of another who follows the same', async () => {
    const query = `subscription ($after: String) {
      eventAnnounced(after: $after) { cursor event { id title { en } ownSeat { status } } } }`;
    const after = await here();
    const going = user('going');
    const { id } = await announce('own seat', host, { hostId: 'firm', capacity: 5 });
    const attend = `mutation { attendEvent(input: { eventId: "${id}" }) { seat { status } } }`;
    expect(await gatewayOf(0).execute({ query: attend }, going)).toMatchObject({
      data: { attendEvent: { seat: { status: 'GOING' } } },
    });
    const [own, other] = await Promise.all(
      [going, user('other')].map((viewer) => follow(gatewayOf(0), after, viewer, query)),
    );
    // A public feed is seen as by a visitor, who has no seat: by everybody alike.
    for (const feed of [own, other]) {
      const { value } = (await feed?.next()) ?? {};
      await feed?.return?.();
      expect(JSON.parse(JSON.stringify(value))).toMatchObject({
        data: { eventAnnounced: { event: { id, ownSeat: null } } },
      });
    }
  });
});
