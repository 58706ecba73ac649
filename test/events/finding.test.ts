/** Events found: by what, in which order, and under the firms that their hosts became. */
import { someone } from '../service.ts';
import { tellFirms } from '../told.ts';
import type { TestEvents } from './events.ts';
import { announced, editor, meetup, run, secretariat, startMeetups, titles } from './meetups.ts';

let world: TestEvents;
beforeAll(async () => {
  world = await startMeetups();
});
afterAll(() => world.stop());

describe('finding', () => {
  beforeAll(async () => {
    await announced(world, {
      title: { ko: '부산 금융 클라우드' },
      region: 'KR-26',
      sectors: ['banking'],
      technologies: ['containers'],
      startsAt: '2040-01-02T00:00:00Z',
      endsAt: '2040-01-02T01:00:00Z',
    });
    await announced(world, {
      title: { ko: '파리 온라인' },
      hostId: 'rival',
      region: 'FR',
      venue: 'Station F',
      technologies: ['mesh'],
      startsAt: '2040-01-01T00:00:00Z',
      endsAt: '2040-01-05T00:00:00Z',
    });
    const gone = await announced(world, {
      title: { ko: '취소된 모임' },
      region: 'KR-26',
      startsAt: '2040-01-03T00:00:00Z',
      endsAt: '2040-01-03T01:00:00Z',
    });
    await run(world, editor, 'cancelEvent', { id: gone.id, revision: 1 });
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
    expect(await titles(world, { ...then, ...filter })).toEqual(expected);
  });

  it('the last first', async () => {
    expect(await titles(world, then, 'LATEST_FIRST')).toEqual([
      '부산 금융 클라우드',
      '파리 온라인',
    ]);
  });

  it.each([
    ['too long a list', { sectors: Array.from({ length: 51 }, (_, index) => `s-${index}`) }],
    ['a text without letters', { text: ' !? ' }],
    ['a text too long', { text: 'x'.repeat(101) }],
    ['a span that ends before it begins', { from: then.to, to: then.from }],
  ])('refuses %s', async (_, filter) => {
    await expect(titles(world, filter)).rejects.toThrow('BAD_USER_INPUT');
  });

  it('follows a host to its new name', async () => {
    await tellFirms(world.uri, { rival: { name: { ko: '새이름', en: 'Newname' } } });
    await world.service.caughtUp();
    expect(await titles(world, { ...then, text: 'newname' })).toEqual(['파리 온라인']);
    expect(await titles(world, { ...then, text: 'daon' })).toEqual([]);
  });

  it('follows a firm into the one that it was merged into, over two mergers', async () => {
    await announced(world, { title: { ko: '합병 전 모임' }, hostId: 'released' });
    await tellFirms(world.uri, {
      released: { status: 'MERGED', mergedIntoId: 'middle' },
      middle: { status: 'MERGED', mergedIntoId: 'heir' },
    });
    await tellFirms(world.uri, { heir: { name: { ko: '상속', en: 'Heir' } } });
    await world.service.caughtUp();
    expect(await titles(world, { hostId: 'heir' })).toContain('합병 전 모임');
    expect(await titles(world, { text: 'heir 합병' })).toEqual(['합병 전 모임']);
    expect(await titles(world, { hostId: 'released' })).toEqual([]);
    const { payload } = await run(
      world,
      secretariat,
      'announceEvent',
      meetup({ hostId: 'released' }),
    );
    expect(payload?.problems).toEqual([
      { code: 'WRONG_STATE', path: ['hostId'], rule: 'HOST_APPROVED' },
    ]);
  });

  it('what is to come of a firm and of a technology with what it contains', async () => {
    const { data, errors } = await world.service.ask(
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
