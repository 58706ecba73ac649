/** Filters that users keep, and the calendars and feeds that their secrets open. */
import type { Viewer } from '#kit/viewer.ts';
import { someone, user } from '../service.ts';
import { startEvents, type TestEvents } from './events.ts';

let world: TestEvents;
const secretariat = user('secretariat', { roles: ['SECRETARIAT'] });
const [mina, jun] = [user('mina'), user('jun')];

beforeAll(async () => {
  world = await startEvents();
  for (const [title, sector] of [
    ['금융 밋업', 'finance'],
    ['공공 밋업', 'public'],
  ])
    await world.run(
      secretariat,
      'announceEvent',
      {
        organizer: '사무국',
        kind: 'TECH_MEETUP',
        title: { ko: title },
        sectors: [sector],
        region: 'KR-11',
        startsAt: '2435-01-01T00:00:00Z',
        endsAt: '2435-01-01T01:00:00Z',
      },
      'problems { path }',
    );
});

afterAll(() => world.stop());

interface Payload {
  savedFilter: { id: string; name: string; revision: number; notify: boolean } | null;
  secret?: string | null;
  removedId?: string | null;
  problems: { code: string; path: string[] }[];
}

const fields: Record<string, string> = {
  saveFilter: 'secret savedFilter { id name revision notify }',
  renewFilterSecret: 'secret savedFilter { id name revision notify }',
  changeSavedFilter: 'savedFilter { id name revision notify }',
  removeSavedFilter: 'removedId',
};

const run = (viewer: Viewer, name: string, input: object) =>
  world.run<Payload>(viewer, name, input, `${fields[name]} problems { code path }`);

async function kept(viewer: Viewer, name: string, filter: object = {}) {
  const { savedFilter, secret } = await run(viewer, 'saveFilter', { name, filter });
  if (!savedFilter || secret == null) throw new Error('It was not saved.');
  return { ...savedFilter, secret };
}

async function opened(secret: string): Promise<{ calendar: string | null; feed: string | null }> {
  const data = await world.ask(
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
  const data = await world.ask(
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
  expect(JSON.stringify(await world.ask(jun, '{ savedFilters { id } }'))).not.toContain(id);
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
  await expect(world.ask(someone, '{ savedFilters { id } }')).rejects.toMatchObject({
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
