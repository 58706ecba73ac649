/** Events that repeat: announced together, changed together or one by one. */
import type { Viewer } from '#kit/viewer.ts';
import { someone, user } from '../service.ts';
import { tellFirms } from '../told.ts';
import { startEvents, type TestEvents } from './events.ts';

let world: TestEvents;
const host = user('host', { companies: { firm: 'EDITOR' } });
const secretariat = user('secretariat', { roles: ['SECRETARIAT'] });

beforeAll(async () => {
  world = await startEvents();
  await tellFirms(world.uri, { firm: {} });
  await world.service.caughtUp();
});

afterAll(() => world.stop());

interface Payload {
  series: { id: string; revision: number } | null;
  changedCount?: number | null;
  cancelledCount?: number | null;
  problems: { code: string; path: string[] }[];
}

function run(viewer: Viewer, name: string, input: object): Promise<Payload> {
  const count = { changeSeries: 'changedCount', cancelSeries: 'cancelledCount' }[name] ?? '';
  const fields = `${count} series { id revision } problems { code path }`;
  return world.run(viewer, name, input, fields);
}

function monthly(more: object = {}) {
  return {
    hostId: 'firm',
    kind: 'TECH_MEETUP',
    title: { ko: '정기 밋업' },
    region: 'KR-11',
    startsAt: '2435-01-09T10:00:00Z',
    endsAt: '2435-01-09T12:00:00Z',
    rule: 'FREQ=MONTHLY;BYDAY=2TU;COUNT=4',
    ...more,
  };
}

async function announced(more: object = {}): Promise<string> {
  const { series, problems } = await run(host, 'announceSeries', monthly(more));
  if (!series) throw new Error(JSON.stringify(problems));
  return series.id;
}

interface Occurrence {
  id: string;
  startsAt: string;
  endsAt: string;
  status: string;
  venue: string | null;
  sequence: number;
  series: { id: string };
}

/** Occurrences of a series, found by the events of its host. */
async function occurrences(seriesId: string): Promise<Occurrence[]> {
  const { events: page } = await world.ask(
    someone,
    `{ events(first: 100, filter: { hostId: "firm", includeCancelled: true }) { edges {
      node { id startsAt endsAt status venue sequence series { id } } } } }`,
  );
  const all = (page as { edges: { node: Occurrence }[] }).edges.map(({ node }) => node);
  return all.filter(({ series }) => series.id === seriesId);
}

async function told(seriesId: string): Promise<string[]> {
  const { recentNews } = await world.ask(
    someone,
    `{ recentNews(first: 100) { edges { node { kind event { startsAt series { id } } } } } }`,
  );
  const page = recentNews as {
    edges: { node: { kind: string; event: { startsAt: string; series: { id: string } } } }[];
  };
  return page.edges
    .map(({ node }) => node)
    .filter(({ event }) => event.series.id === seriesId)
    .map(({ kind, event }) => `${kind} ${event.startsAt.slice(0, 10)}`);
}

it('announces each occurrence as an event of its own, and tells of the first', async () => {
  const id = await announced();
  const all = await occurrences(id);
  expect(all.map(({ startsAt }) => startsAt.slice(0, 10))).toEqual([
    '2435-01-09',
    '2435-02-13',
    '2435-03-13',
    '2435-04-10',
  ]);
  expect(all[1]?.endsAt).toBe('2435-02-13T12:00:00.000Z');
  expect(await told(id)).toEqual(['ANNOUNCED 2435-01-09']);
  const { event } = await world.ask(
    someone,
    `query ($id: ID!) { event(id: $id) { series { rule timeZone host { id } occurrences(first: 1) { totalCount } } } }`,
    { id: all[3]?.id },
  );
  expect(event).toEqual({
    series: {
      rule: 'FREQ=MONTHLY;BYDAY=2TU;COUNT=4',
      timeZone: 'Asia/Seoul',
      host: { id: 'firm' },
      occurrences: { totalCount: 4 },
    },
  });
});

