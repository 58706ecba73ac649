// Commands about the server: what shells and tools ask before they show anything.
import { arch, cpus, hostname, platform, release, totalmem } from 'node:os';
import { wholeNumber } from '../bson/number.ts';
import { document, isNumeric } from '../bson/value.ts';
import type { Document } from '../bson/value.ts';
import { readDocument } from '../bson/reader.ts';
import { findCollection } from '../engine/catalogue.ts';
import type { Collection } from '../engine/collection.ts';
import { keysOf } from '../engine/index-key.ts';
import { PAUSE } from '../flow.ts';
import { refuse } from '../refusal.ts';
import { usersInfo } from './authentication.ts';
import { collectionName, numberArgument } from './context.ts';
import type { CommandContext, Handler } from './context.ts';
import { configureFailPoint } from './fail-point.ts';
import { LIMITS, SET_NAME } from './hello.ts';
import { getParameter, setParameter } from './parameter.ts';
import { currentOperations, storageStats } from './produce.ts';
import { VERSION } from './version.ts';

const buildInfo: Handler = () =>
  document({
    version: VERSION,
    gitVersion: 'embedded',
    modules: [],
    allocator: 'system',
    versionArray: VERSION.split('.').map(Number).concat(0),
    bits: 64,
    debug: false,
    maxBsonObjectSize: LIMITS.maxBsonObjectSize,
    storageEngines: ['sqlite'],
  });

const COUNTED: ReadonlyMap<string, string> = new Map([
  ['insert', 'insert'],
  ['find', 'query'],
  ['update', 'update'],
  ['delete', 'delete'],
  ['getMore', 'getmore'],
]);

/** MongoDB's six counters; whatever has none of its own is a command. */
function operationCounters(counters: ReadonlyMap<string, number>): Document {
  const made = new Map<string, bigint>([...COUNTED.values(), 'command'].map((name) => [name, 0n]));
  for (const [command, count] of counters) {
    const name = COUNTED.get(command) ?? 'command';
    made.set(name, (made.get(name) ?? 0n) + BigInt(count));
  }
  return made;
}

const serverStatus: Handler = ({ server, engine }) => {
  const memory = process.memoryUsage();
  const uptime = Math.floor((Date.now() - server.startedAt) / 1000);
  return document({
    host: server.address,
    version: VERSION,
    process: 'mongod',
    pid: BigInt(process.pid),
    uptime,
    uptimeMillis: BigInt(Date.now() - server.startedAt),
    localTime: new Date(),
    connections: document({
      current: server.connections.size,
      available: 10_000,
      totalCreated: Math.max(0, ...server.connections.keys()),
    }),
    mem: document({
      bits: 64,
      resident: Math.round(memory.rss / 1_048_576),
      virtual: Math.round(memory.rss / 1_048_576),
      supported: true,
    }),
    opcounters: operationCounters(server.counters),
    globalLock: document({
      totalTime: BigInt(Date.now() - server.startedAt) * 1000n,
      currentQueue: document({ total: 0, readers: 0, writers: 0 }),
      activeClients: document({ total: server.operations.running.size, readers: 0, writers: 0 }),
    }),
    network: document({
      bytesIn: BigInt(server.traffic.bytesIn),
      bytesOut: BigInt(server.traffic.bytesOut),
      numRequests: BigInt(server.traffic.requests),
    }),
    transactions: document({ currentOpen: BigInt(engine.transactions) }),
    metrics: document({
      cursor: document({ open: document({ total: BigInt(server.cursors.all.size) }) }),
    }),
    repl: document({
      setName: SET_NAME,
      isWritablePrimary: true,
      hosts: [server.address],
      me: server.address,
    }),
    storageEngine: document({ name: 'sqlite', supportsCommittedReads: true, persistent: true }),
  });
};

const replicaStatus: Handler = ({ server, engine }) =>
  document({
    set: SET_NAME,
    date: new Date(),
    myState: 1,
    members: [
      document({
        _id: 0,
        name: server.address,
        health: 1,
        state: 1,
        stateStr: 'PRIMARY',
        self: true,
        optime: document({ ts: engine.timestamp(), t: BigInt(engine.epoch) }),
      }),
    ],
  });

const replicaConfig: Handler = ({ server }) =>
  document({
    config: document({
      _id: SET_NAME,
      version: 1,
      members: [document({ _id: 0, host: server.address })],
    }),
  });

function collectionsOf({ engine, database }: CommandContext): Collection[] {
  return [...engine.collections.values()].filter((collection) => collection.database === database);
}

const dbStats: Handler = (context) => {
  const scale = Math.max(1, numberArgument(context.command, 'scale') ?? 1);
  const own = collectionsOf(context);
  const sum = (value: (collection: Collection) => number): number =>
    own.reduce((total, collection) => total + value(collection), 0);
  const all = own.map((collection) => storageStats(context, collection));
  const sizes = (name: string): number =>
    all.reduce((total, stats) => total + Number(stats.get(name) ?? 0), 0) / scale;
  const size = sizes('size');
  const objects = sum(({ records }) => records);
  return document({
    db: context.database,
    collections: own.filter(({ view }) => view === undefined).length,
    views: own.filter(({ view }) => view !== undefined).length,
    objects: BigInt(objects),
    avgObjSize: objects === 0 ? 0 : (size * scale) / objects,
    dataSize: size,
    storageSize: size,
    indexes: sum(({ indexes }) => indexes.length),
    indexSize: sizes('totalIndexSize'),
    totalSize: sizes('totalSize'),
    scaleFactor: scale,
    fsUsedSize: context.engine.store.size() / scale,
    fsTotalSize: context.engine.store.size() / scale,
  });
};

