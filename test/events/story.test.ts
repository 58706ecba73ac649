/** Events as the graph shows them: announced, found, changed, cancelled, each by who may. */
import type { Viewer } from '#kit/viewer.ts';
import { events } from '../../subgraphs/events/subgraph.ts';
import { startTestDatabase, type TestDatabase } from '../database.ts';
import { someone, startTestService, user, type TestService } from '../service.ts';
import { tellFirms, tellSectors, tellTechnologies } from '../told.ts';

let database: TestDatabase;
let service: TestService;

const owner = user('owner', { companies: { firm: 'OWNER' } });
const editor = user('editor', { companies: { firm: 'EDITOR' } });
const member = user('member', { companies: { firm: 'VIEWER' } });
const stranger = user('stranger', { companies: { rival: 'OWNER' } });
const secretariat = user('secretariat', { roles: ['SECRETARIAT'] });
const operator = user('operator', { roles: ['OPERATOR'] });
const reviewer = user('reviewer', { roles: ['REVIEWER'] });

beforeAll(async () => {
  database = await startTestDatabase();
  service = await startTestService(events, database.uri);
  await tellSectors(database.uri);
  await tellFirms(database.uri, {
    firm: {},
    rival: { name: { ko: '다온', en: 'Daon' } },
    pending: { status: 'PENDING' },
    restricted: { restrictedUntil: new Date(Date.now() + 86_400_000) },
    released: { restrictedUntil: new Date(Date.now() - 86_400_000) },
  });
  await tellTechnologies(database.uri, {
    runtime: { code: 'cncf.runtime', kind: 'AREA' },
    containers: { code: 'cncf.runtime.containers', parentId: 'runtime' },
    mesh: { code: 'cncf.mesh' },
  });
  await service.caughtUp();
});

afterAll(async () => {
  await service.stop();
  await database.stop();
});

interface Shown {
  id: string;
  revision: number;
  sequence: number;
  status: string;
}
interface Payload {
  event: Shown | null;
  problems: { code: string; path: string[]; rule: string | null }[];
}

const fields = `
  event { id revision sequence status uid title { ko en } host { id } technologies { id } sectors { code }
    cancellationReason { ko en } startsAt region }
  problems { code path rule }`;

async function run(viewer: Viewer, name: string, input: object) {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  const { data, errors } = await service.ask(
    viewer,
    `mutation ($input: ${type}!) { ${name}(input: $input) { ${fields} } }`,
    { input },
  );
  return {
    payload: (data?.[name] ?? null) as Payload | null,
    code: errors?.[0]?.extensions['code'] ?? null,
  };
}

function meetup(details: object = {}) {
  return {
    hostId: 'firm',
    kind: 'TECH_MEETUP',
    title: { ko: '컨테이너 밋업', en: 'Container night' },
    region: 'KR-11',
    startsAt: '2431-03-01T10:00:00.000Z',
    endsAt: '2431-03-01T12:00:00.000Z',
    ...details,
  };
}

async function announced(details: object = {}): Promise<Shown> {
  const { payload } = await run(secretariat, 'announceEvent', meetup(details));
  if (!payload?.event) throw new Error(JSON.stringify(payload));
  return payload.event;
}

function title(ko: string) {
  return { title: { ko } };
}

async function titles(filter: object, order = 'SOONEST_FIRST'): Promise<(string | null)[]> {
  const { data, errors } = await service.ask(
    someone,
    `query ($filter: EventFilter, $order: EventOrder) {
      events(filter: $filter, order: $order, first: 100) { edges { node { title { ko } } } totalCount } }`,
    { filter, order },
  );
  if (errors) throw new Error(String(errors[0]?.extensions['code']));
  const page = data?.['events'] as {
    edges: { node: { title: { ko: string | null } } }[];
    totalCount: number;
  };
  expect(page.totalCount).toBe(page.edges.length);
  return page.edges.map(({ node }) => node.title.ko);
}

