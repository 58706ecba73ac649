/** What does a page of 100 technologies with their supply cost, by kept counts and by counting anew (milliseconds)? [capabilities] */
import { newId } from '#kit/id.ts';
import { connect } from '#kit/mongo.ts';
import { startTestDatabase } from '../test/database.ts';
import { startTestService, someone, user } from '../test/service.ts';
import { tellFirms } from '../test/told.ts';
import { techmaps } from '../subgraphs/techmaps/subgraph.ts';
import { report } from './machine.ts';

const capabilities = Number(process.argv[2] ?? 20_000);
const perFirm = 10;
const areas = 25;
const perArea = 40;
const rowsPerCall = 500;
const rounds = 30;

const database = await startTestDatabase();
const service = await startTestService(techmaps, database.uri);
const secretariat = user('secretariat', { roles: ['SECRETARIAT'] });

async function ask(source: string, variables: object = {}): Promise<Record<string, never>> {
  const { data, errors } = await service.ask(secretariat, source, { ...variables });
  if (errors) throw new AggregateError(errors, errors.join('\n'));
  return data as Record<string, never>;
}

async function run(mutation: string, input: object, fields: string): Promise<void> {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  const data = await ask(
    `mutation ($input: ${type}!) { ${mutation}(input: $input) { ${fields} problems { message path } } }`,
    { input },
  );
  const { problems } = data[mutation] as unknown as { problems: object[] };
  if (problems.length > 0) throw new Error(JSON.stringify(problems[0]));
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

async function timed(work: () => Promise<unknown>): Promise<{ median: number; p99: number }> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
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
const { techMap } = await ask('{ techMap(code: "bench") { id draft { revision } } }');
const { id: mapId, draft } = techMap as unknown as { id: string; draft: { revision: number } };
const publishing = performance.now();
await run('publishTechMapVersion', { mapId, revision: draft.revision }, 'version { size }');
const publishSeconds = (performance.now() - publishing) / 1000;

const firms = Array.from({ length: Math.ceil(capabilities / perFirm) }, () => newId());
for (let start = 0; start < firms.length; start += rowsPerCall)
  await tellFirms(
    database.uri,
    Object.fromEntries(firms.slice(start, start + rowsPerCall).map((id) => [id, {}])),
  );
await service.caughtUp();
const rows = firms.flatMap((companyId, firm) =>
  Array.from({ length: perFirm }, (_, own) => ({
    companyId,
    technologyCode: leaves[(firm * 7 + own * 101) % leaves.length]?.code,
    level: 1 + ((firm + own) % 9),
  })),
);
const capabilitySeconds = await inCalls('importCapabilities', { source: 'bench' }, rows);
const counting = performance.now();
await service.caughtUp();
const countSeconds = (performance.now() - counting) / 1000;

const page =
  '{ technologies(filter: { kind: TECHNOLOGY }, first: 100) { edges { node { id code supply { firms levels { level firms } } } } } }';
const text =
  '{ technologies(filter: { text: "기술 77" }, first: 20) { edges { node { id code supply { firms } } } } }';
const list = `{ capabilities(filter: { technologyCode: "${leaves[0]?.code}", leastLevel: 5 }, first: 20) { edges { node { level company { id } } } } }`;
const byCounts = await timed(() => service.ask(someone, page));
const bySearch = await timed(() => service.ask(someone, text));
const byList = await timed(() => service.ask(someone, list));

const connection = await connect(database.uri, 'oca_techmaps');
const { edges } = (await ask(page))['technologies'] as unknown as {
  edges: { node: { id: string } }[];
};
const ids = edges.map(({ node }) => node.id);
const byReading = await timed(() =>
  connection
    .collection<{ _id: string }>('supplies')
    .find({ _id: { $in: ids } })
    .toArray(),
);
const byCounting = await timed(() =>
  connection
    .collection('capabilities')
    .aggregate([
      { $match: { active: true, technologyId: { $in: ids } } },
      { $group: { _id: { technologyId: '$technologyId', level: '$level' }, firms: { $sum: 1 } } },
    ])
    .toArray(),
);
await connection.close();
await service.stop();
await database.stop();

await report('techmaps-supply', {
  technologies: tree.length,
  firms: firms.length,
  capabilities: rows.length,
  importTreeSeconds: Number(treeSeconds.toFixed(1)),
  publishTreeSeconds: Number(publishSeconds.toFixed(1)),
  importCapabilitiesPerSecond: Math.round(rows.length / capabilitySeconds),
  countSupplySeconds: Number(countSeconds.toFixed(1)),
  wholePageMillis: byCounts,
  keptCountsAloneMillis: byReading,
  countingAnewAloneMillis: byCounting,
  textSearchMillis: bySearch,
  capabilityPageMillis: byList,
});
