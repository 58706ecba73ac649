/** How a service reaches its database. */
import mongoose, {
  type Aggregate,
  type Connection,
  type Model,
  type Query,
  type Schema,
} from 'mongoose';

import { checkDeadline, millisLeft, timeIsOver } from './deadline.ts';
import { isTracing, traceDatabase } from './trace.ts';

// Every operation inside `connection.transaction` joins it without being handed a session.
mongoose.set('transactionAsyncLocalStorage', true);
mongoose.set('strictQuery', 'throw');

/** What a query of any kind is called. */
const queries = /^(find|count|estimated|distinct|update|replace|delete)/;

const ofQueries = { document: false, query: true } as const;

/** How much longer than its request a command may run, in milliseconds: so that it is the request that says its time is over. */
const graceMillis = 50;

/** MongoDB's code of a command that took longer than it was given. */
const maxTimeExpired = 50;

// Nothing is asked for a request whose time is over, and what runs for it ends in the database too.
mongoose.plugin((schema: Schema) => {
  schema.pre(queries, ofQueries, function (this: Query<unknown, unknown>) {
    checkDeadline();
    const left = millisLeft();
    if (left !== null) this.setOptions({ maxTimeMS: left + graceMillis });
  });
  schema.pre('aggregate', function (this: Aggregate<unknown[]>) {
    checkDeadline();
    const left = millisLeft();
    if (left !== null) this.option({ maxTimeMS: left + graceMillis });
  });
  schema.pre('save', () => checkDeadline());
  schema.pre('insertMany', () => checkDeadline());
  schema.pre('bulkWrite', () => checkDeadline());
  schema.post(queries, ofQueries, toldAsTimeOut);
  schema.post('aggregate', toldAsTimeOut);
});

function toldAsTimeOut(error: Error, _: unknown, next: (error: Error) => void): void {
  const isOver = 'code' in error && error.code === maxTimeExpired && millisLeft() !== null;
  next(isOver ? timeIsOver() : error);
}

/** Options that every schema takes: no version counter of mongoose's own, no silent fields. */
export const plainSchema = {
  versionKey: false,
  id: false,
  strict: 'throw',
  minimize: false,
} as const;

/**
 * Opens the database of one service.
 *
 * @param uri of the deployment, without a database
 * @param database the service's own, such as `oca_companies`
 * @throws when the deployment cannot be reached within 10 seconds
 */
export async function connect(uri: string, database: string): Promise<Connection> {
  const connection = await mongoose
    .createConnection(uri, {
      dbName: database,
      autoIndex: false,
      autoCreate: false,
      serverSelectionTimeoutMS: 10_000,
      retryWrites: true,
      w: 'majority',
      monitorCommands: isTracing(),
    })
    .asPromise();
  if (isTracing()) traceDatabase(connection.getClient());
  return connection;
}

/** Asks the deployment behind a connection for a sign of life; anything that is no connection has none to give. */
export async function ping(connection: unknown): Promise<void> {
  if (connection instanceof mongoose.Connection) await connection.db?.command({ ping: 1 });
}

/** The model of a collection; the same one each time it is asked for. */
export function modelOf<Record>(
  connection: Connection,
  collection: string,
  schema: Schema,
): Model<Record> {
  const known = connection.models[collection] as Model<Record> | undefined;
  return known ?? (connection.model(collection, schema, collection) as unknown as Model<Record>);
}

/** Makes each model's collection and indexes, so that transactions never have to. */
export async function prepare(models: readonly Model<never>[] | readonly object[]): Promise<void> {
  for (const model of models as readonly Model<unknown>[]) {
    await model.createCollection();
    await model.createIndexes();
  }
}

/**
 * Runs the work in one transaction, again from the start when it meets another one's write: the work may run
 * several times and must have no effect outside the database.
 */
export async function transaction<Result>(
  connection: Connection,
  work: () => Promise<Result>,
): Promise<Result> {
  const outcome: { result?: Result } = {};
  await connection.transaction(async () => {
    outcome.result = await work();
  });
  return outcome.result as Result;
}

/** MongoDB's answer to breaking a unique index: server error 11000. */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 11_000;
}