describe('who may', () => {
  const may: [string, Viewer, boolean | 'UNAUTHENTICATED'][] = [
    ['a visitor', someone, 'UNAUTHENTICATED'],
    ['the owner', owner, true],
    ['an editor', editor, true],
    ['a viewer of the firm', member, false],
    ['another firm', stranger, false],
    ['a reviewer', reviewer, false],
    ['an operator', operator, false],
    ['the secretariat', secretariat, true],
  ];

  it.each(may)('announce: %s', async (_, viewer, allowed) => {
    const { payload, code } = await run(viewer, 'announceEvent', meetup());
    expect(code).toBe(allowed === true ? null : allowed || 'FORBIDDEN');
    expect(payload?.event?.status ?? null).toBe(allowed === true ? 'ANNOUNCED' : null);
  });

  it.each(may)('change: %s', async (_, viewer, allowed) => {
    const { id, revision } = await announced();
    const { payload, code } = await run(viewer, 'changeEvent', { id, revision, capacity: 30 });
    expect(code).toBe(allowed === true ? null : allowed || 'FORBIDDEN');
    expect(payload?.event?.revision ?? null).toBe(allowed === true ? 2 : null);
  });

  it.each(may)('cancel: %s', async (_, viewer, allowed) => {
    const { id, revision } = await announced();
    const { payload, code } = await run(viewer, 'cancelEvent', { id, revision });
    expect(code).toBe(allowed === true ? null : allowed || 'FORBIDDEN');
    expect(payload?.event?.status ?? null).toBe(allowed === true ? 'CANCELLED' : null);
  });

  it('announce without a host: the secretariat alone, who says who organises it', async () => {
    const input = meetup({ hostId: null, organizer: '연합 사무국' });
    expect((await run(owner, 'announceEvent', input)).code).toBe('FORBIDDEN');
    expect((await run(secretariat, 'announceEvent', input)).payload?.event?.status).toBe(
      'ANNOUNCED',
    );
    const silent = await run(secretariat, 'announceEvent', { ...input, organizer: ' ' });
    expect(silent.payload?.problems).toEqual([
      { code: 'INVALID', path: ['organizer'], rule: null },
    ]);
  });

  it.each([
    ['a visitor', someone, 'UNAUTHENTICATED'],
    ['an owner', owner, 'FORBIDDEN'],
    ['a reviewer', reviewer, 'FORBIDDEN'],
    ['an operator', operator, null],
    ['the secretariat', secretariat, null],
  ])('import: %s', async (_, viewer, expected) => {
    const { errors } = await service.ask(
      viewer,
      `mutation { importEvents(input: { source: "roles", rows: [] }) { created } }`,
    );
    expect(errors?.[0]?.extensions['code'] ?? null).toBe(expected);
  });
});

describe('announcing', () => {
  it('names every fault at once, each by its path', async () => {
    const { payload } = await run(editor, 'announceEvent', {
      ...meetup(),
      title: { ko: 'ㄱ' },
      technologies: ['cncf.mesh', 'nobody-knows'],
      sectors: ['Finance!'],
      region: null,
      startsAt: '2001-01-01T00:00:00Z',
      endsAt: '2000-01-01T00:00:00Z',
      timeZone: 'Seoul',
      capacity: 0,
    });
    expect(payload?.event).toBeNull();
    expect(payload?.problems.map(({ code, path }) => `${code} ${path.join('.')}`).sort()).toEqual([
      'INVALID capacity',
      'INVALID endsAt',
      'INVALID region',
      'INVALID sectors.0',
      'INVALID startsAt',
      'INVALID timeZone',
      'INVALID title.ko',
      'NOT_FOUND technologies.1',
    ]);
  });

  it.each([
    ['nobody', 'NOT_FOUND', null],
    ['pending', 'WRONG_STATE', 'HOST_APPROVED'],
    ['restricted', 'WRONG_STATE', 'HOST_NOT_RESTRICTED'],
  ])('refuses the host %s', async (hostId, code, rule) => {
    const { payload } = await run(secretariat, 'announceEvent', meetup({ hostId }));
    expect(payload?.problems).toEqual([{ code, path: ['hostId'], rule }]);
  });

  it('takes a host whose restriction is over', async () => {
    expect((await announced({ hostId: 'released' })).status).toBe('ANNOUNCED');
  });

  it('answers a repeat with the same event', async () => {
    const input = meetup({ idempotencyKey: 'meetup-2031', title: { ko: '한 번만' } });
    const first = await run(editor, 'announceEvent', input);
    const again = await run(editor, 'announceEvent', input);
    expect(again.payload).toEqual(first.payload);
    expect(await titles({ text: '한 번만' })).toEqual(['한 번만']);
  });
});

