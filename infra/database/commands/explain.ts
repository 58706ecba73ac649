// explain: which index a query uses, and what it costs.
import { pipelineOf } from '../aggregation/lookup.ts';
import { document, isDocument } from '../bson/value.ts';
import type { Document, Maybe, Value } from '../bson/value.ts';
import { findCollection } from '../engine/catalogue.ts';
import type { Collection } from '../engine/collection.ts';
import type { IndexPlan } from '../engine/index-plan.ts';
import type { Plan } from '../engine/planner.ts';
import { findRows } from '../engine/scan.ts';
import type { Effort, Query } from '../engine/scan.ts';
import { limitFlow, PAUSE, skipFlow } from '../flow.ts';
import type { Task } from '../flow.ts';
import { refuse } from '../refusal.ts';
import { collationFor, planQuery } from './ask.ts';
import type { Ask } from './ask.ts';
import { commandScope, documentArgument, documentsArgument, numberArgument } from './context.ts';
import type { CommandContext, Handler } from './context.ts';
import { pushDown, VIEW_DEPTH } from './pipeline-source.ts';
import { queryStages } from './query.ts';
import { VERSION } from './version.ts';

function indexStage({ index, isReverse, mergeAfter }: IndexPlan): Document {
  const scan = document({
    stage: 'IXSCAN',
    keyPattern: index.key,
    indexName: index.name,
    isMultiKey: index.isMultikey,
    isUnique: index.isUnique,
    isSparse: index.isSparse,
    isPartial: index.partial !== undefined,
    indexVersion: 2,
    direction: isReverse ? 'backward' : 'forward',
  });
  return document({
    stage: 'FETCH',
    inputStage:
      mergeAfter === undefined ? scan : document({ stage: 'SORT_MERGE', inputStage: scan }),
  });
}

function scanStage(plan: Plan): Document {
  if (plan.kind === 'collection')
    return document({ stage: 'COLLSCAN', direction: plan.isReverse ? 'backward' : 'forward' });
  if (plan.kind === 'index') return indexStage(plan);
  return document({
    stage: 'FETCH',
    inputStage: document({ stage: 'OR', inputStages: plan.branches.map(indexStage) }),
  });
}

function planStage(query: Query): Document {
  const scan = scanStage(query.plan);
  const isBlocking =
    query.sort !== undefined && query.sort.fields.length > 0 && !query.plan.isSorted;
  return isBlocking ? document({ stage: 'SORT', inputStage: scan }) : scan;
}

type Explained = {
  name: string;
  ask: Ask;
  skip: number;
  limit: number | undefined;
  stages: readonly Document[];
};

type Read = (command: Document) => Explained;

function nameIn(command: Document, field: string): string {
  const name = command.get(field);
  if (typeof name !== 'string') throw refuse(73, 'explain needs a command on a collection');
  return name;
}

function plain(name: string, filter: Document | undefined, rest: Partial<Ask> = {}): Explained {
  return {
    name,
    ask: { filter: filter ?? new Map(), ...rest },
    skip: 0,
    limit: undefined,
    stages: [],
  };
}

const readFind: Read = (command) => {
  const limit = Math.abs(numberArgument(command, 'limit') ?? 0);
  const skip = numberArgument(command, 'skip') ?? 0;
  const most = limit === 0 ? undefined : limit;
  const read = plain(nameIn(command, 'find'), documentArgument(command, 'filter'), {
    sort: documentArgument(command, 'sort'),
    hint: command.get('hint'),
    limit: most === undefined ? undefined : most + skip,
  });
  return { ...read, skip, limit: most };
};

const readAggregate: Read = (command) => {
  const stages = pipelineOf(command.get('pipeline'), 'aggregate');
  const { ask, rest } = pushDown(stages, command.get('hint'), true);
  return { name: nameIn(command, 'aggregate'), ask, skip: 0, limit: undefined, stages: rest };
};

function firstStatement(command: Document, field: string): Document {
  const [first] = documentsArgument(command, field);
  return first ?? new Map();
}

const READERS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['find', readFind],
  ['aggregate', readAggregate],
  ['count', (command) => plain(nameIn(command, 'count'), documentArgument(command, 'query'))],
  ['distinct', (command) => plain(nameIn(command, 'distinct'), documentArgument(command, 'query'))],
  [
    'findAndModify',
    (command) =>
      plain(nameIn(command, 'findAndModify'), documentArgument(command, 'query'), {
        sort: documentArgument(command, 'sort'),
      }),
  ],
  [
    'update',
    (command) =>
      plain(nameIn(command, 'update'), documentArgument(firstStatement(command, 'updates'), 'q')),
  ],
  [
    'delete',
    (command) =>
      plain(nameIn(command, 'delete'), documentArgument(firstStatement(command, 'deletes'), 'q')),
  ],
]);

const VERBOSITIES = new Set<Maybe>(['queryPlanner', 'executionStats', 'allPlansExecution']);

