/** Every operation that the project writes down, through both planners: they must answer alike. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  Kind,
  OperationTypeNode,
  print,
  type ExecutionResult,
  type OperationDefinitionNode,
} from 'graphql';

import { createLog } from '#kit/log.ts';
import { platformRoles, type Viewer } from '#kit/viewer.ts';
import { readGatewayConfig } from '../gateway/config.ts';
import { createGateway, type Gateway } from '../gateway/gateway.ts';
import { readSupergraph } from '../gateway/supergraph.ts';
import { openPlatform, type Platform } from '../infra/platform.ts';
import { seed } from '../infra/seed/seed.ts';
import { inventedSubgraphs } from './invented.ts';
import { writtenOperations, type WrittenOperation } from './operations.ts';
import { user } from './service.ts';
import { likelyVariables, sampleOf, type Sample } from './variables.ts';

const log = createLog('test', 'silent');
const root = new URL('..', import.meta.url);
const supergraphSdl = readFileSync(new URL('schema/supergraph.graphql', root), 'utf8');
const { apiSchema: schema } = await readSupergraph(supergraphSdl, 'APOLLO', log);
const { operations, unread } = writtenOperations(schema, root.pathname);
const planners = ['HIVE', 'APOLLO'] as const;
const everybody: Viewer = user('planner', { roles: [...platformRoles] });

/** One operation of a document. */
interface Asked extends WrittenOperation {
  operation: OperationDefinitionNode;
  title: string;
}

const asked = operations.flatMap((written): Asked[] =>
  written.document.definitions.flatMap((operation) =>
    operation.kind === Kind.OPERATION_DEFINITION
      ? [{ ...written, operation, title: titleOf(written.file, operation) }]
      : [],
  ),
);

function titleOf(file: string, { operation, name, selectionSet }: OperationDefinitionNode): string {
  const [first] = selectionSet.selections;
  const field = first?.kind === Kind.FIELD ? first.name.value : '';
  return `${file}: ${operation} ${name?.value ?? field}`;
}

/** What an answer says: its data, and of its errors where and what, in no order. */
function said({ data, errors = [] }: ExecutionResult): unknown {
  const faults = errors.map(({ path, extensions }) => JSON.stringify([path, extensions['code']]));
  return { data: JSON.parse(JSON.stringify(data ?? null)) as unknown, faults: faults.toSorted() };
}

async function ask(
  gateway: Pick<Gateway, 'execute' | 'subscribe'>,
  { document, operation }: Asked,
  variables: Record<string, unknown>,
  viewer: Viewer,
): Promise<unknown> {
  const operationName = operation.name?.value;
  const request = { query: print(document), variables, ...(operationName && { operationName }) };
  if (operation.operation !== OperationTypeNode.SUBSCRIPTION)
    return said(await gateway.execute(request, viewer));
  const feed = await gateway.subscribe(request, viewer);
  if (!(Symbol.asyncIterator in feed)) return said(feed);
  for await (const event of feed) return said(event);
  return 'over';
}

it('reads every operation of the project but those of graphs that are not ours', () => {
  // The gateway's own tests and benchmarks ask other graphs.
  const lost = unread.filter(({ file }) => !/^(gateway|bench)\//.test(file));
  expect(lost).toEqual([]);
  for (const from of ['README.md', 'gateway/page/examples.json', 'infra/demo/story.ts', 'test/'])
    expect(asked.some(({ file }) => file.startsWith(from))).toBe(true);
  expect(asked.length).toBeGreaterThan(300);
});

describe('on subgraphs that invent their answers, both planners', () => {
  const invented = planners.map(() => inventedSubgraphs());
  let gateways: Gateway[];
  beforeAll(async () => {
    gateways = await Promise.all(
      planners.map((PLANNER, index) =>
        createGateway({
          supergraphSdl,
          local: invented[index]?.local ?? new Map(),
          config: readGatewayConfig({ PORT: '0', PLANNER, GATEWAY_OPEN: 'true' }),
          log,
        }),
      ),
    );
  });
  afterAll(() => Promise.all(gateways.map((gateway) => gateway.stop())));

  it.each(asked)('answer alike and change in one order: $title', async (each) => {
    const variables = each.variables ?? likelyVariables(schema, each.operation, new Map());
    for (const { changes } of invented) changes.length = 0;
    const [hive, apollo] = await Promise.all(
      gateways.map((gateway) => ask(gateway, each, variables, everybody)),
    );
    expect(hive).toEqual(apollo);
    expect(invented[0]?.changes).toEqual(invented[1]?.changes);
    const isMutation = each.operation.operation === OperationTypeNode.MUTATION;
    expect((invented[0]?.changes.length ?? 0) > 0).toBe(isMutation);
  });
});

describe('on the seeded platform, both planners', () => {
  const queries = asked.filter(({ operation }) => operation.operation === OperationTypeNode.QUERY);
  let folder: string;
  let platforms: Platform[];
  let sample: Sample;
  let viewer: Viewer;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'oca-'));
    const open = (PLANNER: string, joinRunning: boolean) =>
      openPlatform({ environment: { PORT: '0', DATA_DIR: folder, PLANNER }, log, joinRunning });
    const first = await open('HIVE', false);
    await seed(first, {});
    await first.caughtUp();
    platforms = [first, await open('APOLLO', true)];
    await platforms[1]?.caughtUp();
    sample = await sampleOf(schema, first, everybody);
    const companies = [...(sample.get('Company') ?? [])].flatMap(({ id }) => (id ? [id] : []));
    viewer = user('planner', {
      roles: [...platformRoles],
      companies: Object.fromEntries(companies.map((id) => [id, 'OWNER' as const])),
    });
  }, 180_000);
  afterAll(async () => {
    for (const platform of platforms.toReversed()) await platform.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('have things of every kind to answer about', () => {
    const kinds = ['Company', 'Technology', 'TechMap', 'Project', 'Programme', 'Event', 'Service'];
    expect(kinds.filter((kind) => !sample.has(kind))).toEqual([]);
  });

  it.each(queries)('answer alike: $title', async (each) => {
    const variables = each.variables ?? likelyVariables(schema, each.operation, sample);
    const [hive, apollo] = await Promise.all(
      platforms.map((platform) => ask(platform, each, variables, viewer)),
    );
    expect(hive).toEqual(apollo);
  });
});
