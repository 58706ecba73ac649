/** What does each reading of the technology map cost with many capabilities, by kept counts and by counting anew (milliseconds)? [capabilities] */
import type { PipelineStage } from 'mongoose';

import { newId } from '#kit/id.ts';
import { connect } from '#kit/mongo.ts';
import { encodeCursor } from '#kit/page.ts';
import { startTestDatabase } from '../test/database.ts';
import { startTestService, user } from '../test/service.ts';
import { tellProjects } from '../test/told.ts';
import type { Claim } from '../subgraphs/techmaps/capability/capability.model.ts';
import { newCapability, snapshot } from '../subgraphs/techmaps/capability/publication.ts';
import { modelsOf } from '../subgraphs/techmaps/context.ts';
import { techmaps } from '../subgraphs/techmaps/subgraph.ts';
import {
  addDelta,
  footprintOf,
  groupsOf,
  noFootprint,
  type Delta,
} from '../subgraphs/techmaps/supply/footprint.ts';
import { markFirmsDue } from '../subgraphs/techmaps/supply/due.ts';
import { applyDelta } from '../subgraphs/techmaps/supply/recount.ts';
import { report } from './machine.ts';
import { mutationText } from '../test/mutation.ts';

const capabilities = Number(process.argv[2] ?? 20_000);
const perFirm = 10;
const areas = 25;
const perArea = 40;
const rowsPerCall = 500;
const firmsPerBatch = 500;
const firmsCountedAnew = 1_000;
const rareTechnologies = 30;
const rounds = 30;
const projects = 200;
const sectors = ['finance', 'healthcare', 'public', 'logistics', 'education'];

const database = await startTestDatabase();
const service = await startTestService(techmaps, database.uri);
const secretariat = user('secretariat', { roles: ['SECRETARIAT'] });

async function ask<Data>(source: string, variables: object = {}): Promise<Data> {
  const { data, errors } = await service.ask(secretariat, source, { ...variables });
  if (errors) throw new AggregateError(errors, errors.join('\n'));
  return data as Data;
}

async function run(mutation: string, input: object, fields: string): Promise<void> {
  const data = await ask<Record<string, { problems: object[] }>>(
    mutationText(mutation, `${fields} problems { message path }`),
    { input },
  );
  const [problem] = data[mutation]?.problems ?? [];
  if (problem) throw new Error(JSON.stringify(problem));
}

async function inCalls(mutation: string, input: object, rows: object[]): Promise<number> {
  const began = performance.now();
  for (let start = 0; start < rows.length; start += rowsPerCall) {
    const batch = { ...input, rows: rows.slice(start, start + rowsPerCall) };
    await run(mutation, batch, 'created');
  }
  return (performance.now() - began) / 1000;
}

function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Number((sorted[Math.ceil(sorted.length * share) - 1] ?? 0).toFixed(2));
}

