/** What is read before a version is published and kept after it: nothing of it is passed over in silence. */
import { AsyncLocalStorage } from 'node:async_hooks';

import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Connection } from 'mongoose';

import { fileStore } from '#kit/file-store.ts';
import { connect, transaction } from '#kit/mongo.ts';
import type { Viewer } from '#kit/viewer.ts';
import { someone } from '../../../test/service.ts';
import {
  startTechmaps,
  type Payload,
  type TechmapsWorld,
} from '../../../test/techmaps/techmaps.ts';
import { tellProjects } from '../../../test/told.ts';
import { importCapabilities } from '../capability/capability-import.ts';
import { publishCapabilities } from '../capability/capability-map.ts';
import { readTechmapsConfig } from '../config.ts';
import { createContext, type Context } from '../context.ts';
import { currentTechnologies } from '../technology/current.ts';
import { technologiesOf } from '../technology/technology.model.ts';

/** Runs work as another request would, outside the transaction that is under way. */
const outside = AsyncLocalStorage.snapshot();

let world: TechmapsWorld;
let connection: Connection;

beforeAll(async () => {
  world = await startTechmaps();
  connection = await connect(world.uri, 'oca_techmaps');
});
afterAll(async () => {
  await connection.close();
  await world.stop();
});

function contextOf(viewer: Viewer): Context {
  const config = readTechmapsConfig({});
  const aftermath = { wake: () => undefined, idle: async () => undefined, stop: async () => undefined }; // prettier-ignore
  const current = currentTechnologies(technologiesOf(connection));
  const store = fileStore(config.files);
  return createContext({ connection, config, aftermath, current, store }, viewer);
}

/** A published map and a draft of its next version, which lacks `old` and says what becomes of it. */
async function drafted(code: string, kind: string, successors: readonly string[]) {
  const names = ['old', 'new', 'other'].map((own) => `${code}.${own}`);
  const { id, ids } = await world.map(code, [`${code} DOMAIN`, ...names]);
  await leaveOut(id, ids, `${code}.old`, kind, successors.map((own) => `${code}.${own}`)); // prettier-ignore
  return { id, ids };
}

async function leaveOut(
  mapId: string,
  ids: Record<string, string>,
  code: string,
  kind: string,
  successors: readonly string[],
): Promise<void> {
  const { revision } = await world.ask(someone, `{ techMap(id: "${mapId}") { revision } }`);
  await world.mutate(world.secretariat, 'draftTechMapVersion', { mapId, revision });
  const technologyId = ids[code];
  await world.mutate(world.secretariat, 'removeTechnology', { technologyId, revision: 1 });
  const said = await world.mutate(world.secretariat, 'setSuccession', {
    technologyId,
    revision: await draftRevision(mapId),
    kind,
    successorIds: successors.map((each) => ids[each]),
  });
  expect(said['problems']).toEqual([]);
}

async function draftRevision(mapId: string): Promise<number> {
  const { draft } = await world.ask(
    world.secretariat,
    `{ techMap(id: "${mapId}") { draft { revision } } }`,
  );
  return draft.revision;
}

async function publishVersion(mapId: string): Promise<void> {
  const revision = await draftRevision(mapId);
  const { problems } = await world.mutate(world.secretariat, 'publishTechMapVersion', { mapId, revision }); // prettier-ignore
  expect(problems).toEqual([]);
  await world.service.caughtUp();
}

/** Runs the work in a transaction that read the map before something else happened, and is kept after it. */
async function across(
  meanwhile: () => Promise<void>,
  work: () => Promise<unknown>,
): Promise<number> {
  let runs = 0;
  await transaction(connection, async () => {
    runs += 1;
    // The first read fixes what the transaction sees.
    await contextOf(someone).technologies.countDocuments({});
    if (runs === 1) await outside(meanwhile);
    await work();
  });
  return runs;
}

