/** Firms that announce meetups, technologies that these are about, and who does what with them. */
import type { Viewer } from '#kit/viewer.ts';
import { mutationText } from '../mutation.ts';
import { someone, user } from '../service.ts';
import { tellFirms, tellTechnologies } from '../told.ts';
import { startEvents, type TestEvents } from './events.ts';

export const editor = user('editor', { companies: { firm: 'EDITOR' } });
export const secretariat = user('secretariat', { roles: ['SECRETARIAT'] });

/** Starts the subgraph and tells it of firms, some of which may not announce, and of technologies. */
export async function startMeetups(): Promise<TestEvents> {
  const world = await startEvents();
  await tellFirms(world.uri, {
    firm: {},
    rival: { name: { ko: '다온', en: 'Daon' } },
    pending: { status: 'PENDING' },
    restricted: { restrictedUntil: new Date(Date.now() + 86_400_000) },
    released: { restrictedUntil: new Date(Date.now() - 86_400_000) },
  });
  await tellTechnologies(world.uri, {
    runtime: { code: 'cncf.runtime', kind: 'AREA' },
    containers: { code: 'cncf.runtime.containers', parentId: 'runtime' },
    mesh: { code: 'cncf.mesh' },
  });
  await world.service.caughtUp();
  return world;
}

/** An event as a test sees it. */
export interface Meetup {
  id: string;
  revision: number;
  sequence: number;
  status: string;
}

/** What a mutation answers. */
export interface Payload {
  event: Meetup | null;
  problems: { code: string; path: string[]; rule: string | null }[];
}

const fields = `
  event { id revision sequence status uid title { ko en } host { id } technologies { id } sectors { code }
    cancellationReason { ko en } startsAt region }
  problems { code path rule }`;

/** Runs a mutation of an event; gives its payload, or the code of the error in its place. */
export async function run({ service }: TestEvents, viewer: Viewer, name: string, input: object) {
  const { data, errors } = await service.ask(viewer, mutationText(name, fields), { input });
  return {
    payload: (data?.[name] ?? null) as Payload | null,
    code: errors?.[0]?.extensions['code'] ?? null,
  };
}

/** A meetup that may be announced. */
export function meetup(details: object = {}) {
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

/** A meetup that was announced. */
export async function announced(world: TestEvents, details: object = {}): Promise<Meetup> {
  const { payload } = await run(world, secretariat, 'announceEvent', meetup(details));
  if (!payload?.event) throw new Error(JSON.stringify(payload));
  return payload.event;
}

/** The Korean titles of what a filter finds, in order; throws the code of an error. */
export async function titles(
  { service }: TestEvents,
  filter: object,
  order = 'SOONEST_FIRST',
): Promise<(string | null)[]> {
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
