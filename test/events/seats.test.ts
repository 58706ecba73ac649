/** Seats at an event, the line for them, and what reaches the inboxes of those who go. */
import type { Viewer } from '#kit/viewer.ts';
import { someone, user } from '../service.ts';
import { tellFirms, tellTechnologies } from '../told.ts';
import { startEvents, type TestEvents } from './events.ts';

let world: TestEvents;
const host = user('host', { companies: { firm: 'EDITOR' } });
const member = user('member', { companies: { firm: 'VIEWER' } });
const secretariat = user('secretariat', { roles: ['SECRETARIAT'] });

beforeAll(async () => {
  world = await startEvents({ EVENTS_REMINDER_SECONDS: '1' });
  await tellFirms(world.uri, { firm: {} });
  await tellTechnologies(world.uri, {
    runtime: { code: 'cncf.runtime', kind: 'AREA' },
    containers: { code: 'cncf.runtime.containers', parentId: 'runtime' },
  });
  await world.service.caughtUp();
});

afterAll(() => world.stop());

interface Seat {
  id: string;
  status: string;
  waitingPlace: number | null;
}

interface Payload {
  event?: { id: string; revision: number } | null;
  seat?: Seat | null;
  problems: { code: string; path: string[] }[];
}

const run = (viewer: Viewer, name: string, input: object, fields: string) =>
  world.run<Payload>(viewer, name, input, `${fields} problems { code path }`);

async function announced(details: object = {}): Promise<string> {
  const { event } = await run(
    host,
    'announceEvent',
    {
      hostId: 'firm',
      kind: 'TECH_MEETUP',
      title: { ko: '좌석 밋업' },
      region: 'KR-11',
      startsAt: '2435-01-01T00:00:00Z',
      endsAt: '2435-01-01T01:00:00Z',
      ...details,
    },
    'event { id revision }',
  );
  if (!event) throw new Error('It was not announced.');
  return event.id;
}

async function seat(viewer: Viewer, name: 'attendEvent' | 'leaveEvent', eventId: string) {
  const { seat: taken, problems } = await run(
    viewer,
    name,
    { eventId },
    'seat { id status waitingPlace }',
  );
  return taken ? `${taken.status} ${taken.waitingPlace ?? '-'}` : (problems[0]?.code ?? 'none');
}

async function room(id: string, viewer: Viewer = someone) {
  const { event } = await world.ask(
    viewer,
    `query ($id: ID!) { event(id: $id) { goingCount waitingCount seatsLeft ownSeat { status } revision } }`,
    { id },
  );
  return event as {
    goingCount: number;
    waitingCount: number;
    seatsLeft: number | null;
    ownSeat: { status: string } | null;
    revision: number;
  };
}

interface Item {
  id: string;
  kind: string;
  readAt: string | null;
  news: { kind: string } | null;
  filters: { name: string }[];
  event: { id: string };
}

async function inbox(viewer: Viewer, unreadOnly = false) {
  const data = await world.ask(
    viewer,
    `query ($unreadOnly: Boolean) { inbox(unreadOnly: $unreadOnly, first: 100) { totalCount unreadCount edges {
      node { id kind readAt news { kind } filters { name } event { id } } } } }`,
    { unreadOnly },
  );
  const page = data['inbox'] as {
    totalCount: number;
    unreadCount: number;
    edges: { node: Item }[];
  };
  return { ...page, items: page.edges.map(({ node }) => node) };
}