it('changes the occurrences from an instant on, and tells of the first and of those with seats', async () => {
  const id = await announced();
  const before = await occurrences(id);
  await world.ask(
    user('goer'),
    `mutation ($id: ID!) { attendEvent(input: { eventId: $id }) { seat { id } } }`,
    { id: before[3]?.id },
  );
  const change = { id, revision: 1, from: '2435-02-01T00:00:00Z', venue: '시청', moveMinutes: 30 };
  const { changedCount, series } = await run(host, 'changeSeries', change);
  expect([changedCount, series?.revision]).toEqual([3, 2]);
  const after = await occurrences(id);
  expect(after.map(({ venue, startsAt, sequence }) => `${venue} ${startsAt} ${sequence}`)).toEqual([
    'null 2435-01-09T10:00:00.000Z 0',
    '시청 2435-02-13T10:30:00.000Z 1',
    '시청 2435-03-13T10:30:00.000Z 1',
    '시청 2435-04-10T10:30:00.000Z 1',
  ]);
  expect(await told(id)).toEqual([
    'CHANGED 2435-04-10',
    'CHANGED 2435-02-13',
    'ANNOUNCED 2435-01-09',
  ]);
});

it('lets one occurrence go its own way', async () => {
  const id = await announced();
  const [first, second] = await occurrences(id);
  await world.ask(
    host,
    `mutation ($id: ID!) { cancelEvent(input: { id: $id, revision: 1 }) { event { id } } }`,
    { id: first?.id },
  );
  await world.ask(
    host,
    `mutation ($id: ID!) { changeEvent(input: { id: $id, revision: 1, venue: "부산" }) { event { id } } }`,
    { id: second?.id },
  );
  const { changedCount } = await run(host, 'changeSeries', { id, revision: 1, venue: '부산' });
  expect(changedCount).toBe(2);
  const { cancelledCount } = await run(host, 'cancelSeries', {
    id,
    revision: 2,
    from: '2435-03-01T00:00:00Z',
    reason: { ko: '행사장 공사' },
  });
  expect(cancelledCount).toBe(2);
  expect((await occurrences(id)).map(({ status }) => status)).toEqual([
    'CANCELLED',
    'ANNOUNCED',
    'CANCELLED',
    'CANCELLED',
  ]);
  const late = await run(host, 'cancelSeries', { id, revision: 3, from: '2435-03-01T00:00:00Z' });
  expect(late.problems).toEqual([{ code: 'WRONG_STATE', path: ['from'] }]);
});

it('names every fault of event and rule at once', async () => {
  const { problems } = await run(
    host,
    'announceSeries',
    monthly({ title: {}, rule: 'FREQ=WEEKLY', capacity: 0 }),
  );
  expect(problems.map(({ path }) => path.join('.'))).toEqual(['title', 'capacity', 'rule']);
});

it('refuses a move too far or into the past, and an old revision', async () => {
  const id = await announced();
  const far = await run(host, 'changeSeries', { id, revision: 1, moveMinutes: 20_000 });
  expect(far.problems).toEqual([{ code: 'INVALID', path: ['moveMinutes'] }]);
  const old = await run(host, 'changeSeries', { id, revision: 7, venue: '어딘가' });
  expect(old.problems).toEqual([{ code: 'STALE', path: ['revision'] }]);
  const none = await run(host, 'changeSeries', { id: 'none', revision: 1 });
  expect(none.problems).toEqual([{ code: 'NOT_FOUND', path: ['id'] }]);
});

describe('who may', () => {
  it.each<[string, Viewer, string | null]>([
    ['a visitor', someone, 'UNAUTHENTICATED'],
    ['an editor', host, null],
    ['a viewer of the firm', user('viewer', { companies: { firm: 'VIEWER' } }), 'FORBIDDEN'],
    ['another firm', user('rival', { companies: { rival: 'OWNER' } }), 'FORBIDDEN'],
    ['an operator', user('operator', { roles: ['OPERATOR'] }), 'FORBIDDEN'],
    ['a reviewer', user('reviewer', { roles: ['REVIEWER'] }), 'FORBIDDEN'],
    ['the secretariat', secretariat, null],
  ])('%s', async (_, viewer, expected) => {
    const id = await announced();
    const inputs: [string, object][] = [
      ['announceSeries', monthly()],
      ['changeSeries', { id, revision: 1, venue: '시청' }],
      ['cancelSeries', { id, revision: expected === null ? 2 : 1 }],
    ];
    for (const [name, input] of inputs) {
      const outcome = await run(viewer, name, input).then(
        ({ problems }) => problems[0]?.code ?? null,
        (error: { extensions: { code: string } }) => error.extensions.code,
      );
      expect([name, outcome]).toEqual([name, expected]);
    }
  });
});
