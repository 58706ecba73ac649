/** Events as the graph shows them: announced, changed, cancelled, each by who may. */
import type { Viewer } from '#kit/viewer.ts';
import { someone, user } from '../service.ts';
import type { TestEvents } from './events.ts';
import { announced, editor, meetup, run, secretariat, startMeetups, titles } from './meetups.ts';

const owner = user('owner', { companies: { firm: 'OWNER' } });
const member = user('member', { companies: { firm: 'VIEWER' } });
const stranger = user('stranger', { companies: { rival: 'OWNER' } });
const operator = user('operator', { roles: ['OPERATOR'] });
const reviewer = user('reviewer', { roles: ['REVIEWER'] });

let world: TestEvents;
beforeAll(async () => {
  world = await startMeetups();
});
afterAll(() => world.stop());

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
    const { payload, code } = await run(world, viewer, 'announceEvent', meetup());
    expect(code).toBe(allowed === true ? null : allowed || 'FORBIDDEN');
    expect(payload?.event?.status ?? null).toBe(allowed === true ? 'ANNOUNCED' : null);
  });

  it.each(may)('change: %s', async (_, viewer, allowed) => {
    const { id, revision } = await announced(world);
    const { payload, code } = await run(world, viewer, 'changeEvent', {
      id,
      revision,
      capacity: 30,
    });
    expect(code).toBe(allowed === true ? null : allowed || 'FORBIDDEN');
    expect(payload?.event?.revision ?? null).toBe(allowed === true ? 2 : null);
  });

  it.each(may)('cancel: %s', async (_, viewer, allowed) => {
    const { id, revision } = await announced(world);
    const { payload, code } = await run(world, viewer, 'cancelEvent', { id, revision });
    expect(code).toBe(allowed === true ? null : allowed || 'FORBIDDEN');
    expect(payload?.event?.status ?? null).toBe(allowed === true ? 'CANCELLED' : null);
  });

  it('announce without a host: the secretariat alone, who says who organises it', async () => {
    const input = meetup({ hostId: null, organizer: '연합 사무국' });
    expect((await run(world, owner, 'announceEvent', input)).code).toBe('FORBIDDEN');
    expect((await run(world, secretariat, 'announceEvent', input)).payload?.event?.status).toBe(
      'ANNOUNCED',
    );
    const silent = await run(world, secretariat, 'announceEvent', { ...input, organizer: ' ' });
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
    const { errors } = await world.service.ask(
      viewer,
      `mutation { importEvents(input: { source: "roles", rows: [] }) { created } }`,
    );
    expect(errors?.[0]?.extensions['code'] ?? null).toBe(expected);
  });
});

describe('announcing', () => {
  it('names every fault at once, each by its path', async () => {
    const { payload } = await run(world, editor, 'announceEvent', {
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
    const { payload } = await run(world, secretariat, 'announceEvent', meetup({ hostId }));
    expect(payload?.problems).toEqual([{ code, path: ['hostId'], rule }]);
  });

  it('takes a host whose restriction is over', async () => {
    expect((await announced(world, { hostId: 'released' })).status).toBe('ANNOUNCED');
  });

  it('answers a repeat with the same event', async () => {
    const input = meetup({ idempotencyKey: 'meetup-2031', title: { ko: '한 번만' } });
    const first = await run(world, editor, 'announceEvent', input);
    const again = await run(world, editor, 'announceEvent', input);
    expect(again.payload).toEqual(first.payload);
    expect(await titles(world, { text: '한 번만' })).toEqual(['한 번만']);
  });
});

describe('changing', () => {
  it('leaves what is not named and raises sequence and revision', async () => {
    const event = await announced(world, { sectors: ['finance'], technologies: ['cncf.mesh'] });
    const { payload } = await run(world, editor, 'changeEvent', {
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
    const { id } = await announced(world);
    const { payload } = await run(world, editor, 'changeEvent', {
      id,
      revision: 1,
      region: 'KR-11',
    });
    expect(payload?.event).toMatchObject({ revision: 1, sequence: 0 });
  });

  it('refuses a revision that is not the newest', async () => {
    const { id } = await announced(world);
    await run(world, editor, 'changeEvent', { id, revision: 1, capacity: 10 });
    const { payload } = await run(world, editor, 'changeEvent', { id, revision: 1, capacity: 20 });
    expect(payload?.problems).toEqual([{ code: 'STALE', path: ['revision'], rule: null }]);
  });

  it('lets one of two at once through', async () => {
    const { id } = await announced(world);
    const both = await Promise.all(
      [10, 20].map((capacity) => run(world, editor, 'changeEvent', { id, revision: 1, capacity })),
    );
    expect(both.map(({ payload }) => payload?.problems[0]?.code ?? 'done').sort()).toEqual([
      'STALE',
      'done',
    ]);
  });

  it('refuses what must stay', async () => {
    const { id } = await announced(world);
    const { payload } = await run(world, editor, 'changeEvent', {
      id,
      revision: 1,
      title: null,
      startsAt: null,
    });
    expect(payload?.problems.map(({ path }) => path)).toEqual([['title'], ['startsAt']]);
  });

  it('refuses an event that nobody knows', async () => {
    const { payload } = await run(world, editor, 'changeEvent', { id: 'none', revision: 1 });
    expect(payload?.problems).toEqual([{ code: 'NOT_FOUND', path: ['id'], rule: null }]);
  });
});

describe('cancelling', () => {
  it('is for good', async () => {
    const { id } = await announced(world);
    const { payload } = await run(world, editor, 'cancelEvent', {
      id,
      revision: 1,
      reason: { ko: '강연자 사정' },
    });
    expect(payload?.event).toMatchObject({
      status: 'CANCELLED',
      sequence: 1,
      cancellationReason: { ko: '강연자 사정', en: null },
    });
    const again = await run(world, editor, 'changeEvent', { id, revision: 2, capacity: 1 });
    expect(again.payload?.problems).toEqual([{ code: 'WRONG_STATE', path: ['id'], rule: null }]);
  });
});