/** Waits until an inbox holds so many items; what brings them runs beside the mutation. */
async function inboxOf(viewer: Viewer, count: number) {
  for (;;) {
    const found = await inbox(viewer);
    if (found.items.length >= count) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const keep = (viewer: Viewer, name: string, filter: object, notify = true) =>
  world.run(viewer, 'saveFilter', { name, filter, notify }, 'problems { path }');

const read = (viewer: Viewer, input: object) =>
  world.run(viewer, 'readInbox', input, 'readCount unreadCount problems { code path }');

function soon(hours: number): string {
  return new Date(Date.now() + hours * 3_600_000).toISOString();
}

describe('a seat', () => {
  it('is taken, then waited for, and freed for who is next', async () => {
    const id = await announced({ capacity: 1 });
    const [first, second, third] = [user('s1'), user('s2'), user('s3')];
    expect(await seat(first, 'attendEvent', id)).toBe('GOING -');
    expect(await seat(second, 'attendEvent', id)).toBe('WAITING 1');
    expect(await seat(third, 'attendEvent', id)).toBe('WAITING 2');
    expect(await seat(second, 'attendEvent', id)).toBe('WAITING 1');
    expect(await room(id, third)).toMatchObject({
      goingCount: 1,
      waitingCount: 2,
      seatsLeft: 0,
      ownSeat: { status: 'WAITING' },
      revision: 1,
    });
    expect(await seat(first, 'leaveEvent', id)).toBe('LEFT -');
    expect((await room(id, second)).ownSeat).toEqual({ status: 'GOING' });
    expect((await inbox(second)).items).toMatchObject([{ kind: 'SEAT', event: { id } }]);
    // Who comes back stands at the end of the line.
    expect(await seat(first, 'attendEvent', id)).toBe('WAITING 2');
    expect(await seat(third, 'leaveEvent', id)).toBe('LEFT -');
    expect(await room(id)).toMatchObject({ goingCount: 1, waitingCount: 1 });
  });

  it('is given to who waits when there are more', async () => {
    const id = await announced({ capacity: 1 });
    for (const name of ['m1', 'm2', 'm3', 'm4']) await seat(user(name), 'attendEvent', id);
    await run(host, 'changeEvent', { id, revision: 1, capacity: 3 }, 'event { id revision }');
    expect(await room(id)).toMatchObject({ goingCount: 3, waitingCount: 1, seatsLeft: 0 });
    await run(host, 'changeEvent', { id, revision: 2, capacity: 2 }, 'event { id revision }');
    expect(await room(id)).toMatchObject({ goingCount: 3, waitingCount: 1, seatsLeft: 0 });
    await run(host, 'changeEvent', { id, revision: 3, capacity: null }, 'event { id revision }');
    expect(await room(id)).toMatchObject({ goingCount: 4, waitingCount: 0, seatsLeft: null });
  });

  it('is never given twice, however many ask and leave at once', async () => {
    const id = await announced({ capacity: 5 });
    const people = Array.from({ length: 16 }, (_, index) => user(`c${index}`));
    await Promise.all(people.map((each) => seat(each, 'attendEvent', id)));
    expect(await room(id)).toMatchObject({ goingCount: 5, waitingCount: 11, seatsLeft: 0 });
    await Promise.all(people.slice(0, 8).map((each) => seat(each, 'leaveEvent', id)));
    expect(await room(id)).toMatchObject({ goingCount: 5, waitingCount: 3 });
    const statuses = await Promise.all(
      people.map(async (each) => (await room(id, each)).ownSeat?.status),
    );
    expect(statuses.filter((status) => status === 'GOING')).toHaveLength(5);
    expect(statuses.filter((status) => status === 'WAITING')).toHaveLength(3);
  });

  it('is had at an event that is there and takes place', async () => {
    const id = await announced();
    expect(await seat(user('x'), 'attendEvent', 'nowhere')).toBe('NOT_FOUND');
    expect(await seat(user('x'), 'leaveEvent', id)).toBe('NOT_FOUND');
    await run(host, 'cancelEvent', { id, revision: 1 }, 'event { id revision }');
    expect(await seat(user('x'), 'attendEvent', id)).toBe('WRONG_STATE');
  });

  it('is seen by its user, the host’s members and the secretariat', async () => {
    const id = await announced();
    const guest = user('guest');
    await seat(guest, 'attendEvent', id);
    const source = `query ($id: ID!) { event(id: $id) { seats { totalCount edges { node { user { id } status } } } } }`;
    for (const viewer of [host, member, secretariat]) {
      const { event } = await world.ask(viewer, source, { id });
      expect(event).toEqual({
        seats: { totalCount: 1, edges: [{ node: { user: { id: 'guest' }, status: 'GOING' } }] },
      });
    }
    for (const viewer of [guest, user('other', { companies: { rival: 'OWNER' } })])
      await expect(world.ask(viewer, source, { id })).rejects.toMatchObject({
        extensions: { code: 'FORBIDDEN' },
      });
    const own = await world.ask(guest, '{ ownSeats { edges { node { event { id } status } } } }');
    expect(own).toEqual({ ownSeats: { edges: [{ node: { event: { id }, status: 'GOING' } }] } });
  });

  it.each([
    ['attendEvent', '{ seat { id } }', '{ eventId: "x" }'],
    ['leaveEvent', '{ seat { id } }', '{ eventId: "x" }'],
    ['readInbox', '{ readCount }', '{ ids: [] }'],
  ])('%s wants a user', async (name, fields, input) => {
    await expect(
      world.ask(someone, `mutation { ${name}(input: ${input}) ${fields} }`),
    ).rejects.toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } });
  });
});

