/** Events taken in from elsewhere, and what followers and calendars see of it. */
import { parse, subscribe, type ExecutionResult } from 'graphql';

import { executable } from '#kit/subgraph.ts';
import { events } from '../../subgraphs/events/subgraph.ts';
import { someone, user } from '../service.ts';
import { tellFirms, tellTechnologies } from '../told.ts';
import { startEvents, type TestEvents } from './events.ts';

let world: TestEvents;
const operator = user('operator', { roles: ['OPERATOR'] });

beforeAll(async () => {
  world = await startEvents();
  await tellFirms(world.uri, { firm: {}, pending: { status: 'PENDING' } });
  await tellTechnologies(world.uri, { mesh: { code: 'cncf.mesh' } });
  await world.service.caughtUp();
});

afterAll(() => world.stop());

interface Report {
  created: number | null;
  updated: number | null;
  unchanged: number | null;
  problems: { code: string; path: string[] }[];
}

const take = (source: string, rows: object[], more: object = {}) =>
  world.run<Report>(
    operator,
    'importEvents',
    { source, rows, ...more },
    'created updated unchanged problems { code path }',
  );

function row(externalId: string, more: object = {}) {
  return {
    externalId,
    title: { en: `Meetup ${externalId}` },
    region: 'FR',
    startsAt: '2435-05-05T10:00:00Z',
    endsAt: '2435-05-05T11:00:00Z',
    timeZone: 'Europe/Paris',
    ...more,
  };
}

async function count(text: string): Promise<number> {
  const { events: page } = await world.ask<{ events: { totalCount: number } }>(
    someone,
    `query ($text: String) {
      events(filter: { text: $text, includeCancelled: true }) { totalCount } }`,
    { text },
  );
  return page.totalCount;
}

async function follow(variables: object): Promise<AsyncIterableIterator<ExecutionResult>> {
  const stream = await subscribe({
    schema: executable(events),
    document: parse(`subscription ($filter: EventFilter, $after: String) {
      eventAnnounced(filter: $filter, after: $after) {
        cursor kind changes event { title { en } status } } }`),
    variableValues: { ...variables },
    contextValue: await world.service.createContext(someone),
  });
  if (!(Symbol.asyncIterator in stream)) throw stream.errors?.[0] ?? new Error('no stream');
  return stream as AsyncIterableIterator<ExecutionResult>;
}

interface Told {
  cursor: string;
  kind: string;
  changes: string[];
  event: { title: { en: string }; status: string };
}

async function next(stream: AsyncIterableIterator<ExecutionResult>): Promise<Told> {
  const { value } = (await stream.next()) as { value: ExecutionResult };
  return value.data?.['eventAnnounced'] as Told;
}

it('creates, then leaves alone what is the same, then changes what differs', async () => {
  const rows = [row('a'), row('b', { technologies: ['cncf.mesh'], hostId: 'firm' })];
  const none = { created: 0, updated: 0, unchanged: 0, problems: [] };
  expect(await take('once', rows)).toEqual({ ...none, created: 2 });
  expect(await take('once', rows)).toEqual({ ...none, unchanged: 2 });
  const changed = [row('a', { venue: 'Station F' }), row('b', { cancelled: true })];
  expect(await take('once', changed)).toEqual({ ...none, updated: 2 });
  expect(await take('once', changed)).toEqual({ ...none, unchanged: 2 });
  const revived = await take('once', [row('b')]);
  expect(revived.problems).toEqual([{ code: 'WRONG_STATE', path: ['rows', '0'] }]);
});

it('leaves out rows with faults, by path, and takes the others', async () => {
  const report = await take('faults', [
    row('good'),
    row('bad', { title: { en: 'x' }, endsAt: '2030-01-01T00:00:00Z' }),
    row('good'),
    row('', {}),
    row('host', { hostId: 'pending' }),
    row('technology', { technologies: ['nobody-knows'] }),
    row('also good', { endsAt: '2435-05-05T10:00:00Z' }),
  ]);
  expect(report).toEqual({
    created: 2,
    updated: 0,
    unchanged: 0,
    problems: [
      { code: 'INVALID', path: ['rows', '1', 'title', 'en'] },
      { code: 'INVALID', path: ['rows', '1', 'endsAt'] },
      { code: 'TAKEN', path: ['rows', '2', 'externalId'] },
      { code: 'INVALID', path: ['rows', '3', 'externalId'] },
      { code: 'WRONG_STATE', path: ['rows', '4', 'hostId'] },
      { code: 'NOT_FOUND', path: ['rows', '5', 'technologies', '0'] },
    ],
  });
});

