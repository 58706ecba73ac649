// What mongosh and Compass ask when they connect and show what is there, and the fields that they read of the answers.
import type { Db, Document } from 'mongodb';
import { startSample } from './sample.ts';
import type { Sample } from './sample.ts';

let sample: Sample;
let admin: Db;
let known: Db;

beforeAll(async () => {
  sample = await startSample();
  admin = sample.client.db('admin');
  known = sample.client.db('known');
  await known.createCollection('seen', { viewOn: 'things', pipeline: [{ $match: { n: 1 } }] });
  await sample.things.createIndex({ n: 1 });
});

afterAll(async () => {
  await sample.stop();
});

const count = expect.any(Number);
const text = expect.any(String);

const EXECUTED = expect.objectContaining({
  executionSuccess: true,
  nReturned: 2,
  executionTimeMillis: count,
  totalKeysExamined: 2,
  totalDocsExamined: 2,
  executionStages: expect.objectContaining({
    stage: 'FETCH',
    nReturned: 2,
    executionTimeMillisEstimate: count,
    inputStage: expect.objectContaining({ stage: 'IXSCAN', keysExamined: 2 }),
  }),
});

const CONNECTING: readonly (readonly [Document, Document])[] = [
  [{ hello: 1 }, { isWritablePrimary: true, maxWireVersion: count, setName: text, me: text }],
  [{ isMaster: 1 }, { ismaster: true }],
  [{ ping: 1 }, { ok: 1 }],
  [
    { buildInfo: 1 },
    { version: text, versionArray: [8, 0, 0, 0], gitVersion: text, modules: [], bits: 64 },
  ],
  [{ getCmdLineOpts: 1 }, { argv: expect.any(Array), parsed: expect.any(Object) }],
  [{ getLog: 'startupWarnings' }, { totalLinesWritten: 0, log: [] }],
  [{ getLog: '*' }, { names: ['global', 'startupWarnings'] }],
  [
    { getParameter: 1, featureCompatibilityVersion: 1 },
    { featureCompatibilityVersion: { version: '8.0' } },
  ],
  [
    { connectionStatus: 1, showPrivileges: true },
    {
      authInfo: {
        authenticatedUsers: [],
        authenticatedUserRoles: [],
        authenticatedUserPrivileges: [],
      },
    },
  ],
  [{ connectionStatus: 1 }, { authInfo: { authenticatedUsers: [], authenticatedUserRoles: [] } }],
  [
    { hostInfo: 1 },
    {
      system: expect.objectContaining({
        hostname: text,
        cpuAddrSize: 64,
        memSizeMB: count,
        numCores: count,
        cpuArch: text,
      }),
      os: { type: text, name: text, version: text },
    },
  ],
  [{ whatsmyuri: 1 }, { you: expect.stringMatching(/^127\.0\.0\.1:\d+$/) }],
  [{ usersInfo: 1 }, { users: [] }],
  [
    { replSetGetStatus: 1 },
    { set: text, myState: 1, members: [expect.objectContaining({ stateStr: 'PRIMARY' })] },
  ],
  [
    { serverStatus: 1 },
    {
      version: text,
      process: 'mongod',
      uptime: count,
      localTime: expect.any(Date),
      connections: expect.objectContaining({ current: count, available: count }),
      opcounters: {
        insert: count,
        query: count,
        update: count,
        delete: count,
        getmore: count,
        command: count,
      },
      globalLock: expect.objectContaining({
        currentQueue: { total: 0, readers: 0, writers: 0 },
        activeClients: expect.objectContaining({ total: count }),
      }),
      network: { bytesIn: count, bytesOut: count, numRequests: count },
      mem: expect.objectContaining({ resident: count, virtual: count, bits: 64 }),
    },
  ],
  [{ currentOp: 1 }, { inprog: expect.any(Array) }],
  [{ profile: -1 }, { was: 0, slowms: 100, sampleRate: 1 }],
  [{ profile: 0 }, { was: 0 }],
  [
    { listCommands: 1 },
    {
      commands: expect.objectContaining({
        find: { help: '', requiresAuth: true, secondaryOk: false, adminOnly: false },
        ping: expect.objectContaining({ requiresAuth: false }),
      }),
    },
  ],
  [{ killOp: 1, op: 999_999 }, { info: text }],
  [
    { listDatabases: 1, nameOnly: true, authorizedDatabases: true },
    { databases: [{ name: 'known' }] },
  ],
  [
    { listDatabases: 1 },
    {
      databases: [{ name: 'known', sizeOnDisk: count, empty: false }],
      totalSize: count,
      totalSizeMb: count,
    },
  ],
];

describe('a tool that connects', () => {
  it.each(CONNECTING)('is answered %j', async (command, expected) => {
    expect(await admin.command(command)).toMatchObject(expected);
  });

  it.each([
    [{ atlasVersion: 1 }, 59],
    [{ isdbgrid: 1 }, 59],
    [{ getFreeMonitoringStatus: 1 }, 59],
    [{ top: 1 }, 238],
    [{ profile: 1 }, 238],
    [{ profile: 0, slowms: 50 }, 238],
    [{ replSetReconfig: {} }, 238],
    [{ getDefaultRWConcern: 1 }, 238],
    [{ getLog: 'nothing' }, 96],
    [{ getParameter: 1, nothing: 1 }, 72],
  ])('is refused %j with the code %i', async (command, code) => {
    await expect(admin.command(command)).rejects.toMatchObject({ code });
  });
});

