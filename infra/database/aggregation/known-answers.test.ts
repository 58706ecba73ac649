// Accumulators, stages and windows through the driver: what MongoDB's manual gives.
import { Decimal128 } from 'mongodb';
import type { Document } from 'mongodb';
import { startSample } from '../sample.ts';
import type { Sample } from '../sample.ts';
import { GROUP_ACCUMULATORS } from './gathering.ts';
import { STAGE_NAMES } from './pipeline.ts';
import { WINDOW_FUNCTIONS } from './window-functions.ts';

let sample: Sample;

beforeAll(async () => {
  sample = await startSample();
  for (const [n, place] of [
    [1, [0, 1]],
    [2, [0, 2]],
    [3, [3, 4]],
  ] as const)
    await sample.things.updateOne({ n }, { $set: { place } });
  await sample.things.createIndex({ place: '2d' });
});

afterAll(async () => {
  await sample.stop();
});

const GATHERED: readonly (readonly [string, unknown, unknown])[] = [
  ['$sum', '$n', 10],
  ['$avg', '$n', 2.5],
  ['$min', '$kind', 'a'],
  ['$max', '$n', 4],
  ['$first', '$n', 1],
  ['$last', '$n', 4],
  ['$push', '$n', [1, 2, 3, 4]],
  ['$addToSet', { $mod: ['$n', 2] }, [1, 0]],
  ['$count', {}, 4],
  ['$stdDevPop', '$n', Math.sqrt(1.25)],
  ['$stdDevSamp', '$n', Math.sqrt(5 / 3)],
  ['$mergeObjects', { kind: '$kind' }, { kind: 'c' }],
  ['$concatArrays', ['$n'], [1, 2, 3, 4]],
  ['$setUnion', [{ $mod: ['$n', 2] }], [1, 0]],
  ['$firstN', { input: '$n', n: 2 }, [1, 2]],
  ['$lastN', { input: '$n', n: 2 }, [3, 4]],
  ['$minN', { input: '$n', n: 2 }, [1, 2]],
  ['$maxN', { input: '$n', n: 2 }, [4, 3]],
  ['$top', { sortBy: { n: -1 }, output: '$kind' }, 'c'],
  ['$topN', { sortBy: { n: -1 }, output: '$n', n: 2 }, [4, 3]],
  ['$bottom', { sortBy: { n: -1 }, output: '$n' }, 1],
  ['$bottomN', { sortBy: { n: -1 }, output: '$n', n: 2 }, [2, 1]],
  ['$median', { input: '$n', method: 'approximate' }, 2],
  ['$percentile', { input: '$n', p: [1], method: 'approximate' }, [4]],
];

describe('a group', () => {
  it.each(GATHERED)('gathers by %s', async (operator, argument, expected) => {
    // An array as argument stands for one array, not for a list of arguments.
    const given = Array.isArray(argument) ? [argument] : argument;
    const [made] = await sample.things
      .aggregate([{ $sort: { n: 1 } }, { $group: { _id: null, made: { [operator]: given } } }])
      .toArray();
    expect(made?.['made']).toEqual(expected);
  });

  it('is known for every accumulator that is supported', () => {
    const known = new Set(GATHERED.map(([operator]) => operator));
    expect(GROUP_ACCUMULATORS.filter((name) => !known.has(name))).toEqual([]);
  });
});

const NUMBERS = { $project: { _id: 0, n: 1 } };
const SORTED = { $sort: { n: 1 } };

