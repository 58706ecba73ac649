/** Filters that users keep, and the calendars and feeds that their secrets open. */
import type { Viewer } from '#kit/viewer.ts';
import { events } from '../../subgraphs/events/subgraph.ts';
import { startTestDatabase, type TestDatabase } from '../database.ts';
import { someone, startTestService, user, type TestService } from '../service.ts';
import { tellSectors } from '../told.ts';

let database: TestDatabase;
let service: TestService;
const secretariat = user('secretariat', { roles: ['SECRETARIAT'] });
const [mina, jun] = [user('mina'), user('jun')];

beforeAll(async () => {
  database = await startTestDatabase();
  service = await startTestService(events, database.uri);
  await tellSectors(database.uri);
  await service.caughtUp();
  for (const [title, sector] of [
    ['금융 밋업', 'finance'],
    ['공공 밋업', 'public'],
  ])
    await ask(
      secretariat,
      `mutation ($input: AnnounceEventInput!) { announceEvent(input: $input) { problems { path } } }`,
      {
        input: {
          organizer: '사무국',
          kind: 'TECH_MEETUP',
          title: { ko: title },
          sectors: [sector],
          region: 'KR-11',
          startsAt: '2435-01-01T00:00:00Z',
          endsAt: '2435-01-01T01:00:00Z',
        },
      },
    );
});

afterAll(async () => {
  await service.stop();
  await database.stop();
});

async function ask(viewer: Viewer, source: string, variables: object = {}) {
  const { data, errors } = await service.ask(viewer, source, { ...variables });
  if (errors) throw errors[0] ?? new Error('no answer');
  return JSON.parse(JSON.stringify(data)) as Record<string, unknown>;
}

interface Payload {
  savedFilter: { id: string; name: string; revision: number; notify: boolean } | null;
  secret?: string | null;
  removedId?: string | null;
  problems: { code: string; path: string[] }[];
}

async function run(viewer: Viewer, name: string, input: object): Promise<Payload> {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  const fields = {
    saveFilter: 'secret savedFilter { id name revision notify }',
    renewFilterSecret: 'secret savedFilter { id name revision notify }',
    changeSavedFilter: 'savedFilter { id name revision notify }',
    removeSavedFilter: 'removedId',
  }[name];
  const data = await ask(
    viewer,
    `mutation ($input: ${type}!) { ${name}(input: $input) { ${fields} problems { code path } } }`,
    { input },
  );
  return data[name] as Payload;
}

async function kept(viewer: Viewer, name: string, filter: object = {}) {
  const { savedFilter, secret } = await run(viewer, 'saveFilter', { name, filter });
  if (!savedFilter || secret == null) throw new Error('It was not saved.');
  return { ...savedFilter, secret };
}

async function opened(secret: string): Promise<{ calendar: string | null; feed: string | null }> {
  const data = await ask(
    someone,
    `query ($secret: String!) {
      calendar: savedCalendar(secret: $secret)
      feed: savedFeed(secret: $secret, self: "https://oca.example/feed.atom") }`,
    { secret },
  );
  return data as { calendar: string | null; feed: string | null };
}

it('opens a calendar and a feed by its secret, to anybody who has it', async () => {
  const { secret } = await kept(mina, '금융', { sectors: ['finance'] });
  const { calendar, feed } = await opened(secret);
  expect(calendar).toContain('NAME:Open Cloud Alliance: 금융');
  expect(calendar?.match(/^SUMMARY:.*$/gm)).toEqual(['SUMMARY:금융 밋업']);
  expect(feed).toContain('[새 행사 New] 금융 밋업');
  expect(feed).not.toContain('공공 밋업');
  expect(await opened('guessed')).toEqual({ calendar: null, feed: null });
});

it('keeps no secret in the database', async () => {
  const { secret } = await kept(mina, '비밀');
  const data = await ask(
    mina,
    `{ savedFilters { name sectors { code } kinds text regions technologies host { id } secretAt } }`,
  );
  expect(JSON.stringify(data)).toContain('비밀');
  expect(JSON.stringify(data)).not.toContain(secret);
});