describe('a tool that browses', () => {
  it('lists collections and views, by name alone and with their options', async () => {
    const named = await known.listCollections({}, { nameOnly: true }).toArray();
    expect(named).toEqual(
      expect.arrayContaining([
        { name: 'things', type: 'collection' },
        { name: 'seen', type: 'view' },
      ]),
    );
    const [things] = await known.listCollections({ name: 'things' }).toArray();
    expect(things).toMatchObject({
      type: 'collection',
      options: {},
      info: { readOnly: false, uuid: expect.anything() },
      idIndex: { v: 2, key: { _id: 1 }, name: '_id_' },
    });
    const [seen] = await known.listCollections({ type: 'view' }).toArray();
    expect(seen).toMatchObject({
      options: { viewOn: 'things', pipeline: [{ $match: { n: 1 } }] },
      info: { readOnly: true },
    });
  });

  it('shows how large a database and a collection are', async () => {
    expect(await known.command({ dbStats: 1 })).toMatchObject({
      db: 'known',
      collections: 1,
      views: 1,
      objects: 4,
      dataSize: count,
      storageSize: count,
      indexes: 2,
      indexSize: count,
      avgObjSize: count,
    });
    const sizes = {
      count: 4,
      size: count,
      avgObjSize: count,
      storageSize: count,
      nindexes: 2,
      totalIndexSize: count,
      indexSizes: { _id_: count, n_1: count },
      capped: false,
    };
    expect(await known.command({ collStats: 'things' })).toMatchObject(sizes);
    const { indexSizes, totalIndexSize } = await known.command({ collStats: 'things' });
    expect(indexSizes['_id_']).toBeGreaterThan(0);
    expect(totalIndexSize).toBe(indexSizes['_id_'] + indexSizes['n_1']);
    const [stats] = await sample.things.aggregate([{ $collStats: { storageStats: {} } }]).toArray();
    expect(stats).toMatchObject({
      ns: 'known.things',
      localTime: expect.any(Date),
      storageStats: sizes,
    });
    const latencies = sample.things.aggregate([{ $collStats: { latencyStats: {} } }]).toArray();
    await expect(latencies).rejects.toMatchObject({ code: 238 });
  });

  it('shows indexes and how often they were used', async () => {
    expect(await sample.things.indexes()).toEqual([
      { v: 2, key: { _id: 1 }, name: '_id_' },
      { v: 2, key: { n: 1 }, name: 'n_1' },
    ]);
    await sample.things.findOne({ n: 1 });
    const stats = await sample.things.aggregate([{ $indexStats: {} }]).toArray();
    expect(stats).toContainEqual(
      expect.objectContaining({
        name: 'n_1',
        key: { n: 1 },
        host: text,
        accesses: { ops: expect.anything(), since: expect.any(Date) },
      }),
    );
    await expect(sample.things.listSearchIndexes().toArray()).rejects.toMatchObject({
      code: 31_082,
    });
  });

  it('takes a sample within a time, and counts by estimate and by a pipeline', async () => {
    const drawn = await sample.things
      .aggregate([{ $sample: { size: 1000 } }, { $project: { n: 1 } }], {
        maxTimeMS: 60_000,
        allowDiskUse: true,
      })
      .toArray();
    expect(drawn).toHaveLength(4);
    expect(await sample.things.estimatedDocumentCount()).toBe(4);
    expect(await sample.things.countDocuments({}, { maxTimeMS: 5000, hint: '_id_' })).toBe(4);
  });

  it.each([
    ['queryPlanner', undefined],
    ['executionStats', EXECUTED],
    ['allPlansExecution', EXECUTED],
  ] as const)('is told a plan at the verbosity %s', async (verbosity, expected) => {
    const plan = await sample.things.find({ n: { $gte: 3 } }).explain(verbosity);
    expect(plan).toMatchObject({
      queryPlanner: {
        namespace: 'known.things',
        parsedQuery: expect.any(Object),
        winningPlan: {
          stage: 'FETCH',
          inputStage: { stage: 'IXSCAN', indexName: 'n_1', keyPattern: { n: 1 } },
        },
        rejectedPlans: [],
      },
      serverInfo: { host: '127.0.0.1', port: count, version: text },
    });
    expect(plan['serverInfo'].port).toBeGreaterThan(0);
    expect(plan['executionStats']).toEqual(expected);
  });

  it('is told what a view asks of its collection', async () => {
    const plan = await known
      .collection('seen')
      .find({ kind: 'a' })
      .limit(3)
      .explain('executionStats');
    expect(plan['stages']).toEqual([
      {
        $cursor: expect.objectContaining({
          queryPlanner: expect.objectContaining({
            namespace: 'known.things',
            winningPlan: expect.objectContaining({ stage: 'FETCH' }),
          }),
          executionStats: expect.objectContaining({ nReturned: 1, totalKeysExamined: 1 }),
        }),
      },
      { $limit: 3 },
    ]);
  });

  it('is told the plan of a pipeline with its first stages in a cursor', async () => {
    const plan = await sample.things
      .aggregate([{ $match: { n: 1 } }, { $group: { _id: '$kind' } }])
      .explain('executionStats');
    expect(plan['stages'][0].$cursor).toMatchObject({
      queryPlanner: { winningPlan: { stage: 'FETCH' } },
      executionStats: { nReturned: 1 },
    });
    const wrong = known.command({ explain: { find: 'things' }, verbosity: 'everything' });
    await expect(wrong).rejects.toMatchObject({ code: 9 });
  });
});
