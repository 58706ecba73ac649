// What a command is given, and how it reads its arguments.
import { toNumber, wholeNumber } from '../bson/number.ts';
import { isDocument, isNumeric, typeName } from '../bson/value.ts';
import type { Document, Maybe } from '../bson/value.ts';
import type { WritableDocument } from '../bson/writer.ts';
import type { Cursors } from '../cursor.ts';
import type { Engine } from '../engine/engine.ts';
import type { Sight } from '../engine/sight.ts';
import type { Transaction } from '../engine/transaction.ts';
import { compileExpression } from '../expression/compile.ts';
import { bindValues, makeScope } from '../expression/scope.ts';
import type { Scope } from '../expression/scope.ts';
import type { Task } from '../flow.ts';
import type { Operation, Operations } from '../operation.ts';
import type { Collation } from '../query/collation.ts';
import { refuse } from '../refusal.ts';
import type { Session, Sessions } from '../session.ts';
import type { FailPoints } from './fail-point.ts';

/** A connected client. */
export type Connection = {
  id: number;
  /** From where it came. */
  address: string;
  /** Who signed in; undefined before, or where nobody needs to. */
  user: string | undefined;
  /** An authentication that is going on. */
  conversation: Conversation | undefined;
  metadata: Document | undefined;
  /** Its last write, while nothing that came since shows that the client has read the answer. */
  unheard?: Unheard | undefined;
  close: () => void;
};

/** A write that was answered: the position of the log before it, and when it was answered, ms. */
export type Unheard = { before: number; at: number };

/** One exchange of an authentication. */
export type Conversation = {
  next: (payload: string) => { payload: string; isDone: boolean };
  user: string;
};

/** The server as commands see it. */
export type Server = {
  engine: Engine;
  sessions: Sessions;
  cursors: Cursors;
  operations: Operations;
  /** Undefined unless the server was started for drivers' tests. */
  failPoints: FailPoints | undefined;
  connections: Map<number, Connection>;
  /** Where it can be reached, as `hello` tells it. */
  address: string;
  startedAt: number;
  /** How long a transaction may be open. */
  transactionSeconds: number;
  /** How long one waits for a client whose connection was lost. */
  graceMillis: number;
  /** Starts an authentication; undefined where none is needed. */
  authenticate: ((payload: string) => { conversation: Conversation; payload: string }) | undefined;
  counters: Map<string, number>;
  /** What went over all connections. */
  traffic: { bytesIn: number; bytesOut: number; requests: number };
};

/** One command. */
export type CommandContext = {
  server: Server;
  engine: Engine;
  command: Document;
  name: string;
  database: string;
  connection: Connection;
  session: Session | undefined;
  transaction: Transaction | undefined;
  sight: Sight;
  operation: Operation;
};

/** A command before it is known in which transaction it stands, and what it sees. */
export type CommandBase = Omit<CommandContext, 'transaction' | 'sight'>;

/** What a command answers; `ok` and the cluster time are added. */
export type Reply = WritableDocument;

/** Does what a command asks for. */
export type Handler = (context: CommandContext) => Reply | Task<Reply>;

/** An optional number of a command. */
export function numberArgument(command: Document, name: string): number | undefined {
  const value = command.get(name);
  if (value === undefined || value === null) return undefined;
  const whole = isNumeric(value) ? (wholeNumber(value) ?? Math.trunc(toNumber(value))) : undefined;
  if (whole === undefined)
    throw refuse(
      14,
      `BSON field '${name}' is the wrong type '${typeName(value)}', expected types '[long, int, decimal, double]'`,
    );
  return whole;
}

/** An optional document of a command. */
export function documentArgument(command: Document, name: string): Document | undefined {
  const value = command.get(name);
  if (value === undefined || value === null) return undefined;
  if (!isDocument(value))
    throw refuse(
      14,
      `BSON field '${name}' is the wrong type '${typeName(value)}', expected type 'object'`,
    );
  return value;
}

/** A list of documents of a command. */
export function documentsArgument(command: Document, name: string): Document[] {
  const value = command.get(name);
  if (value === undefined)
    throw refuse(40_414, `BSON field '${name}' is missing but a required field`);
  if (!Array.isArray(value))
    throw refuse(
      14,
      `BSON field '${name}' is the wrong type '${typeName(value)}', expected type 'array'`,
    );
  return value.map((element, at) => {
    if (!isDocument(element))
      throw refuse(
        14,
        `BSON field '${name}.${at}' is the wrong type '${typeName(element)}', expected type 'object'`,
      );
    return element;
  });
}

/** The collection that a command names by its first field. */
export function collectionName(context: CommandContext): string {
  const name = context.command.get(context.name);
  if (typeof name !== 'string')
    throw refuse(
      73,
      `collection name has invalid type ${name === undefined ? 'missing' : typeName(name)}`,
    );
  checkName(context.database, name);
  return name;
}

/** Refuses names that no collection may have. */
export function checkName(database: string, name: string): void {
  if (
    name === '' ||
    name.includes('\0') ||
    (name.includes('$') && !name.startsWith('$cmd')) ||
    name.startsWith('.')
  )
    throw refuse(73, `Invalid namespace specified '${database}.${name}'`);
  if (/[\0 "$*./:<>?\\|]/.test(database) || database === '' || database.length > 63)
    throw refuse(73, `Invalid database name: '${database}'`);
  if (Buffer.byteLength(`${database}.${name}`) > 255)
    throw refuse(73, `Fully qualified namespace is too long: ${database}.${name}`);
}

/** The scope of a command's expressions: its collation and its `let`. */
export function commandScope(
  context: CommandContext,
  collation: Collation | undefined,
  variables: Maybe = context.command.get('let'),
): Scope {
  const scope = makeScope({
    collation,
    clusterTime: context.engine.timestamp(),
    fault: context.operation.fault,
  });
  if (variables === undefined) return scope;
  if (!isDocument(variables))
    throw refuse(14, "BSON field 'let' is the wrong type, expected type 'object'");
  const values = [...variables].map(
    ([name, spec]) => [name, compileExpression(spec, scope)(new Map()) ?? null] as const,
  );
  return bindValues(scope, values);
}

/** The transaction number of a command. */
export function transactionNumber(command: Document): bigint | undefined {
  const number = command.get('txnNumber');
  return typeof number === 'bigint' || typeof number === 'number' ? BigInt(number) : undefined;
}

/** A number that may be counted in the server's statistics. */
export function count(server: Server, name: string): void {
  server.counters.set(name, (server.counters.get(name) ?? 0) + 1);
}