/** `explain`. */
export const explain: Handler = function* (context) {
  const inner = documentArgument(context.command, 'explain');
  const [name] = inner?.keys() ?? [];
  const read = READERS.get(name ?? '');
  if (inner === undefined || read === undefined)
    throw refuse(59, `Explain failed due to unknown command: ${name ?? ''}`);
  const verbosity = context.command.get('verbosity') ?? 'allPlansExecution';
  if (!VERBOSITIES.has(verbosity))
    throw refuse(
      9,
      "verbosity string must be one of {'queryPlanner', 'executionStats', 'allPlansExecution'}",
    );
  return yield* explainCommand(context, inner, read(inner), verbosity);
};

/** A view is explained as what its pipeline and the question together ask of its collection. */
function throughViews(context: CommandContext, asked: Explained, depth = 0): Explained {
  const { engine, database, transaction } = context;
  const view = findCollection(engine, `${database}.${asked.name}`, transaction)?.view;
  if (view === undefined || depth > VIEW_DEPTH) return asked;
  const { ask, skip, limit, stages } = asked;
  const own = queryStages(ask.filter, ask.sort, { skip, limit });
  const pushed = pushDown([...view.pipeline, ...own, ...stages], undefined, true);
  const below = { name: view.on, ask: pushed.ask, skip: 0, limit: undefined, stages: pushed.rest };
  return throughViews(context, below, depth + 1);
}

/** What a query does, and with `executionStats` what it did. */
export function* explainCommand(
  context: CommandContext,
  command: Document,
  asked: Explained,
  verbosity: Maybe,
): Task<Document> {
  const { engine, database, server, transaction } = context;
  const explained = throughViews(context, asked);
  const namespace = `${database}.${explained.name}`;
  const collection = findCollection(engine, namespace, transaction);
  const scope = commandScope(context, collationFor(command, collection));
  const isReal = collection !== undefined && collection.view === undefined;
  const query = isReal ? planQuery(collection, explained.ask, scope, context.sight) : undefined;
  const winningPlan = query === undefined ? document({ stage: 'EOF' }) : planStage(query);
  const planner = document({
    namespace,
    parsedQuery: explained.ask.filter,
    indexFilterSet: false,
    winningPlan,
    rejectedPlans: [],
  });
  const told: Document = document({ queryPlanner: planner });
  if (verbosity !== 'queryPlanner')
    told.set('executionStats', yield* execute(context, collection, query, explained, winningPlan));
  const reply: Document = new Map([['explainVersion', '1'], ...told]);
  if (verbosity === 'allPlansExecution') allPlans(told);
  if (explained.stages.length > 0)
    reply.set('stages', [document({ $cursor: told }), ...explained.stages]);
  reply.set('command', command);
  reply.set('serverInfo', serverInfo(server.address));
  return reply;
}

/** Where the server is; a socket has no port. */
function serverInfo(address: string): Document {
  const [, host = address, port = '0'] = /^(.*):(\d+)$/.exec(address) ?? [];
  return document({ host, port: Number(port), version: VERSION, gitVersion: 'embedded' });
}

/** There is one plan: others are not tried, but weighed by counting keys. */
function allPlans(told: Document): void {
  const stats = told.get('executionStats');
  if (isDocument(stats)) stats.set('allPlansExecution', []);
}

/** A stage with what it came to, and the stages below it. */
function measured(stage: Document, returned: number, effort: Effort): Document {
  const made: Document = new Map();
  for (const [name, value] of stage)
    made.set(name, INPUTS.has(name) ? measuredInput(value, returned, effort) : value);
  made.set('nReturned', returned);
  made.set('executionTimeMillisEstimate', 0);
  const kind = stage.get('stage');
  if (kind === 'IXSCAN') made.set('keysExamined', effort.keys);
  if (kind === 'FETCH' || kind === 'COLLSCAN') made.set('docsExamined', effort.documents);
  return made;
}

const INPUTS = new Set(['inputStage', 'inputStages']);

function measuredInput(input: Value, returned: number, effort: Effort): Value {
  if (Array.isArray(input)) return input.map((one) => measuredInput(one, returned, effort));
  return isDocument(input) ? measured(input, returned, effort) : input;
}

function* execute(
  context: CommandContext,
  collection: Collection | undefined,
  query: Query | undefined,
  { skip, limit }: Explained,
  plan: Document,
): Task<Document> {
  const started = performance.now();
  const effort: Effort = query?.effort ?? { keys: 0, documents: 0 };
  let returned = 0;
  if (collection !== undefined && query !== undefined) {
    const rows = skipFlow(findRows(collection, query, context.sight), skip);
    for (const row of limit === undefined ? rows : limitFlow(rows, limit))
      if (row === PAUSE) yield PAUSE;
      else returned += 1;
  }
  return document({
    executionSuccess: true,
    nReturned: returned,
    executionTimeMillis: Math.round(performance.now() - started),
    totalKeysExamined: effort.keys,
    totalDocsExamined: effort.documents,
    executionStages: measured(plan, returned, effort),
  });
}

/** `aggregate` with `explain: true`. */
export function* explainAggregate(context: CommandContext): Task<Document> {
  return yield* explainCommand(
    context,
    context.command,
    readAggregate(context.command),
    'queryPlanner',
  );
}

/** Whether a command asks to be explained instead of run. */
export function isExplained(command: Document): boolean {
  return command.get('explain') === true && !isDocument(command.get('explain'));
}
