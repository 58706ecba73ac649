// aggregate.
import { pipelineOf } from '../aggregation/lookup.ts';
import { compilePipeline } from '../aggregation/pipeline.ts';
import { isDocument } from '../bson/value.ts';
import type { Document } from '../bson/value.ts';
import { writeDocument } from '../bson/writer.ts';
import { findCollection } from '../engine/catalogue.ts';
import { mapFlow } from '../flow.ts';
import { refuse } from '../refusal.ts';
import { collationFor } from './ask.ts';
import { withWriteConcern } from './batch.ts';
import { openChangeStream } from './change-stream.ts';
import { checkName, commandScope, documentArgument, numberArgument } from './context.ts';
import type { CommandContext, Handler } from './context.ts';
import { endsInWrite } from './merge.ts';
import { aggregateFlow } from './pipeline-source.ts';
import { FIRST_BATCH, openCursor } from './cursor-command.ts';

const COLLECTIONLESS = new Set([
  '$documents',
  '$currentOp',
  '$listLocalSessions',
  '$listSessions',
  '$changeStream',
]);

/** The collection of an aggregate, or the name that stands for none. */
function sourceName({ command, database }: CommandContext, stages: readonly Document[]): string {
  const name = command.get('aggregate');
  if (typeof name === 'string') {
    checkName(database, name);
    return name;
  }
  const [first] = stages[0]?.keys() ?? [];
  if (first === undefined || !COLLECTIONLESS.has(first))
    throw refuse(
      73,
      `{aggregate: 1} is not valid for '${first ?? 'an empty pipeline'}'; a collection is required.`,
    );
  return '$cmd.aggregate';
}

/** `aggregate`. */
export const aggregate: Handler = function* (context) {
  const { command, database, engine, transaction } = context;
  const stages = pipelineOf(command.get('pipeline'), 'aggregate');
  const cursor = documentArgument(command, 'cursor');
  if (cursor === undefined && !command.has('explain'))
    throw refuse(
      9,
      "The 'cursor' option is required, except for aggregate with the explain argument",
    );
  const batchSize =
    (cursor === undefined ? undefined : numberArgument(cursor, 'batchSize')) ?? FIRST_BATCH;
  const name = sourceName(context, stages);
  if (stages[0]?.has('$changeStream') === true) return openChangeStream(context, stages, batchSize);
  checkReadConcern(command, stages);
  if (command.get('apiStrict') === true) checkStable(stages);
  const collection = findCollection(engine, `${database}.${name}`, transaction);
  const scope = commandScope(context, collationFor(command, collection));
  const flow = aggregateFlow(context, name, stages, scope, command.get('hint'));
  const namespace = `${database}.${name}`;
  const isWriting = endsInWrite(stages);
  const reply = yield* openCursor(context, mapFlow(flow, writeDocument), {
    namespace,
    batchSize: isWriting ? FIRST_BATCH : batchSize,
  });
  if (!isWriting) return reply;
  const concern = withWriteConcern(command, new Map());
  return new Map([...reply, ...concern]);
};

const UNSTABLE_STAGES = new Set([
  '$currentOp',
  '$indexStats',
  '$listLocalSessions',
  '$listSessions',
]);

function checkStable(stages: readonly Document[]): void {
  for (const stage of stages)
    for (const name of stage.keys())
      if (UNSTABLE_STAGES.has(name))
        throw refuse(323, `stage ${name} is not allowed with 'apiStrict: true' in API Version 1`);
}

function checkReadConcern(command: Document, stages: readonly Document[]): void {
  const concern = command.get('readConcern');
  if (isDocument(concern) && concern.get('level') === 'linearizable' && endsInWrite(stages))
    throw refuse(72, '$out and $merge cannot be used with a linearizable read concern');
}

/** Refuses a pipeline that could not run; for views. */
export function checkPipeline(stages: readonly Document[], context: CommandContext): void {
  compilePipeline(stages, {
    scope: commandScope(context, undefined, undefined),
    database: context.database,
    world: {
      open: () => mapFlow(nothing(), (item) => item),
      findByIndex: () => undefined,
      write: (_stage, _argument, source) => source,
      produce: () => undefined,
    },
    allowsDisk: true,
  });
}

function* nothing(): Generator<never, void, undefined> {
  // There is nothing to read while a pipeline is only checked.
}