describe('changing', () => {
  it('leaves what is not named and raises sequence and revision', async () => {
    const event = await announced({ sectors: ['finance'], technologies: ['cncf.mesh'] });
    const { payload } = await run(editor, 'changeEvent', {
      id: event.id,
      revision: 1,
      title: { ko: '새 제목' },
      sectors: null,
    });
    expect(payload).toMatchObject({
      event: {
        revision: 2,
        sequence: 1,
        title: { ko: '새 제목', en: null },
        sectors: [],
        technologies: [{ id: 'mesh' }],
        region: 'KR-11',
      },
      problems: [],
    });
  });

  it('to nothing new is no change', async () => {
    const { id } = await announced();
    const { payload } = await run(editor, 'changeEvent', { id, revision: 1, region: 'KR-11' });
    expect(payload?.event).toMatchObject({ revision: 1, sequence: 0 });
  });

  it('refuses a revision that is not the newest', async () => {
    const { id } = await announced();
    await run(editor, 'changeEvent', { id, revision: 1, capacity: 10 });
    const { payload } = await run(editor, 'changeEvent', { id, revision: 1, capacity: 20 });
    expect(payload?.problems).toEqual([{ code: 'STALE', path: ['revision'], rule: null }]);
  });

  it('lets one of two at once through', async () => {
    const { id } = await announced();
    const both = await Promise.all(
      [10, 20].map((capacity) => run(editor, 'changeEvent', { id, revision: 1, capacity })),
    );
    expect(both.map(({ payload }) => payload?.problems[0]?.code ?? 'done').sort()).toEqual([
      'STALE',
      'done',
    ]);
  });

  it('refuses what must stay', async () => {
    const { id } = await announced();
    const { payload } = await run(editor, 'changeEvent', {
      id,
      revision: 1,
      title: null,
      startsAt: null,
    });
    expect(payload?.problems.map(({ path }) => path)).toEqual([['title'], ['startsAt']]);
  });

  it('refuses an event that nobody knows', async () => {
    const { payload } = await run(editor, 'changeEvent', { id: 'none', revision: 1 });
    expect(payload?.problems).toEqual([{ code: 'NOT_FOUND', path: ['id'], rule: null }]);
  });
});

describe('cancelling', () => {
  it('is for good', async () => {
    const { id } = await announced();
    const { payload } = await run(editor, 'cancelEvent', {
      id,
      revision: 1,
      reason: { ko: '강연자 사정' },
    });
    expect(payload?.event).toMatchObject({
      status: 'CANCELLED',
      sequence: 1,
      cancellationReason: { ko: '강연자 사정', en: null },
    });
    const again = await run(editor, 'changeEvent', { id, revision: 2, capacity: 1 });
    expect(again.payload?.problems).toEqual([{ code: 'WRONG_STATE', path: ['id'], rule: null }]);
  });
});

