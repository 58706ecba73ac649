/** What users watch, and what comes into their inboxes of it. */
import type { Viewer } from '#kit/viewer.ts';
import type { CapabilityMapFact, ProjectFact, SearchFact } from '#schema/facts.ts';
import { someone, user } from '../service.ts';
import { tellFirms, tellMaps, tellProjects, tellSearch, tellTechnologies } from '../told.ts';
import { startEvents, type TestEvents } from './events.ts';

let world: TestEvents;
const [mina, jun] = [user('mina'), user('jun')];

beforeAll(async () => {
  world = await startEvents();
  await tellFirms(world.uri, { hanbit: { status: 'PENDING', sectors: ['finance'] }, other: {} });
  await tellTechnologies(world.uri, { mesh: {}, store: { code: 'store' } });
  await world.service.caughtUp();
});
afterAll(() => world.stop());

const put = (viewer: Viewer, kind: string, key: string) =>
  world.ask<{ watch: { watch: { id: string } | null; problems: object[] } }>(
    viewer,
    `mutation ($input: WatchInput!) { watch(input: $input) {
      watch { id kind company { id } technology { id } sector { code } } problems { code path }
    } }`,
    { input: { kind, key } },
  );

interface Item {
  kind: string;
  event: null;
  notice: { change: string; detail: string | null };
}
async function inboxOf(viewer: Viewer): Promise<Item[]> {
  await world.service.caughtUp();
  const { inbox } = await world.ask<{ inbox: { edges: { node: Item }[] } }>(
    viewer,
    `{ inbox(first: 100) { edges { node { kind event { id } notice {
      change detail company { id } technology { id } sector { code } project { id }
    } } } } }`,
  );
  return inbox.edges.map(({ node }) => node);
}
const changes = async (viewer: Viewer) =>
  (await inboxOf(viewer))
    .map(({ notice: { change, detail } }) => (detail === null ? change : `${change} ${detail}`))
    .toSorted();

const project: ProjectFact = {
  title: { ko: '과제', en: null },
  status: 'SEALED',
  sector: 'finance',
  requirements: [{ technologyId: 'store', level: 5, providers: 1, mandatory: true }],
  memberIds: ['hanbit'],
};
const map = (day: string, ...technologyIds: string[]): CapabilityMapFact => ({
  publishedAt: new Date(day),
  capabilities: technologyIds.map((technologyId) => ({
    technologyId,
    level: 5,
    verifiedLevel: null,
  })),
});

describe('watching', () => {
  it('takes what there is, once, and shows it to its user alone', async () => {
    const [first, again] = await Promise.all([
      put(mina, 'COMPANY', 'hanbit'),
      put(mina, 'COMPANY', 'hanbit'),
    ]);
    expect(first.watch.watch?.id).toBe(again.watch.watch?.id);
    await put(mina, 'SECTOR', 'finance');
    await put(jun, 'TECHNOLOGY', 'store');
    const { watches } = await world.ask<{ watches: { totalCount: number } }>(
      mina,
      '{ watches { totalCount edges { node { kind since } } } }',
    );
    expect(watches.totalCount).toBe(2);
    const unknown = [
      ['COMPANY', 'nobody'],
      ['SECTOR', 'nothing'],
      ['TECHNOLOGY', ''],
    ] as const;
    for (const [kind, key] of unknown)
      expect((await put(mina, kind, key)).watch).toEqual({
        watch: null,
        problems: [{ code: 'NOT_FOUND', path: ['key'] }],
      });
    await expect(put(someone, 'COMPANY', 'hanbit')).rejects.toThrow('Sign in first.');
  });

  it('brings what happens into the inboxes of those who watch, once however often it is told', async () => {
    await tellFirms(world.uri, { hanbit: { sectors: ['finance'] } });
    await tellMaps(world.uri, { hanbit: map('2026-01-01', 'store') });
    await tellProjects(world.uri, { p1: project });
    await world.service.caughtUp();
    await tellFirms(world.uri, { hanbit: { sectors: ['finance'] } });
    await tellMaps(world.uri, { hanbit: map('2026-01-01', 'store') });
    await tellProjects(world.uri, { p1: project });
    expect(await changes(mina)).toEqual([
      'CAPABILITIES_PUBLISHED',
      'FIRM_JOINED',
      'PROJECT_STATUS SEALED',
      'PROJECT_STATUS SEALED',
      'STATUS APPROVED',
    ]);
    expect(await changes(jun)).toEqual(['DEMANDED', 'SUPPLIER_ADDED']);
    expect(await inboxOf(jun)).toContainEqual({
      kind: 'WATCH',
      event: null,
      notice: {
        change: 'SUPPLIER_ADDED',
        detail: null,
        company: { id: 'hanbit' },
        technology: { id: 'store' },
        sector: null,
        project: null,
      },
    });
  });

  it('tells nothing of what was before, nor after it ended', async () => {
    const late = user('late');
    await put(late, 'COMPANY', 'hanbit');
    const { unwatch } = await world.ask<{ unwatch: object }>(
      jun,
      `mutation { unwatch(input: { kind: TECHNOLOGY, key: "store" }) { wasWatched problems { code } } }`,
    );
    expect(unwatch).toEqual({ wasWatched: true, problems: [] });
    const before = (await inboxOf(jun)).length;
    await tellMaps(world.uri, { hanbit: map('2026-02-01', 'mesh') });
    expect(await changes(late)).toEqual(['CAPABILITIES_PUBLISHED']);
    expect(await inboxOf(jun)).toHaveLength(before);
  });
});

const found = (companyId: string, at = new Date()) => ({ companyId, at });
const tell = (...firms: SearchFact['found']) =>
  tellSearch(world.uri, 'search-1', { userId: 'sori', name: 'Meshes', found: firms });

describe('a search for partners that a user saved', () => {
  it('puts each firm that it finds into its user’s inbox once, and into nobody else’s', async () => {
    await tell(found('hanbit'));
    await tell(found('hanbit'), found('other'));
    await tell(found('hanbit'), found('other'));
    const items = await inboxOf(user('sori'));
    expect(items).toHaveLength(2);
    expect(items).toContainEqual({
      kind: 'SEARCH',
      event: null,
      notice: {
        change: 'FOUND',
        detail: 'Meshes',
        company: { id: 'hanbit' },
        technology: null,
        sector: null,
        project: null,
      },
    });
    expect(await inboxOf(user('nobody'))).toEqual([]);
  });

  it('brings nothing that an inbox would not keep, and nothing once it is gone', async () => {
    await tell(found('old', new Date(0)));
    await tellSearch(world.uri, 'search-1', null);
    expect(await inboxOf(user('sori'))).toHaveLength(2);
  });
});