it('shows a secret once: a repeat has the filter and no secret', async () => {
  const input = { name: '한 번', filter: {}, idempotencyKey: 'save-once-1' };
  const first = await run(mina, 'saveFilter', input);
  const again = await run(mina, 'saveFilter', input);
  expect(first.secret).toEqual(expect.any(String));
  expect(again).toEqual({ ...first, secret: null });
});

it('opens nothing by an old secret once a new one is made', async () => {
  const { id, secret } = await kept(mina, '새로');
  const renewed = await run(mina, 'renewFilterSecret', { id, revision: 1 });
  expect(renewed.savedFilter?.revision).toBe(2);
  expect(await opened(secret)).toEqual({ calendar: null, feed: null });
  expect((await opened(renewed.secret ?? '')).calendar).toContain('BEGIN:VCALENDAR');
});

it('changes what is named and keeps its secret', async () => {
  const { id, secret } = await kept(mina, '바뀔', { sectors: ['finance'] });
  const change = { id, revision: 1, name: '바뀐', filter: { sectors: ['public'] }, notify: false };
  const { savedFilter } = await run(mina, 'changeSavedFilter', change);
  expect(savedFilter).toEqual({ id, name: '바뀐', revision: 2, notify: false });
  expect((await opened(secret)).calendar?.match(/^SUMMARY:.*$/gm)).toEqual(['SUMMARY:공공 밋업']);
  const late = await run(mina, 'changeSavedFilter', { id, revision: 1, name: '늦은' });
  expect(late.problems).toEqual([{ code: 'STALE', path: ['revision'] }]);
});

it('opens nothing once it is removed', async () => {
  const { id, secret } = await kept(mina, '지울');
  expect((await run(mina, 'removeSavedFilter', { id })).removedId).toBe(id);
  expect(await opened(secret)).toEqual({ calendar: null, feed: null });
});

it('is its own user’s: nobody else sees, changes, renews or removes it', async () => {
  const { id } = await kept(mina, '내 것');
  expect(JSON.stringify(await ask(jun, '{ savedFilters { id } }'))).not.toContain(id);
  for (const name of ['changeSavedFilter', 'renewFilterSecret', 'removeSavedFilter'])
    for (const viewer of [jun, secretariat]) {
      const input = name === 'removeSavedFilter' ? { id } : { id, revision: 1 };
      expect((await run(viewer, name, input)).problems).toEqual([
        { code: 'NOT_FOUND', path: ['id'] },
      ]);
    }
});

it.each(['saveFilter', 'changeSavedFilter', 'renewFilterSecret', 'removeSavedFilter'])(
  '%s wants a user',
  async (name) => {
    const input = {
      saveFilter: { name: 'x', filter: {} },
      removeSavedFilter: { id: 'x' },
    }[name] ?? { id: 'x', revision: 1 };
    await expect(run(someone, name, input)).rejects.toMatchObject({
      extensions: { code: 'UNAUTHENTICATED' },
    });
  },
);

it('wants a user to show them', async () => {
  await expect(ask(someone, '{ savedFilters { id } }')).rejects.toMatchObject({
    extensions: { code: 'UNAUTHENTICATED' },
  });
});

it('names every fault at once', async () => {
  const { problems } = await run(mina, 'saveFilter', {
    name: ' ',
    filter: { text: '?!', sectors: Array.from({ length: 51 }, (_, index) => `s-${index}`) },
  });
  expect(problems).toEqual([
    { code: 'INVALID', path: ['name'] },
    { code: 'LIMIT_REACHED', path: ['filter', 'sectors'] },
    { code: 'INVALID', path: ['filter', 'text'] },
  ]);
});

it('has a name once a user, and a user 50 of them', async () => {
  const many = user('many');
  await kept(many, 'n0');
  await kept(jun, 'n0');
  const twice = await run(many, 'saveFilter', { name: ' n0 ', filter: {} });
  expect(twice.problems).toEqual([{ code: 'TAKEN', path: ['name'] }]);
  for (let index = 1; index < 50; index += 1) await kept(many, `n${index}`);
  const over = await run(many, 'saveFilter', { name: 'n50', filter: {} });
  expect(over.problems).toEqual([{ code: 'LIMIT_REACHED', path: [] }]);
});