it('changes nothing in a dry run and says what it would', async () => {
  const report = await take('dry', [row('dryrun')], { dryRun: true });
  expect(report.created).toBe(1);
  expect(await count('dryrun')).toBe(0);
});

it('refuses a whole call with a bad source or too many rows', async () => {
  const report = await take(
    'Not A Source',
    Array.from({ length: 501 }, (_, index) => row(`${index}`)),
  );
  expect(report).toEqual({
    created: null,
    updated: null,
    unchanged: null,
    problems: [
      { code: 'INVALID', path: ['source'] },
      { code: 'LIMIT_REACHED', path: ['rows'] },
    ],
  });
});

it('takes 500 rows in one call', async () => {
  const rows = Array.from({ length: 500 }, (_, index) => row(`many-${index}`));
  expect((await take('many', rows)).created).toBe(500);
});

it('tells followers of what is to come, not of what is over, and of each change', async () => {
  const stream = await follow({ filter: { text: 'told' } });
  const first = next(stream);
  const over = { startsAt: '2019-05-05T10:00:00Z', endsAt: '2019-05-05T11:00:00Z' };
  await take('told', [row('told-over', over), row('told-1')]);
  const announced = await first;
  expect(announced).toMatchObject({
    kind: 'ANNOUNCED',
    changes: [],
    event: { title: { en: 'Meetup told-1' } },
  });
  await take('told', [row('told-1', { venue: 'Lyon' })]);
  await take('told', [row('told-1', { venue: 'Lyon', cancelled: true })]);
  expect(await next(stream)).toMatchObject({ kind: 'CHANGED', changes: ['VENUE'] });
  expect(await next(stream)).toMatchObject({ kind: 'CANCELLED', changes: ['STATUS'] });
  await stream.return?.();

  const again = await follow({ filter: { text: 'told' }, after: announced.cursor });
  expect([await next(again), await next(again)].map(({ kind }) => kind)).toEqual([
    'CHANGED',
    'CANCELLED',
  ]);
  await again.return?.();

  const data = await world.ask(
    someone,
    `query ($since: String) {
      newest: recentNews(filter: { text: "told" }) { edges { node { kind } } totalCount }
      since: recentNews(filter: { text: "told" }, since: $since) { edges { cursor node { kind cursor event { status } } } } }`,
    { since: announced.cursor },
  );
  expect(data).toMatchObject({
    newest: {
      edges: ['CANCELLED', 'CHANGED', 'ANNOUNCED'].map((kind) => ({ node: { kind } })),
      totalCount: 3,
    },
    since: {
      edges: [
        { node: { kind: 'CANCELLED', event: { status: 'CANCELLED' } } },
        { node: { kind: 'CHANGED' } },
      ],
    },
  });
});

it('tells those who followed the place that an event left', async () => {
  await take('moves', [row('moves-1', { region: 'KR-26' })]);
  const stream = await follow({ filter: { regions: ['KR-26'], text: 'moves' } });
  const told = next(stream);
  await take('moves', [row('moves-1', { region: 'JP' })]);
  expect(await told).toMatchObject({ kind: 'CHANGED', changes: ['REGION'] });
  await stream.return?.();
});

it.each([
  ['no cursor of ours', { after: 'abc' }],
  ['a place that was never given', { after: Buffer.from('[999999]').toString('base64url') }],
  ['a filter that is none', { filter: { text: '??' } }],
])('refuses to follow with %s', async (_, variables) => {
  await expect(follow(variables)).rejects.toMatchObject({
    extensions: { code: 'BAD_USER_INPUT' },
  });
});

it('shows a filtered calendar with cancelled events marked', async () => {
  await take('calendar', [
    row('calendar-1', { region: 'KR-50' }),
    row('calendar-2', { region: 'KR-50' }),
    row('calendar-3', {
      region: 'KR-50',
      startsAt: '2019-05-05T10:00:00Z',
      endsAt: '2019-05-05T11:00:00Z',
    }),
  ]);
  await take('calendar', [row('calendar-2', { region: 'KR-50', cancelled: true })]);
  const data = await world.ask(someone, `{ eventCalendar(filter: { regions: ["KR-50"] }) }`);
  const text = String(data['eventCalendar']);
  expect(text.match(/^SUMMARY:.*$/gm)).toEqual([
    'SUMMARY:Meetup calendar-1',
    'SUMMARY:Meetup calendar-2',
  ]);
  expect(text.match(/^STATUS:.*$/gm)).toEqual(['STATUS:CONFIRMED', 'STATUS:CANCELLED']);
  expect(text.match(/^SEQUENCE:.*$/gm)).toEqual(['SEQUENCE:0', 'SEQUENCE:1']);
});
