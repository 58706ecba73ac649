/** What projects require when a new version leaves technologies out: everything follows or is listed, and need is counted where it went. */
import { connect } from '#kit/mongo.ts';
import type { ProjectFact } from '#schema/facts.ts';
import type { Viewer } from '#kit/viewer.ts';
import { someone } from '../service.ts';
import { tellOpenProjects, tellProjects } from '../told.ts';
import { startTechmaps, type Payload, type TechmapsWorld } from './techmaps.ts';

let world: TechmapsWorld;
let ids: Record<string, string>;
let mapId: string;
beforeAll(async () => {
  world = await startTechmaps();
  ({ ids, id: mapId } = await world.map('req', [
    'req DOMAIN',
    ...['old', 'next', 'last', 'wide', 'left', 'right', 'dead'].map((own) => `req.${own} AREA`),
  ]));
});
afterAll(() => world.stop());

const idOf = (code: string) => ids[`req.${code}`] ?? '';

function project(levels: Record<string, number>): ProjectFact {
  return {
    title: { ko: null, en: 'Project' },
    status: 'RUNNING',
    sector: 'finance',
    memberIds: [],
    requirements: Object.entries(levels).map(([code, level]) => ({
      technologyId: idOf(code),
      level,
      providers: 2,
      mandatory: true,
    })),
  };
}

const open = (levels: Record<string, number>) => ({
  requirements: Object.entries(levels).map(([code, level]) => ({
    technologyId: idOf(code),
    level,
  })),
});

/** Publishes a version without some technologies, by what becomes of each. */
async function publishWithout(became: Record<string, [kind: string, ...to: string[]]>) {
  const { revision } = await world.ask(someone, `{ techMap(id: "${mapId}") { revision } }`);
  await world.mutate(world.secretariat, 'draftTechMapVersion', { mapId, revision });
  for (const [code, [kind, ...to]] of Object.entries(became)) {
    const technologyId = idOf(code);
    await world.mutate(world.secretariat, 'removeTechnology', { technologyId, revision: 1 });
    const { problems } = await world.mutate(world.secretariat, 'setSuccession', {
      technologyId,
      revision: await draftRevision(),
      kind,
      successorIds: to.map(idOf),
    });
    expect(problems).toEqual([]);
  }
  const { problems } = await world.mutate(world.secretariat, 'publishTechMapVersion', {
    mapId,
    revision: await draftRevision(),
  });
  expect(problems).toEqual([]);
  await world.service.caughtUp();
}

async function draftRevision(): Promise<number> {
  const { draft } = await world.ask(
    world.secretariat,
    `{ techMap(id: "${mapId}") { draft { revision } } }`,
  );
  return draft.revision;
}

/** What became of each requirement in a version: `project technology level outcome`. */
async function report(number: number, viewer: Viewer = world.secretariat): Promise<string[]> {
  const { version } = await world.ask(
    viewer,
    `{ techMap(id: "${mapId}") { version(number: ${number}) { transition { pending items { edges { node { project { id } technology { code } level outcome } } } } } } }`,
  );
  expect(version.transition.pending).toBe(false);
  return version.transition.items.edges
    .map(({ node }: Payload) =>
      [node.project?.id, node.technology.code, node.level, node.outcome].join(' '),
    )
    .toSorted();
}

const quick = async (number: number) =>
  (await report(number)).filter((each) => each.startsWith('quick'));

const waiting = async () => (await report(2)).filter((each) => each.startsWith('draft'));

/** Places that projects need, by code; those that need none are left out. */
async function needed(): Promise<Record<string, number>> {
  const { edges } = await world.ask(
    someone,
    '{ technologyGaps { edges { node { technology { code } need { places } } } } }',
  );
  return Object.fromEntries(
    edges.map(({ node }: Payload) => [node.technology.code, node.need.places]),
  );
}

