// What a stage of a pipeline is, and what it is given.
import type { Document, Value } from '../bson/value.ts';
import type { Reads, Scope } from '../expression/scope.ts';
import type { Flow } from '../flow.ts';

/** A collection's place. */
export type Namespace = { database: string; collection: string };

/** A stage that is ready to run. */
export type Stage = {
  run: (source: Flow<Document>) => Flow<Document>;
  /** What it reads of its input; undefined when it may be everything. */
  reads: Reads | undefined;
  /** Whether its output holds nothing that it did not read. */
  closes: boolean;
};

/** What stages can reach outside of their input. */
export type World = {
  /** Runs a pipeline on another collection. */
  open: (namespace: Namespace, stages: readonly Document[], scope: Scope) => Flow<Document>;
  /** Documents whose field equals one of the values, by an index; undefined when there is none. */
  findByIndex: (
    namespace: Namespace,
    field: string,
  ) => ((values: readonly Value[]) => Flow<Document>) | undefined;
  /** Writes the result of `$out` or `$merge`. */
  write: (stage: string, argument: Value, source: Flow<Document>) => Flow<Document>;
  /** Documents that a stage at the head of a pipeline makes: `$collStats`, `$currentOp` … */
  produce: (stage: string, argument: Value) => Document[] | undefined;
};

/** What a stage is compiled with. */
export type StageContext = {
  scope: Scope;
  database: string;
  world: World;
  allowsDisk: boolean;
};

/** Makes a stage of its argument. */
export type CompileStage = (argument: Value, context: StageContext, name: string) => Stage;

/** A stage that looks at one document after the other, and may read everything. */
export function stageOf(run: (source: Flow<Document>) => Flow<Document>): Stage {
  return { run, reads: undefined, closes: false };
}