describe('finding', () => {
  beforeAll(async () => {
    await announced({
      ...title('부산 금융 클라우드'),
      region: 'KR-26',
      sectors: ['banking'],
      technologies: ['containers'],
      startsAt: '2040-01-02T00:00:00Z',
      endsAt: '2040-01-02T01:00:00Z',
    });
    await announced({
      ...title('파리 온라인'),
      hostId: 'rival',
      region: 'FR',
      venue: 'Station F',
      technologies: ['mesh'],
      startsAt: '2040-01-01T00:00:00Z',
      endsAt: '2040-01-05T00:00:00Z',
    });
    const gone = await announced({
      ...title('취소된 모임'),
      region: 'KR-26',
      startsAt: '2040-01-03T00:00:00Z',
      endsAt: '2040-01-03T01:00:00Z',
    });
    await run(editor, 'cancelEvent', { id: gone.id, revision: 1 });
  });

  const then = { from: '2040-01-01T00:00:00Z', to: '2041-01-01T00:00:00Z' };

  it.each([
    ['nothing narrowed', {}, ['파리 온라인', '부산 금융 클라우드']],
    ['an empty list', { sectors: [] }, ['파리 온라인', '부산 금융 클라우드']],
    [
      'cancelled ones',
      { includeCancelled: true, regions: ['KR'] },
      ['부산 금융 클라우드', '취소된 모임'],
    ],
    ['a country', { regions: ['KR'] }, ['부산 금융 클라우드']],
    ['a subdivision', { regions: ['KR-26'] }, ['부산 금융 클라우드']],
    ['another subdivision', { regions: ['KR-11'] }, []],
    ['a sector', { sectors: ['banking', 'public'] }, ['부산 금융 클라우드']],
    ['a technology', { technologies: ['mesh'] }, ['파리 온라인']],
    ['a technology by code', { technologies: ['cncf.mesh'] }, ['파리 온라인']],
    ['what contains a technology', { technologies: ['cncf.runtime'] }, ['부산 금융 클라우드']],
    ['a host', { hostId: 'rival' }, ['파리 온라인']],
    ['part of a word', { text: '금융클' }, ['부산 금융 클라우드']],
    ['words in any order', { text: '클라우드 부산' }, ['부산 금융 클라우드']],
    ['one character', { text: '파' }, ['파리 온라인']],
    ['a venue in another case', { text: 'STATION f' }, ['파리 온라인']],
    ['the host by name', { text: 'daon' }, ['파리 온라인']],
    ['words across two fields', { text: '온라인S' }, []],
    ['a span', { to: '2040-01-02T00:00:00Z' }, ['파리 온라인']],
    ['what goes on', { from: '2040-01-04T00:00:00Z' }, ['파리 온라인']],
  ])('by %s', async (_, filter, expected) => {
    expect(await titles({ ...then, ...filter })).toEqual(expected);
  });

  it('the last first', async () => {
    expect(await titles(then, 'LATEST_FIRST')).toEqual(['부산 금융 클라우드', '파리 온라인']);
  });

  it.each([
    ['too long a list', { sectors: Array.from({ length: 51 }, (_, index) => `s-${index}`) }],
    ['a text without letters', { text: ' !? ' }],
    ['a text too long', { text: 'x'.repeat(101) }],
    ['a span that ends before it begins', { from: then.to, to: then.from }],
  ])('refuses %s', async (_, filter) => {
    await expect(titles(filter)).rejects.toThrow('BAD_USER_INPUT');
  });

  it('follows a host to its new name', async () => {
    await tellFirms(database.uri, { rival: { name: { ko: '새이름', en: 'Newname' } } });
    await service.caughtUp();
    expect(await titles({ ...then, text: 'newname' })).toEqual(['파리 온라인']);
    expect(await titles({ ...then, text: 'daon' })).toEqual([]);
  });

  it('follows a firm into the one that it was merged into, over two mergers', async () => {
    await announced({ title: { ko: '합병 전 모임' }, hostId: 'released' });
    await tellFirms(database.uri, {
      released: { status: 'MERGED', mergedIntoId: 'middle' },
      middle: { status: 'MERGED', mergedIntoId: 'heir' },
    });
    await tellFirms(database.uri, { heir: { name: { ko: '상속', en: 'Heir' } } });
    await service.caughtUp();
    expect(await titles({ hostId: 'heir' })).toContain('합병 전 모임');
    expect(await titles({ text: 'heir 합병' })).toEqual(['합병 전 모임']);
    expect(await titles({ hostId: 'released' })).toEqual([]);
    const { payload } = await run(secretariat, 'announceEvent', meetup({ hostId: 'released' }));
    expect(payload?.problems).toEqual([
      { code: 'WRONG_STATE', path: ['hostId'], rule: 'HOST_APPROVED' },
    ]);
  });

  it('what is to come of a firm and of a technology with what it contains', async () => {
    const { data, errors } = await service.ask(
      someone,
      `query ($of: [_Any!]!) { _entities(representations: $of) {
        ... on Company { upcomingEvents(first: 2) { edges { node { title { ko } } } totalCount } }
        ... on Technology { upcomingEvents { edges { node { title { ko } } } } } } }`,
      {
        of: [
          { __typename: 'Company', id: 'rival' },
          { __typename: 'Technology', id: 'runtime' },
          { __typename: 'Company', id: 'nobody' },
        ],
      },
    );
    expect(errors).toBeUndefined();
    expect(JSON.parse(JSON.stringify(data?.['_entities']))).toEqual([
      {
        upcomingEvents: { edges: [{ node: { title: { ko: '파리 온라인' } } }], totalCount: 1 },
      },
      { upcomingEvents: { edges: [{ node: { title: { ko: '부산 금융 클라우드' } } }] } },
      { upcomingEvents: { edges: [], totalCount: 0 } },
    ]);
  });
});