async function timed(
  work: () => Promise<unknown>,
  repeats = rounds,
): Promise<{ median: number; p99: number }> {
  const times: number[] = [];
  for (let round = 0; round < repeats; round += 1) {
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  return { median: percentile(times, 0.5), p99: percentile(times, 0.99) };
}

const leaves = Array.from({ length: areas * perArea }, (_, index) => ({
  code: `m.a${Math.floor(index / perArea)}.t${index}`,
  parentCode: `m.a${Math.floor(index / perArea)}`,
  kind: 'TECHNOLOGY',
  name: { en: `Technology ${index}`, ko: `기술 ${index}` },
}));
const tree = [
  { code: 'm', kind: 'DOMAIN', name: { en: 'Map' } },
  ...Array.from({ length: areas }, (_, index) => ({
    code: `m.a${index}`,
    parentCode: 'm',
    kind: 'AREA',
    name: { en: `Area ${index}` },
  })),
  ...leaves,
];
await run('createTechMap', { code: 'bench', name: { en: 'Map' } }, 'map { id }');
const treeSeconds = await inCalls(
  'importTechnologies',
  { mapCode: 'bench', source: 'bench' },
  tree,
);
const {
  techMap: { id: mapId, draft },
} = await ask<{ techMap: { id: string; draft: { revision: number } } }>(
  '{ techMap(code: "bench") { id draft { revision } } }',
);
const publishing = performance.now();
await run('publishTechMapVersion', { mapId, revision: draft.revision }, 'version { size }');
const publishSeconds = (performance.now() - publishing) / 1000;

// What follows the publication is done before firms are there: it is no part of loading them.
await service.caughtUp();
const connection = await connect(database.uri, 'oca_techmaps');
const models = modelsOf(connection);
const nodes = await models.technologies.find({ mapId }, { code: 1, ancestorIds: 1 }).lean();
const pathOf = new Map(nodes.map(({ _id, ancestorIds }) => [_id, ancestorIds]));
const idOf = new Map(nodes.map(({ _id, code }) => [code, _id]));
const firms = Array.from({ length: Math.ceil(capabilities / perFirm) }, () => newId());
const rows = firms.length * perFirm;

/** A technology of a firm: every second firm is in the first, the last few have one firm each, all others alike many. */
function leafOf(index: number, own: number): number {
  if (own === 0 && index % 2 === 0) return 0;
  const rare = leaves.length - rareTechnologies;
  return own === 1 && index < rareTechnologies
    ? rare + index
    : 1 + ((index * 7 + own * 101) % (rare - 1));
}

/** What a firm can do, the same in every run. */
function claimsOf(index: number): Claim[] {
  return Array.from({ length: perFirm }, (_, own) => ({
    technologyId: idOf.get(leaves[leafOf(index, own)]?.code ?? '') ?? '',
    level: 1 + ((index + own) % 9),
    capacity: null,
    evidence: [],
    since: null,
  }));
}

/** Everything that is kept of one firm once it published and was counted. */
function keptOf(companyId: string, index: number) {
  const region = `KR-${11 + (index % 17)}`;
  const own = [sectors[index % sectors.length] ?? ''];
  const claims = claimsOf(index);
  return {
    company: { _id: companyId, revision: 1, gone: false, status: 'APPROVED', sectors: own, region },
    map: { ...snapshot(companyId, 1, claims, 'bench', 'bench') },
    capabilities: claims.map((claim) => newCapability(companyId, claim, true)),
    footprint: {
      _id: companyId,
      counted: footprintOf(claims, (id) => pathOf.get(id)),
      groups: groupsOf(own, region),
      due: false,
      revision: 1,
    },
  };
}

const loading = performance.now();
const counts: Delta = new Map();
for (let start = 0; start < firms.length; start += firmsPerBatch) {
  const kept = firms
    .slice(start, start + firmsPerBatch)
    .map((companyId, index) => keptOf(companyId, start + index));
  for (const { footprint } of kept) addDelta(counts, noFootprint, footprint);
  await models.companies.collection.insertMany(kept.map(({ company }) => company as never));
  await models.capabilityMaps.collection.insertMany(kept.map(({ map }) => map as never));
  await models.footprints.collection.insertMany(kept.map(({ footprint }) => footprint as never));
  await models.capabilities.collection.insertMany(
    kept.flatMap((each) => each.capabilities) as never[],
  );
  if (start % 10_000 === 0) console.error(`${start * perFirm} capabilities`);
}
await applyDelta(models, counts);
const loadSeconds = (performance.now() - loading) / 1000;

/** Firms that are counted anew: the counts must stay as they are. */
const again = firms.slice(0, firmsCountedAnew);
const before = JSON.stringify(await models.supplies.find().sort({ _id: 1 }).lean());
const counting = performance.now();
await markFirmsDue(models, again);
await service.caughtUp();
const countedAgainPerSecond = again.length / ((performance.now() - counting) / 1000);
const after = JSON.stringify(await models.supplies.find().sort({ _id: 1 }).lean());
if (before !== after) throw new Error('Counting anew changed the counts.');

const busy = leaves[0]?.code ?? '';
const ids = leaves.slice(0, 100).map(({ code }) => idOf.get(code) ?? '');
const { technology } = await ask<{ technology: { id: string; parent: { id: string } } }>(
  `{ technology(code: "${busy}") { id parent { id } } }`,
);
await tellProjects(
  database.uri,
  Object.fromEntries(
    Array.from({ length: projects }, (_, index) => [
      newId(),
      {
        title: { ko: null, en: `Project ${index}` },
        status: 'SEALED',
        sector: sectors[index % sectors.length] ?? '',
        memberIds: [],
        requirements: [
          { technologyId: ids[index % ids.length] ?? '', level: 9, providers: 3, mandatory: true },
        ],
      },
    ]),
  ),
);
await service.caughtUp();

/** Where a page in the middle of a list begins. */
async function middle(filter: object): Promise<string> {
  const sort = { level: -1, _id: 1 } as const;
  const list = connection.collection<{ _id: string; level: number }>('capabilities');
  const skip = Math.floor((await list.countDocuments(filter)) / 2);
  const [at] = await list.find(filter).sort(sort).skip(skip).limit(1).toArray();
  return encodeCursor([at?.level ?? 0, at?._id ?? '']);
}

const deep = await middle({ active: true });
const deepInOne = await middle({ active: true, technologyId: technology.id });
const node = '{ edges { node { id level technology { code } company { id } } } }';
const firm = firms[0] ?? '';
const firmReference = { __typename: 'Company', id: firm };
const entity = (fields: string) =>
  [
    `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Company { ${fields} } } }`,
    { of: [firmReference] },
  ] as const;
const readings: Record<string, readonly [source: string, variables?: object]> = {
  supplyOf100Technologies: [
    '{ technologies(filter: { kind: TECHNOLOGY }, first: 100) { edges { node { id code supply { firms levels { level firms } } } } } }',
  ],
  supplyBySectorAndRegion: [
    `{ supply(technologyCodes: ["${busy}"]) { sectors { firms levels { level firms } } regions { firms levels { level firms } } } }`,
  ],
  heatMapByRegion: [
    'query ($id: ID!) { supplyGrid(parentId: $id, by: REGION, leastLevel: 5) { columns rows { firms cells } } }',
    { id: technology.parent.id },
  ],
  treeMapOfAllTechnologies: [
    '{ techMap(code: "bench") { figures(depth: 3) { technology { code } supply { firms } need { places } missing } } }',
  ],
  gapsRanked: [
    '{ technologyGaps(first: 20) { totalCount edges { node { technology { code } shortfall missing } } } }',
  ],
  gapsOfOneSector: [
    '{ technologyGaps(first: 20, filter: { sector: "finance" }) { edges { node { technology { code } shortfall missing } } } }',
  ],
  soleSuppliers: [
    `{ soleSuppliers(filter: { mapId: "${mapId}", leastLevel: 1 }, first: 20) { totalCount edges { node { technology { code } company { id } level } } } }`,
  ],
  relatedTechnologies: [
    `{ technology(code: "${busy}") { related { firms overlap technology { code } } } }`,
  ],
  firmsLikeThisOne: entity('similar { likeness shared company { id } }'),
  capabilitiesOfOneFirm: entity(`capabilities(first: 20) ${node}`),
  capabilitiesFirstPage: [`{ capabilities(first: 100) ${node} }`],
  capabilitiesDeepPage: [
    `query ($after: String) { capabilities(first: 100, after: $after) ${node} }`,
    { after: deep },
  ],
  capabilitiesInOneTechnology: [
    `{ capabilities(filter: { technologyCode: "${busy}", leastLevel: 5 }, first: 20) ${node} }`,
  ],
  capabilitiesInOneTechnologyDeepPage: [
    `query ($after: String) { capabilities(filter: { technologyCode: "${busy}" }, first: 20, after: $after) ${node} }`,
    { after: deepInOne },
  ],
  capabilitiesCounted: ['{ capabilities { totalCount } }'],
  capabilitiesInOneTechnologyCounted: [
    `{ capabilities(filter: { technologyCode: "${busy}" }) { totalCount } }`,
  ],
  capabilitiesFromLevelFiveCounted: ['{ capabilities(filter: { leastLevel: 5 }) { totalCount } }'],
  capabilitiesInOneTechnologyFromLevelFiveCounted: [
    `{ capabilities(filter: { technologyCode: "${busy}", leastLevel: 5 }) { totalCount } }`,
  ],
  technologiesByText: [
    '{ technologies(filter: { text: "기술 77" }, first: 20) { edges { node { id code supply { firms } } } } }',
  ],
};
const readingMillis: Record<string, object> = {};
for (const [name, [source, variables = {}]] of Object.entries(readings)) {
  await ask(source, variables);
  readingMillis[name] = await timed(() => ask(source, variables));
  console.error(name, readingMillis[name]);
}

const editor = user('editor', { companies: { [firm]: 'EDITOR' } });
let revision = 1;
const publishCapabilitiesMillis = await timed(async () => {
  const claims = leaves
    .slice(0, perFirm)
    .map(({ code }, own) => ({ technologyCode: code, level: 1 + ((revision + own) % 9) }));
  const answer = await service.ask(
    editor,
    'mutation ($input: PublishCapabilitiesInput!) { publishCapabilities(input: $input) { capabilityMap { revision } problems { message } } }',
    { input: { companyId: firm, revision, capabilities: claims } },
  );
  const published = answer.data?.['publishCapabilities'] as { capabilityMap: object | null };
  if (!published.capabilityMap) throw new Error(JSON.stringify(answer));
  revision += 1;
});
await service.caughtUp();

/** What the kept counts are for: the same figures counted anew from the capabilities. */
const inTheMap = { active: true, technologyId: { $in: leaves.map(({ code }) => idOf.get(code)) } };
const countedAnew: Record<string, PipelineStage[]> = {
  treeMapOfAllTechnologies: [
    { $match: inTheMap },
    { $group: { _id: { technologyId: '$technologyId', level: '$level' }, firms: { $sum: 1 } } },
  ],
  soleSuppliers: [
    { $match: inTheMap },
    { $group: { _id: '$technologyId', firms: { $sum: 1 } } },
    { $match: { firms: 1 } },
  ],
};
const countingAnewMillis: Record<string, object> = {};
for (const [name, pipeline] of Object.entries(countedAnew))
  countingAnewMillis[name] = await timed(() => models.capabilities.aggregate(pipeline), 1);
/** A branch that every second firm is in moves: what the publication itself takes, not the counting after it. */
const { techMap } = await ask<{ techMap: { revision: number } }>(
  '{ techMap(code: "bench") { revision } }',
);
await run('draftTechMapVersion', { mapId, revision: techMap.revision }, 'version { id }');
const branch = {
  technologyId: idOf.get('m.a0'),
  revision: 1,
  parentId: idOf.get('m.a1'),
};
await run('moveTechnology', branch, 'placement { revision }');
const moved = await ask<{ techMap: { draft: { revision: number } } }>(
  '{ techMap(code: "bench") { draft { revision } } }',
);
const moving = performance.now();
await run(
  'publishTechMapVersion',
  { mapId, revision: moved.techMap.draft.revision },
  'version { size }',
);
const publishMovedBranchMillis = Math.round(performance.now() - moving);
await connection.close();
await service.stop();
await database.stop();

await report('techmaps-supply', {
  technologies: tree.length,
  firms: firms.length,
  capabilities: rows,
  projects,
  importTreeSeconds: Number(treeSeconds.toFixed(1)),
  publishTreeSeconds: Number(publishSeconds.toFixed(1)),
  loadSeconds: Number(loadSeconds.toFixed(1)),
  firmsCountedAnewPerSecond: Math.round(countedAgainPerSecond),
  readingMillis,
  publishCapabilitiesMillis,
  publishMovedBranchMillis,
  countingAnewMillis,
});