const collStats: Handler = (context) => {
  const name = collectionName(context);
  const collection = findCollection(context.engine, `${context.database}.${name}`);
  if (collection === undefined)
    return document({
      ns: `${context.database}.${name}`,
      size: 0,
      count: 0,
      storageSize: 0,
      nindexes: 0,
      totalIndexSize: 0,
      scaleFactor: 1,
    });
  return new Map([['ns', collection.namespace], ...storageStats(context, collection)]);
};

const CHUNK = 500;

/** `validate`: reads every document and looks for each of its keys. */
const validate: Handler = function* (context) {
  const { engine, database } = context;
  const name = collectionName(context);
  const collection = findCollection(engine, `${database}.${name}`);
  if (collection === undefined)
    throw refuse(26, `Collection '${database}.${name}' does not exist to validate.`);
  const errors: string[] = [];
  let after = 0;
  let records = 0;
  for (;;) {
    const chunk = engine.store.records(collection.id, after, CHUNK, false);
    for (const { id, bytes } of chunk) {
      after = id;
      records += 1;
      errors.push(...brokenKeys(context, collection, id, readDocument(bytes)));
    }
    if (chunk.length < CHUNK) break;
    yield PAUSE;
  }
  return document({
    ns: collection.namespace,
    nInvalidDocuments: 0,
    nrecords: records,
    nIndexes: collection.indexes.length,
    valid: errors.length === 0 && records === collection.records,
    errors: errors.slice(0, 100),
    warnings: [],
  });
};

function brokenKeys(
  { engine }: CommandContext,
  collection: Collection,
  id: number,
  source: Document,
): string[] {
  return collection.indexes.flatMap((index) =>
    keysOf(index, source).keys.flatMap((key) => {
      const holders = engine.store.holders(index.id, key);
      if (!holders.includes(id)) return [`index ${index.name} misses a key of record ${id}`];
      return index.isUnique && holders.length > 1
        ? [`unique index ${index.name} has a key of record ${id} more than once`]
        : [];
    }),
  );
}

const currentOp: Handler = (context) => document({ inprog: currentOperations(context) });

const killOp: Handler = ({ command, server }) => {
  const id = command.get('op');
  const number = isNumeric(id) ? wholeNumber(id) : undefined;
  if (number === undefined) throw refuse(14, "Expected field 'op' to be a number");
  server.operations.running.get(number)?.stop(refuse(11_601, 'operation was interrupted'));
  return document({ info: 'attempting to kill op' });
};

/** Whoever signed in may do everything; where nobody needs to, nobody is named. */
const connectionStatus: Handler = ({ command, connection: { user } }) => {
  const isSignedIn = user !== undefined;
  const everything = document({
    resource: document({ anyResource: true }),
    actions: ['anyAction'],
  });
  return document({
    authInfo: document({
      authenticatedUsers: isSignedIn ? [document({ user, db: 'admin' })] : [],
      authenticatedUserRoles: isSignedIn ? [document({ role: 'root', db: 'admin' })] : [],
      authenticatedUserPrivileges:
        command.get('showPrivileges') === true ? (isSignedIn ? [everything] : []) : undefined,
    }),
  });
};

/** Queries are not recorded: what asks for that is refused, and the level is always 0. */
const profile: Handler = ({ command }) => {
  const level = numberArgument(command, 'profile') ?? 0;
  if (level > 0) throw refuse(238, 'the profiler is not supported by the embedded database');
  for (const name of ['slowms', 'sampleRate', 'filter'])
    if (command.has(name))
      throw refuse(
        238,
        `the option '${name}' of profile is not supported by the embedded database`,
      );
  return document({ was: 0, slowms: 100, sampleRate: 1 });
};

/** Nothing is logged in memory: what went wrong stands on the standard error output. */
const getLog: Handler = ({ command }) => {
  const name = command.get('getLog');
  if (name === '*') return document({ names: ['global', 'startupWarnings'] });
  if (name !== 'global' && name !== 'startupWarnings')
    throw refuse(96, `No log named '${typeof name === 'string' ? name : ''}'`);
  return document({ totalLinesWritten: 0, log: [] });
};

const hostInfo: Handler = () =>
  document({
    system: document({
      currentTime: new Date(),
      hostname: hostname(),
      cpuAddrSize: 64,
      memSizeMB: BigInt(Math.round(totalmem() / 1_048_576)),
      memLimitMB: BigInt(Math.round(totalmem() / 1_048_576)),
      numCores: cpus().length,
      cpuArch: arch(),
      numaEnabled: false,
    }),
    os: document({ type: platform(), name: platform(), version: release() }),
    extra: new Map(),
  });

const nothing: Handler = () => new Map();

/** Commands about the server. */
export const ADMIN_COMMANDS: readonly (readonly [string, Handler])[] = [
  ['ping', nothing],
  ['buildInfo', buildInfo],
  ['getParameter', getParameter],
  ['setParameter', setParameter],
  ['serverStatus', serverStatus],
  ['replSetGetStatus', replicaStatus],
  ['replSetGetConfig', replicaConfig],
  ['dbStats', dbStats],
  ['collStats', collStats],
  ['validate', validate],
  ['currentOp', currentOp],
  ['killOp', killOp],
  ['connectionStatus', connectionStatus],
  ['hostInfo', hostInfo],
  ['whatsmyuri', ({ connection }) => document({ you: connection.address })],
  ['getCmdLineOpts', () => document({ argv: ['embedded'], parsed: new Map() })],
  ['getLog', getLog],
  ['usersInfo', usersInfo],
  ['rolesInfo', () => document({ roles: [] })],
  ['profile', profile],
  ['features', () => document({ js: false })],
  [
    'configureFailPoint',
    ({ server, command }) => configureFailPoint(server.failPoints ?? new Map(), command),
  ],
];