const STAGES: readonly (readonly [string, Document[], Document[]])[] = [
  ['$match', [{ $match: { n: { $lt: 2 } } }, NUMBERS], [{ n: 1 }]],
  ['$sort', [{ $sort: { kind: 1, n: -1 } }, NUMBERS], [{ n: 3 }, { n: 1 }, { n: 2 }, { n: 4 }]],
  ['$skip', [SORTED, { $skip: 3 }, NUMBERS], [{ n: 4 }]],
  ['$limit', [SORTED, { $limit: 1 }, NUMBERS], [{ n: 1 }]],
  ['$count', [{ $count: 'all' }], [{ all: 4 }]],
  ['$count', [{ $match: { n: 99 } }, { $count: 'all' }], []],
  [
    '$project',
    [{ $match: { n: 1 } }, { $project: { _id: 0, twice: { $multiply: ['$n', 2] }, 'deep.x': 1 } }],
    [{ deep: [{ x: 1 }, { x: 2 }], twice: 2 }],
  ],
  [
    '$addFields',
    [
      { $match: { n: 4 } },
      { $addFields: { 'a.b': '$n', kind: '$$REMOVE' } },
      { $project: { _id: 0, list: 0, price: 0 } },
    ],
    [{ n: 4, a: { b: 4 } }],
  ],
  ['$set', [{ $match: { n: 4 } }, { $set: { n: 5 } }, NUMBERS], [{ n: 5 }]],
  ['$unset', [{ $match: { n: 4 } }, { $unset: ['_id', 'list', 'price'] }], [{ n: 4, kind: 'c' }]],
  [
    '$replaceRoot',
    [{ $match: { n: 2 } }, { $unwind: '$deep' }, { $replaceRoot: { newRoot: '$deep' } }],
    [{ x: 1, y: 2 }],
  ],
  ['$replaceWith', [{ $match: { n: 2 } }, { $replaceWith: { a: '$n' } }], [{ a: 2 }]],
  [
    '$unwind',
    [
      { $match: { n: { $in: [2, 3] } } },
      { $unwind: { path: '$list', includeArrayIndex: 'at', preserveNullAndEmptyArrays: true } },
      { $sort: { n: 1, at: 1 } },
      { $project: { _id: 0, n: 1, list: 1, at: 1 } },
    ],
    [
      { n: 2, list: 3, at: 0 },
      { n: 2, list: 4, at: 1 },
      { n: 3, at: null },
    ],
  ],
  [
    '$group',
    [{ $group: { _id: '$kind', n: { $sum: 1 } } }, { $sort: { _id: 1 } }],
    [
      { _id: 'a', n: 2 },
      { _id: 'b', n: 1 },
      { _id: 'c', n: 1 },
    ],
  ],
  ['$sortByCount', [{ $sortByCount: '$kind' }, { $limit: 1 }], [{ _id: 'a', count: 2 }]],
  [
    '$bucket',
    [
      {
        $bucket: {
          groupBy: '$n',
          boundaries: [0, 2, 4],
          default: 'more',
          output: { all: { $push: '$n' } },
        },
      },
    ],
    [
      { _id: 0, all: [1] },
      { _id: 2, all: [2, 3] },
      { _id: 'more', all: [4] },
    ],
  ],
  [
    '$bucketAuto',
    [{ $bucketAuto: { groupBy: '$n', buckets: 2 } }],
    [
      { _id: { min: 1, max: 3 }, count: 2 },
      { _id: { min: 3, max: 4 }, count: 2 },
    ],
  ],
  [
    '$facet',
    [{ $facet: { low: [{ $match: { n: 1 } }, NUMBERS], size: [{ $count: 'n' }] } }],
    [{ low: [{ n: 1 }], size: [{ n: 4 }] }],
  ],
  [
    '$lookup',
    [
      { $match: { n: 1 } },
      {
        $lookup: {
          from: 'things',
          localField: 'list',
          foreignField: 'n',
          as: 'own',
          pipeline: [SORTED, NUMBERS],
        },
      },
      { $project: { _id: 0, own: 1 } },
    ],
    [{ own: [{ n: 1 }, { n: 2 }, { n: 3 }] }],
  ],
  [
    '$lookup',
    [
      { $match: { n: 3 } },
      {
        $lookup: {
          from: 'things',
          let: { k: '$kind' },
          pipeline: [{ $match: { $expr: { $eq: ['$kind', '$$k'] } } }, SORTED, NUMBERS],
          as: 'own',
        },
      },
      { $project: { _id: 0, own: 1 } },
    ],
    [{ own: [{ n: 1 }, { n: 3 }] }],
  ],
  [
    '$graphLookup',
    [
      { $match: { n: 1 } },
      {
        $graphLookup: {
          from: 'things',
          startWith: '$n',
          connectFromField: 'list',
          connectToField: 'n',
          as: 'all',
          depthField: 'depth',
        },
      },
      { $project: { _id: 0, all: { $sortArray: { input: '$all.n', sortBy: 1 } } } },
    ],
    [{ all: [1, 2, 3, 4] }],
  ],
  [
    '$unionWith',
    [
      { $match: { n: 1 } },
      NUMBERS,
      { $unionWith: { coll: 'things', pipeline: [{ $match: { n: 2 } }, NUMBERS] } },
    ],
    [{ n: 1 }, { n: 2 }],
  ],
  [
    '$redact',
    [{ $redact: { $cond: [{ $eq: ['$n', 1] }, '$$KEEP', '$$PRUNE'] } }, NUMBERS],
    [{ n: 1 }],
  ],
  ['$sample', [{ $sample: { size: 9 } }, { $count: 'n' }], [{ n: 4 }]],
  [
    '$documents',
    [
      { $limit: 1 },
      { $lookup: { pipeline: [{ $documents: [{ a: 1 }] }], as: 'd' } },
      { $project: { _id: 0, d: 1 } },
    ],
    [{ d: [{ a: 1 }] }],
  ],
  [
    '$densify',
    [
      { $match: { n: { $in: [1, 4] } } },
      NUMBERS,
      { $densify: { field: 'n', range: { step: 1, bounds: 'full' } } },
    ],
    [{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }],
  ],
  [
    '$fill',
    [
      { $documents: [{ a: null }, { a: 3 }] },
      { $fill: { output: { a: { value: 0 }, b: { value: '$a' } } } },
    ],
    [
      { a: 0, b: null },
      { a: 3, b: 3 },
    ],
  ],
  [
    '$fill',
    [
      SORTED,
      { $fill: { sortBy: { n: 1 }, output: { text: { method: 'locf' }, bits: { value: 7 } } } },
      { $project: { _id: 0, text: 1, bits: 1 } },
    ],
    [
      { text: 'alpha', bits: 5 },
      { text: 'Beta', bits: 2 },
      { text: 'Beta', bits: 0 },
      { text: 'Beta', bits: 7 },
    ],
  ],
  [
    '$setWindowFields',
    [
      {
        $setWindowFields: {
          sortBy: { n: 1 },
          output: { run: { $sum: '$n', window: { documents: ['unbounded', 'current'] } } },
        },
      },
      { $project: { _id: 0, run: 1 } },
    ],
    [{ run: 1 }, { run: 3 }, { run: 6 }, { run: 10 }],
  ],
  [
    '$geoNear',
    [
      { $geoNear: { near: [0, 0], distanceField: 'away', query: { n: { $gt: 1 } } } },
      { $project: { _id: 0, n: 1, away: 1 } },
    ],
    [
      { n: 2, away: 2 },
      { n: 3, away: 5 },
    ],
  ],
  ['$out', [NUMBERS, { $out: 'written' }], []],
  ['$merge', [NUMBERS, { $merge: { into: 'merged' } }], []],
  [
    '$indexStats',
    [{ $indexStats: {} }, { $limit: 1 }, { $project: { name: 1 } }],
    [{ name: '_id_' }],
  ],
  ['$collStats', [{ $collStats: { count: {} } }, { $project: { count: 1 } }], [{ count: 4 }]],
];