describe('what projects require', () => {
  it('follows or is listed, of drafts as of running projects, and counts where it went', async () => {
    await tellProjects(world.uri, { run: project({ old: 6, wide: 3 }) });
    await tellOpenProjects(world.uri, { draft: open({ old: 5, wide: 4, dead: 7, left: 1 }) });
    await world.service.caughtUp();
    expect(await needed()).toEqual({ 'req.old': 2, 'req.wide': 2 });
    await publishWithout({
      old: ['RENAMED', 'next'],
      wide: ['SPLIT', 'left', 'right'],
      dead: ['RETIRED'],
    });
    expect(await report(2)).toEqual([
      'draft req.dead 7 TO_DECIDE',
      'draft req.old 5 CARRIED',
      'draft req.wide 4 TO_DECIDE',
      'run req.old 6 CARRIED',
      'run req.wide 3 TO_DECIDE',
    ]);
    expect(await needed()).toEqual({ 'req.next': 2, 'req.wide': 2 });
  });

  it('is followed over as many versions as there are', async () => {
    await publishWithout({ next: ['MERGED', 'last'] });
    const before = ['draft req.next 5 CARRIED', 'run req.next 6 CARRIED'];
    expect(await report(3)).toEqual(before);
    expect(await needed()).toEqual({ 'req.last': 2, 'req.wide': 2 });
    await tellProjects(world.uri, { late: project({ old: 2 }) });
    await world.service.caughtUp();
    expect(await report(3)).toEqual([before[0], 'late req.next 2 CARRIED', before[1]]);
    expect(await needed()).toEqual({ 'req.last': 4, 'req.wide': 2 });
    await tellProjects(world.uri, { late: null });
    await world.service.caughtUp();
    expect(await needed()).toEqual({ 'req.last': 2, 'req.wide': 2 });
  });

  it('is listed also where a draft followed before the version was carried out', async () => {
    await tellOpenProjects(world.uri, { quick: open({ dead: 2 }) });
    await world.service.caughtUp();
    expect(await quick(2)).toEqual(['quick req.dead 2 TO_DECIDE']);
    // As if it had required `old` all the time, and was told of anew only as what that became.
    const connection = await connect(world.uri, 'oca_techmaps');
    await connection
      .collection<{ _id: string }>('openprojects')
      .updateOne(
        { _id: 'quick' },
        { $set: { requirements: open({ old: 3, left: 1 }).requirements } },
      );
    await connection.close();
    await tellOpenProjects(world.uri, { quick: open({ last: 3 }) });
    await world.service.caughtUp();
    expect(await quick(2)).toEqual(['quick req.dead 2 DECIDED', 'quick req.old 3 CARRIED']);
    expect(await quick(3)).toEqual(['quick req.next 3 CARRIED']);
    await tellOpenProjects(world.uri, { quick: null });
    await world.service.caughtUp();
  });

  it('names a project that not everybody may see to the secretariat alone', async () => {
    const seen = await report(2, world.reviewer);
    expect(seen.filter((each) => each.startsWith(' '))).toEqual([
      ' req.dead 2 DECIDED',
      ' req.dead 7 TO_DECIDE',
      // Of a project that was public once, and is not any more.
      ' req.old 2 CARRIED',
      ' req.old 3 CARRIED',
      ' req.old 5 CARRIED',
      ' req.wide 4 TO_DECIDE',
    ]);
    expect(seen).toContain('run req.wide 3 TO_DECIDE');
  });

  it('is decided once the project is without it, waits again when it is not, and goes along when the project is sealed', async () => {
    const tell = async (state: Parameters<typeof tellOpenProjects>[1][string]) => {
      await tellOpenProjects(world.uri, { draft: state });
      await world.service.caughtUp();
    };
    await tell(open({ left: 4, dead: 7 }));
    expect(await waiting()).toEqual([
      'draft req.dead 7 TO_DECIDE',
      'draft req.old 5 CARRIED',
      'draft req.wide 4 DECIDED',
    ]);
    await tell(open({ wide: 8, dead: 7 }));
    expect(await waiting()).toContain('draft req.wide 8 TO_DECIDE');
    await tellProjects(world.uri, { draft: project({ wide: 8 }) });
    await tell(null);
    expect(await waiting()).toEqual([
      'draft req.dead 7 DECIDED',
      'draft req.old 5 CARRIED',
      'draft req.wide 8 TO_DECIDE',
    ]);
    await tellProjects(world.uri, { draft: null });
    await world.service.caughtUp();
    expect(await waiting()).toContain('draft req.wide 8 DECIDED');
  });
});