async function itemsOf(mapId: string): Promise<unknown[]> {
  const { published } = await world.ask(
    world.secretariat,
    `{ techMap(id: "${mapId}") { published { transition { items { edges { node { outcome company { id } project { id } technology { code } } } } } } } }`,
  );
  return published.transition.items.edges.map(({ node }: Payload) => [
    node.company?.id ?? node.project?.id,
    node.technology.code,
    node.outcome,
  ]);
}

async function levelsOf(companyId: string): Promise<Record<string, number>> {
  const { edges } = await world.ask(
    someone,
    `{ capabilities(filter: { companyIds: ["${companyId}"] }) { edges { node { level technology { code } } } } }`,
  );
  return Object.fromEntries(edges.map(({ node }: Payload) => [node.technology.code, node.level]));
}

it('carries rows over that were read before a version was published and kept after its firms were carried', async () => {
  const { id } = await drafted('in', 'RENAMED', ['new']);
  await world.firms('in-one', 'in-two');
  const rows = ['in-one', 'in-two'].map((companyId) => ({
    companyId,
    technologyCode: 'in.old',
    level: 6,
  }));
  const runs = await across(
    () => publishVersion(id),
    () => importCapabilities(contextOf(world.operator), { source: 'race', rows }),
  );
  expect(runs).toBe(1);
  await world.service.caughtUp();
  expect([await levelsOf('in-one'), await levelsOf('in-two')]).toEqual([{ 'in.new': 6 }, { 'in.new': 6 }]); // prettier-ignore
  expect(await itemsOf(id)).toEqual([
    ['in-one', 'in.old', 'CARRIED'],
    ['in-two', 'in.old', 'CARRIED'],
  ]);
  const { supply } = await world.ask(
    someone,
    '{ technology(code: "in.new") { supply { firms } } }',
  );
  expect(supply).toEqual({ firms: 2 });
});

it('leaves a firm that published into a split technology something to decide', async () => {
  const { id } = await drafted('cut', 'SPLIT', ['new', 'other']);
  await world.firms('cut-firm');
  await across(
    () => publishVersion(id),
    () =>
      publishCapabilities(contextOf(world.editor('cut-firm')), {
        companyId: 'cut-firm',
        revision: 0,
        capabilities: [{ technologyCode: 'cut.old', level: 4 }],
      }),
  );
  await world.service.caughtUp();
  expect(await itemsOf(id)).toEqual([['cut-firm', 'cut.old', 'TO_DECIDE']]);
});

it('carries a late claim over as many versions as there were meanwhile', async () => {
  const { id, ids } = await drafted('far', 'RENAMED', ['new']);
  await world.firms('far-firm');
  await across(
    async () => {
      await publishVersion(id);
      await leaveOut(id, ids, 'far.new', 'MERGED', ['far.other']);
      await publishVersion(id);
    },
    () =>
      importCapabilities(contextOf(world.operator), {
        source: 'race',
        rows: [{ companyId: 'far-firm', technologyCode: 'far.old', level: 8 }],
      }),
  );
  await world.service.caughtUp();
  expect(await levelsOf('far-firm')).toEqual({ 'far.other': 8 });
});

it('lists a requirement that is told of only after its technology was left out, until the project is without it', async () => {
  const { id, ids } = await drafted('told', 'RETIRED', []);
  await publishVersion(id);
  const requirement = {
    technologyId: ids['told.old'] ?? '',
    level: 5,
    providers: 1,
    mandatory: true,
  };
  const project = {
    title: { ko: null, en: 'Project' },
    status: 'SEALED',
    sector: 'finance',
    memberIds: [],
  };
  await tellProjects(world.uri, { 'told-late': { ...project, requirements: [requirement] } });
  await world.service.caughtUp();
  expect(await itemsOf(id)).toEqual([['told-late', 'told.old', 'TO_DECIDE']]);
  await tellProjects(world.uri, { 'told-late': { ...project, requirements: [] } });
  await world.service.caughtUp();
  expect(await itemsOf(id)).toEqual([['told-late', 'told.old', 'DECIDED']]);
});