// These answer with what the server is doing.
const LIVE: readonly (readonly [string, Document])[] = [
  ['$currentOp', { active: true, op: 'command', ns: 'admin' }],
  ['$listLocalSessions', { _id: { id: expect.anything() }, lastUse: expect.any(Date) }],
  ['$listSessions', { _id: { id: expect.anything() }, lastUse: expect.any(Date) }],
];

describe('a pipeline', () => {
  it.each(STAGES)('has %s (%#)', async (_stage, stages, expected) => {
    expect(await sample.things.aggregate(stages).toArray()).toEqual(expected);
  });

  it('is known for every stage that is supported', () => {
    const known = new Set([...STAGES, ...LIVE].map(([name]) => name));
    expect(STAGE_NAMES.filter((name) => !known.has(name))).toEqual([]);
  });

  it.each(LIVE)('shows by %s what the server is doing', async (stage, expected) => {
    const shown = await sample.client
      .db('admin')
      .aggregate([{ [stage]: {} }])
      .toArray();
    expect(shown).toContainEqual(expect.objectContaining(expected));
  });

  it('is refused by name where a stage is unknown or not supported', async () => {
    await expect(sample.things.aggregate([{ $foo: 1 }]).toArray()).rejects.toMatchObject({
      code: 40_324,
    });
    await expect(
      sample.things.aggregate([{ $planCacheStats: {} }]).toArray(),
    ).rejects.toMatchObject({
      code: 238,
    });
    await expect(sample.client.db('known').command({ foo: 1 })).rejects.toMatchObject({ code: 59 });
    await expect(sample.client.db('known').command({ mapReduce: 'things' })).rejects.toMatchObject({
      code: 238,
    });
  });
});

describe('an accumulator', () => {
  it.each([
    ['$accumulator', 238],
    ['$covariancePop', 238],
    ['$covarianceSamp', 238],
    ['$foo', 15_952],
  ])('%s is refused by name with %i', async (name, code) => {
    const output = { x: { [name]: ['$n', '$n'] } };
    const windowed = sample.things.aggregate([{ $setWindowFields: { sortBy: { n: 1 }, output } }]);
    const message = expect.stringContaining(name);
    await expect(windowed.toArray()).rejects.toMatchObject({ code, message });
  });
});

const WINDOWS: readonly (readonly [string, unknown, unknown[]])[] = [
  ['$documentNumber', {}, [1, 2, 3, 4]],
  ['$rank', {}, [1, 2, 3, 4]],
  ['$denseRank', {}, [1, 2, 3, 4]],
  ['$shift', { output: '$n', by: -1, default: 0 }, [0, 1, 2, 3]],
  ['$expMovingAvg', { input: '$n', N: 1 }, [1, 2, 3, 4]],
  ['$derivative', { input: '$n' }, [1, 1, 1, 1]],
  ['$integral', { input: '$n' }, [7.5, 7.5, 7.5, 7.5]],
  ['$locf', '$bits', [5, 2, 0, 0]],
  ['$linearFill', '$price', [null, 10, 2.5, 4]],
];

describe('a window', () => {
  it.each(WINDOWS)('calculates %s', async (name, argument, expected) => {
    const output = {
      made: {
        [name]: argument,
        ...(name === '$derivative' || name === '$integral'
          ? { window: { documents: ['unbounded', 'unbounded'] } }
          : {}),
      },
    };
    const rows = await sample.things
      .aggregate([{ $setWindowFields: { sortBy: { n: 1 }, output } }])
      .toArray();
    const plain = rows.map((row) =>
      row['made'] instanceof Decimal128 ? Number(row['made'].toString()) : row['made'],
    );
    expect(plain).toEqual(expected);
  });

  it('is known for every function that is supported', () => {
    const known = new Set(WINDOWS.map(([name]) => name));
    expect(WINDOW_FUNCTIONS.filter((name) => !known.has(name))).toEqual([]);
  });
});