describe('an inbox', () => {
  it('gets news that a saved filter selects, once, with the filters that did', async () => {
    const reader = user('reader');
    await keep(reader, '컨테이너', { technologies: ['cncf.runtime'] });
    await keep(reader, '의료', { sectors: ['healthcare'] });
    await keep(reader, '부산', { regions: ['KR-26'] });
    await keep(reader, '말', { text: '쿠버' });
    await keep(reader, '조용', { sectors: ['healthcare'] }, false);
    await keep(user('elsewhere'), '프랑스', { regions: ['FR'], sectors: ['healthcare'] });
    const id = await announced({
      title: { ko: '쿠버네티스 의료' },
      sectors: ['healthcare'],
      technologies: ['containers'],
    });
    const { items, unreadCount } = await inboxOf(reader, 1);
    expect(items).toMatchObject([{ kind: 'NEWS', news: { kind: 'ANNOUNCED' }, event: { id } }]);
    expect(items[0]?.filters.map(({ name }) => name).toSorted()).toEqual([
      '말',
      '의료',
      '컨테이너',
    ]);
    expect(unreadCount).toBe(1);
    await announced({ title: { ko: '다른 모임' }, region: 'KR-26' });
    expect((await inboxOf(reader, 2)).items[0]?.filters).toEqual([{ name: '부산' }]);
    expect((await inbox(user('elsewhere'))).totalCount).toBe(0);
  });

  it('gets what changes about an event that its user goes to or waits for', async () => {
    const id = await announced({ capacity: 1 });
    const [going, waiting, gone] = [user('going'), user('waiting'), user('gone')];
    await seat(going, 'attendEvent', id);
    await seat(waiting, 'attendEvent', id);
    await seat(gone, 'attendEvent', id);
    await seat(gone, 'leaveEvent', id);
    await run(host, 'changeEvent', { id, revision: 1, venue: '새 장소' }, 'event { id revision }');
    await run(host, 'cancelEvent', { id, revision: 2 }, 'event { id revision }');
    for (const viewer of [going, waiting])
      expect((await inboxOf(viewer, 2)).items.map(({ news }) => news?.kind)).toEqual([
        'CANCELLED',
        'CHANGED',
      ]);
    expect((await inbox(gone)).totalCount).toBe(0);
  });

  it('is read item by item, or up to one', async () => {
    const reader = user('reading');
    await keep(reader, '국방', { sectors: ['defence'] });
    for (let count = 1; count <= 3; count += 1) {
      await announced({ sectors: ['defence'] });
      await inboxOf(reader, count);
    }
    const [newest, middle, oldest] = (await inbox(reader)).items;
    expect(await read(user('other'), { ids: [newest?.id] })).toMatchObject({ readCount: 0 });
    expect(await read(reader, { ids: [oldest?.id] })).toMatchObject({
      readCount: 1,
      unreadCount: 2,
    });
    expect(await read(reader, { upTo: middle?.id })).toMatchObject({
      readCount: 1,
      unreadCount: 1,
    });
    expect((await inbox(reader, true)).items.map(({ id }) => id)).toEqual([newest?.id]);
    for (const input of [{}, { ids: [], upTo: newest?.id }])
      expect(await read(reader, input)).toMatchObject({
        readCount: null,
        problems: [{ code: 'INVALID', path: ['ids'] }],
      });
    expect(await read(reader, { upTo: 'none' })).toMatchObject({
      problems: [{ code: 'NOT_FOUND', path: ['upTo'] }],
    });
  });

  it('gets a reminder when an event begins within a day, and another when the start moves', async () => {
    const id = await announced({ startsAt: soon(5), endsAt: soon(9) });
    const goer = user('goer');
    await seat(goer, 'attendEvent', id);
    const kinds = async (count: number) =>
      (await inboxOf(goer, count)).items.map(({ kind }) => kind).toSorted();
    expect(await kinds(1)).toEqual(['REMINDER']);
    await run(host, 'changeEvent', { id, revision: 1, startsAt: soon(6) }, 'event { id revision }');
    expect(await kinds(3)).toEqual(['NEWS', 'REMINDER', 'REMINDER']);
  });
});
