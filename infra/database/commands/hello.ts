// hello: what a driver learns first.
import { Binary, document, isDocument, ObjectId } from '../bson/value.ts';
import type { Document, Value } from '../bson/value.ts';
import type { Engine } from '../engine/engine.ts';
import { CommandRefusal } from '../refusal.ts';
import { SESSION_MINUTES } from '../session.ts';
import type { Connection, Server } from './context.ts';
import { startAuthentication } from './authentication.ts';

/** The name of the replica set that we pretend to be, as sessions and change streams need one. */
export const SET_NAME = 'rs-embedded';

// 25 is MongoDB 8.0. @see https://github.com/mongodb/specifications/blob/master/source/wireversion-featurelist/wireversion-featurelist.md
const MAX_WIRE_VERSION = 25;

/** Limits that drivers keep to. */
export const LIMITS = {
  maxBsonObjectSize: 16_777_216,
  maxMessageSizeBytes: 48_000_000,
  maxWriteBatchSize: 100_000,
} as const;

/** Nobody signs: there are no keys. */
const SIGNATURE = document({ hash: new Binary(Buffer.alloc(20)), keyId: 0n });

/** The cluster time that every reply carries. */
export function clusterTime(engine: Engine): [string, Value][] {
  const time = engine.timestamp();
  return [
    ['operationTime', time],
    [
      '$clusterTime',
      new Map<string, Value>([
        ['clusterTime', time],
        ['signature', SIGNATURE],
      ]),
    ],
  ];
}

/** The answer to `hello` and its old names. */
export function hello(server: Server, command: Document, connection: Connection): Document {
  const { engine, address } = server;
  const client = command.get('client');
  if (isDocument(client)) connection.metadata = client;
  const ts = engine.timestamp();
  const optime = document({ ts, t: BigInt(engine.epoch) });
  const now = new Date();
  return document({
    helloOk: true,
    ismaster: true,
    isWritablePrimary: true,
    secondary: false,
    setName: SET_NAME,
    setVersion: 1,
    // Grows with every start: a driver takes a smaller one for a primary of the past.
    electionId: new ObjectId(`7fffffff${engine.epoch.toString(16).padStart(16, '0')}`),
    hosts: [address],
    primary: address,
    me: address,
    lastWrite: document({
      opTime: optime,
      lastWriteDate: now,
      majorityOpTime: optime,
      majorityWriteDate: now,
    }),
    ...LIMITS,
    localTime: now,
    logicalSessionTimeoutMinutes: SESSION_MINUTES,
    connectionId: connection.id,
    minWireVersion: 0,
    maxWireVersion: MAX_WIRE_VERSION,
    readOnly: false,
    ...authenticationFields(server, command, connection),
  });
}

function authenticationFields(
  server: Server,
  command: Document,
  connection: Connection,
): Record<string, Value> {
  if (server.authenticate === undefined) return {};
  const fields: Record<string, Value> = {};
  if (command.has('saslSupportedMechs')) fields['saslSupportedMechs'] = ['SCRAM-SHA-256'];
  const speculative = command.get('speculativeAuthenticate');
  if (isDocument(speculative) && speculative.get('mechanism') === 'SCRAM-SHA-256')
    Object.assign(fields, speculate(server, connection, speculative));
  return fields;
}

/** An attempt that fails is not told: the driver authenticates in its own time and is refused then. */
function speculate(
  server: Server,
  connection: Connection,
  speculative: Document,
): Record<string, Value> {
  try {
    return { speculativeAuthenticate: startAuthentication(server, connection, speculative) };
  } catch (error) {
    if (error instanceof CommandRefusal) return {};
    throw error;
  }
}
