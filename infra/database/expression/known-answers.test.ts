// Answers that MongoDB's manual gives, one or more for every operator.
// @see https://www.mongodb.com/docs/manual/reference/operator/aggregation/
import { answer } from './answer.ts';
import type { Plain } from './answer.ts';
import { EXPRESSION_OPERATORS } from './compile.ts';
import { Binary, Decimal128, document, double, ObjectId, Timestamp } from '../bson/value.ts';
import { showValue } from '../bson/show.ts';

const AT = new Date('2014-01-01T08:15:39.736Z');
const DECIMAL = Decimal128.fromString('1.10');
const ID = new ObjectId('5ab9cbe531c2ab715d42129a');

const KNOWN: readonly (readonly [string, Plain, string])[] = [
  ['$abs', { $abs: -3 }, '3'],
  ['$abs', { $abs: Decimal128.fromString('-1.10') }, '1.10'],
  ['$add', { $add: [1, 2n] }, '3'],
  ['$add', { $add: [AT, 264] }, showValue(new Date(AT.getTime() + 264))],
  ['$add', { $add: [1, null] }, 'null'],
  ['$subtract', { $subtract: [double(5), 2] }, '3.0'],
  ['$subtract', { $subtract: [AT, new Date(AT.getTime() - 5)] }, '5'],
  ['$multiply', { $multiply: [DECIMAL, 2] }, '2.20'],
  ['$divide', { $divide: [80, 8] }, '10.0'],
  ['$divide', { $divide: [Decimal128.fromString('1'), 3] }, '0.3333333333333333333333333333333333'],
  ['$mod', { $mod: [80, 7] }, '3'],
  ['$mod', { $mod: [-7, 3] }, '-1'],
  ['$ceil', { $ceil: 7.8 }, '8.0'],
  ['$ceil', { $ceil: -2.8 }, '-2.0'],
  ['$floor', { $floor: -2.8 }, '-3.0'],
  ['$round', { $round: [2.5] }, '2.0'],
  ['$round', { $round: [1.55, 1] }, '1.6'],
  ['$round', { $round: [12_345, -2] }, '12300'],
  ['$trunc', { $trunc: [7.85, 1] }, '7.8'],
  ['$trunc', { $trunc: -2.9 }, '-2.0'],
  ['$pow', { $pow: [5, 2] }, '25'],
  ['$pow', { $pow: [2, 31] }, '2147483648'],
  ['$pow', { $pow: [5, -1] }, '0.2'],
  ['$sqrt', { $sqrt: 25 }, '5.0'],
  ['$exp', { $exp: 0 }, '1.0'],
  ['$ln', { $ln: 1 }, '0.0'],
  ['$log', { $log: [100, 10] }, '2.0'],
  ['$log10', { $log10: 1000 }, '3.0'],
  ['$sigmoid', { $sigmoid: 0 }, '0.5'],
  ['$bitAnd', { $bitAnd: [0, 127, 5] }, '0'],
  ['$bitOr', { $bitOr: [5, 2n] }, '7'],
  ['$bitXor', { $bitXor: [5, 1] }, '4'],
  ['$bitNot', { $bitNot: 5 }, '-6'],
  ['$sin', { $sin: 0 }, '0.0'],
  ['$cos', { $cos: 0 }, '1.0'],
  ['$tan', { $tan: 0 }, '0.0'],
  ['$asin', { $asin: 0 }, '0.0'],
  ['$acos', { $acos: 1 }, '0.0'],
  ['$atan', { $atan: 0 }, '0.0'],
  ['$atan2', { $atan2: [0, 1] }, '0.0'],
  ['$sinh', { $sinh: 0 }, '0.0'],
  ['$cosh', { $cosh: 0 }, '1.0'],
  ['$tanh', { $tanh: 0 }, '0.0'],
  ['$asinh', { $asinh: 0 }, '0.0'],
  ['$acosh', { $acosh: 1 }, '0.0'],
  ['$atanh', { $atanh: 0 }, '0.0'],
  ['$degreesToRadians', { $degreesToRadians: 180 }, String(Math.PI)],
  ['$radiansToDegrees', { $radiansToDegrees: Math.PI }, '180.0'],
  ['$arrayElemAt', { $arrayElemAt: [[1, 2, 3], -2] }, '2'],
  ['$arrayElemAt', { $arrayElemAt: [[1, 2, 3], 15] }, 'MISSING'],
  ['$first', { $first: [[1, 2]] }, '1'],
  ['$last', { $last: [[1, 2]] }, '2'],
  [
    '$concatArrays',
    {
      $concatArrays: [
        ['hello', ' '],
        [['world'], 'again'],
      ],
    },
    '[ "hello", " ", [ "world" ], "again" ]',
  ],
  ['$size', { $size: [[1, 2]] }, '2'],
  ['$slice', { $slice: [[1, 2, 3], 1, 1] }, '[ 2 ]'],
  ['$slice', { $slice: [[1, 2, 3], -2] }, '[ 2, 3 ]'],
  ['$range', { $range: [0, 10, 3] }, '[ 0, 3, 6, 9 ]'],
  ['$reverseArray', { $reverseArray: [[1, [2, 3]]] }, '[ [ 2, 3 ], 1 ]'],
  ['$indexOfArray', { $indexOfArray: [['a', 'abc', 'de'], 'de'] }, '2'],
  ['$isArray', { $isArray: [['a']] }, 'true'],
  [
    '$arrayToObject',
    {
      $arrayToObject: {
        $literal: [
          { k: 'a', v: 1 },
          { k: 'b', v: 2 },
        ],
      },
    },
    '{ a: 1, b: 2 }',
  ],
  ['$arrayToObject', { $arrayToObject: { $literal: [['a', 1]] } }, '{ a: 1 }'],
  ['$objectToArray', { $objectToArray: { a: 1 } }, '[ { k: "a", v: 1 } ]'],
  [
    '$zip',
    { $zip: { inputs: [['a', 'b'], [1]], useLongestLength: true, defaults: [0, 9] } },
    '[ [ "a", 1 ], [ "b", 9 ] ]',
  ],
  ['$mergeObjects', { $mergeObjects: [{ a: 1 }, null, { a: 2, b: 3 }] }, '{ a: 2, b: 3 }'],
  ['$isNumber', { $isNumber: 'x' }, 'false'],
  ['$map', { $map: { input: [1, 2], as: 'n', in: { $add: ['$$n', 1] } } }, '[ 2, 3 ]'],
  ['$filter', { $filter: { input: [1, 5, 3], cond: { $gt: ['$$this', 2] }, limit: 1 } }, '[ 5 ]'],
  [
    '$reduce',
    { $reduce: { input: ['a', 'b'], initialValue: '', in: { $concat: ['$$value', '$$this'] } } },
    '"ab"',
  ],
  [
    '$sortArray',
    { $sortArray: { input: [{ a: 2 }, { a: 1 }], sortBy: { a: 1 } } },
    '[ { a: 1 }, { a: 2 } ]',
  ],
  ['$sortArray', { $sortArray: { input: [1, 4, null, 'x'], sortBy: -1 } }, '[ "x", 4, 1, null ]'],
  ['$firstN', { $firstN: { input: [1, 2, 3], n: 2 } }, '[ 1, 2 ]'],
  ['$lastN', { $lastN: { input: [1, 2, 3], n: 2 } }, '[ 2, 3 ]'],
  ['$minN', { $minN: { input: [3, 1, null, 2], n: 2 } }, '[ 1, 2 ]'],
  ['$maxN', { $maxN: { input: [3, 1, 2], n: 2 } }, '[ 3, 2 ]'],
  ['$sum', { $sum: [[1, 'x', 2.5]] }, '3.5'],
  ['$sum', { $sum: [2_147_483_647, 1] }, '2147483648'],
  ['$avg', { $avg: [[1, 2]] }, '1.5'],
  ['$min', { $min: [[3, null, 1]] }, '1'],
  ['$max', { $max: [3, 7] }, '7'],
  ['$stdDevPop', { $stdDevPop: [[1, 3]] }, '1.0'],
  ['$stdDevSamp', { $stdDevSamp: [[1]] }, 'null'],
  [
    '$percentile',
    { $percentile: { input: [1, 2, 3, 4], p: [0.5, 1], method: 'approximate' } },
    '[ 2.0, 4.0 ]',
  ],
  ['$median', { $median: { input: [1, 2, 9], method: 'approximate' } }, '2.0'],
  ['$cmp', { $cmp: ['a', 1] }, '1'],
  ['$eq', { $eq: [1, double(1)] }, 'true'],
  ['$ne', { $ne: ['$missing', null] }, 'true'],
  ['$gt', { $gt: [2, 1] }, 'true'],
  ['$gte', { $gte: [1, 1] }, 'true'],
  ['$lt', { $lt: ['a', 'B'] }, 'false'],
  ['$lte', { $lte: [1, 0] }, 'false'],
  ['$and', { $and: [1, 'green', []] }, 'true'],
  ['$and', { $and: [] }, 'true'],
  ['$or', { $or: [null, 0, '$missing'] }, 'false'],
  ['$not', { $not: [[false]] }, 'false'],
  ['$cond', { $cond: [{ $gte: [5, 3] }, 'yes', 'no'] }, '"yes"'],
  ['$ifNull', { $ifNull: ['$missing', null, 'else'] }, '"else"'],
  [
    '$switch',
    // oxlint-disable-next-line unicorn/no-thenable -- the operator's own name
    { $switch: { branches: [{ case: { $eq: [0, 5] }, then: 'a' }], default: 'b' } },
    '"b"',
  ],
  ['$in', { $in: ['a', ['b', 'a']] }, 'true'],
  [
    '$setUnion',
    {
      $setUnion: [
        ['b', 'a'],
        ['a', 'c'],
      ],
    },
    '[ "a", "b", "c" ]',
  ],
  [
    '$setIntersection',
    {
      $setIntersection: [
        ['a', 'b'],
        ['b', 'b'],
      ],
    },
    '[ "b" ]',
  ],
  ['$setDifference', { $setDifference: [['a', 'b', 'a'], ['b']] }, '[ "a" ]'],
  [
    '$setEquals',
    {
      $setEquals: [
        ['a', 'b', 'a'],
        ['b', 'a'],
      ],
    },
    'true',
  ],
  ['$setIsSubset', { $setIsSubset: [['a'], ['b', 'a']] }, 'true'],
  ['$allElementsTrue', { $allElementsTrue: [[true, 1, 'x']] }, 'true'],
  ['$anyElementTrue', { $anyElementTrue: [[null, false, 0]] }, 'false'],
  ['$convert', { $convert: { input: 'x', to: 'int', onError: 'no' } }, '"no"'],
  ['$convert', { $convert: { input: null, to: 'int', onNull: 'none' } }, '"none"'],
  ['$toBool', { $toBool: 'false' }, 'true'],
  ['$toDouble', { $toDouble: '5.5' }, '5.5'],
  ['$toDecimal', { $toDecimal: '1.10' }, '1.10'],
  ['$toLong', { $toLong: double(5.9) }, '5'],
  ['$toInt', { $toInt: '-2' }, '-2'],
  ['$toObjectId', { $toObjectId: ID.toHexString() }, `ObjectId('${ID.toHexString()}')`],
  ['$toDate', { $toDate: '2018-03-03' }, showValue(new Date('2018-03-03T00:00:00Z'))],
  ['$toDate', { $toDate: ID }, showValue(new Date('2018-03-27T04:43:17Z'))],
  ['$toString', { $toString: 2.5 }, '"2.5"'],
  ['$toString', { $toString: AT }, '"2014-01-01T08:15:39.736Z"'],
  ['$toUUID', { $binarySize: { $toUUID: '123e4567-e89b-12d3-a456-426614174000' } }, '16'],
  ['$type', { $type: '$missing' }, '"missing"'],
  ['$type', { $type: DECIMAL }, '"decimal"'],
  ['$year', { $year: AT }, '2014'],
  ['$month', { $month: AT }, '1'],
  ['$dayOfMonth', { $dayOfMonth: { date: AT, timezone: 'America/Los_Angeles' } }, '1'],
  ['$dayOfWeek', { $dayOfWeek: AT }, '4'],
  ['$dayOfYear', { $dayOfYear: new Date('2016-12-31') }, '366'],
  ['$week', { $week: new Date('2016-01-04') }, '1'],
  ['$isoWeek', { $isoWeek: new Date('2016-01-04') }, '1'],
  ['$isoWeekYear', { $isoWeekYear: new Date('2016-01-02') }, '2015'],
  ['$isoDayOfWeek', { $isoDayOfWeek: new Date('2016-01-03') }, '7'],
  ['$hour', { $hour: { date: AT, timezone: '+09:00' } }, '17'],
  ['$minute', { $minute: AT }, '15'],
  ['$second', { $second: AT }, '39'],
  ['$millisecond', { $millisecond: AT }, '736'],
  [
    '$dateToParts',
    { $dateToParts: { date: new Date('2017-01-01T01:29:09.123Z'), timezone: 'America/New_York' } },
    '{ year: 2016, month: 12, day: 31, hour: 20, minute: 29, second: 9, millisecond: 123 }',
  ],
  [
    '$dateFromParts',
    { $dateFromParts: { year: 2017, month: 14, day: 1, hour: 12 } },
    showValue(new Date('2018-02-01T12:00:00Z')),
  ],
  [
    '$dateFromParts',
    { $dateFromParts: { isoWeekYear: 2017, isoWeek: 6, isoDayOfWeek: 4, hour: 12 } },
    showValue(new Date('2017-02-09T12:00:00Z')),
  ],
  [
    '$dateAdd',
    { $dateAdd: { startDate: new Date('2020-12-31'), unit: 'month', amount: 2 } },
    showValue(new Date('2021-02-28')),
  ],
  [
    '$dateSubtract',
    { $dateSubtract: { startDate: new Date('2021-03-31'), unit: 'month', amount: 1 } },
    showValue(new Date('2021-02-28')),
  ],
  [
    '$dateDiff',
    {
      $dateDiff: {
        startDate: new Date('2021-01-01'),
        endDate: new Date('2021-03-31'),
        unit: 'month',
      },
    },
    '2',
  ],
  [
    '$dateDiff',
    {
      $dateDiff: {
        startDate: new Date('2021-01-24'),
        endDate: new Date('2021-01-25'),
        unit: 'week',
        startOfWeek: 'Monday',
      },
    },
    '1',
  ],
  [
    '$dateTrunc',
    { $dateTrunc: { date: new Date('2021-03-20T11:30:05Z'), unit: 'hour', binSize: 2 } },
    showValue(new Date('2021-03-20T10:00:00Z')),
  ],
  [
    '$dateTrunc',
    { $dateTrunc: { date: new Date('2021-03-20T11:30:05Z'), unit: 'week', startOfWeek: 'monday' } },
    showValue(new Date('2021-03-15')),
  ],
  [
    '$dateToString',
    {
      $dateToString: {
        format: '%Y-%m-%d %H:%M:%S:%L %z %j %u %U %V',
        date: AT,
        timezone: 'Asia/Seoul',
      },
    },
    '"2014-01-01 17:15:39:736 +0900 001 3 00 01"',
  ],
  ['$dateToString', { $dateToString: { date: AT } }, '"2014-01-01T08:15:39.736Z"'],
  [
    '$dateFromString',
    { $dateFromString: { dateString: '06-15-2018', format: '%m-%d-%Y' } },
    showValue(new Date('2018-06-15')),
  ],
  [
    '$dateFromString',
    { $dateFromString: { dateString: '2017-02-08T12:10:40.787', timezone: 'America/New_York' } },
    showValue(new Date('2017-02-08T17:10:40.787Z')),
  ],
  [
    '$getField',
    { $getField: { field: { $literal: '$price.usd' }, input: { $literal: { '$price.usd': 5 } } } },
    '5',
  ],
  ['$setField', { $setField: { field: 'a.b', input: { x: 1 }, value: 2 } }, '{ x: 1, a.b: 2 }'],
  ['$unsetField', { $unsetField: { field: 'x', input: { x: 1, y: 2 } } }, '{ y: 2 }'],
  ['$concat', { $concat: ['a', ' - ', 'b'] }, '"a - b"'],
  ['$concat', { $concat: ['a', '$missing'] }, 'null'],
  ['$toLower', { $toLower: 'ABCÉ' }, '"abcÉ"'],
  ['$toLower', { $toLower: null }, '""'],
  ['$toUpper', { $toUpper: 'abc' }, '"ABC"'],
  ['$strLenBytes', { $strLenBytes: 'caf\u{e9}' }, '5'],
  ['$strLenCP', { $strLenCP: '\u{1F600}e' }, '2'],
  ['$strcasecmp', { $strcasecmp: ['13q4', '13Q3'] }, '1'],
  ['$substr', { $substr: ['hello', 1, 2] }, '"el"'],
  ['$substrBytes', { $substrBytes: ['caf\u{e9}', 3, -1] }, '"é"'],
  ['$substrCP', { $substrCP: ['\u{1F600}bc', 1, 1] }, '"b"'],
  ['$split', { $split: ['June-15-2013', '-'] }, '[ "June", "15", "2013" ]'],
  ['$trim', { $trim: { input: ' \n good  bye \t ' } }, '"good  bye"'],
  ['$trim', { $trim: { input: 'ggggoodbyeeeee', chars: 'ge' } }, '"oodby"'],
  ['$ltrim', { $ltrim: { input: '  a ' } }, '"a "'],
  ['$rtrim', { $rtrim: { input: ' a  ' } }, '" a"'],
  ['$indexOfBytes', { $indexOfBytes: ['caf\u{e9}teria', 't'] }, '5'],
  ['$indexOfCP', { $indexOfCP: ['caf\u{e9}teria', 't'] }, '4'],
  [
    '$replaceOne',
    { $replaceOne: { input: 'aa', find: 'a', replacement: { $literal: '$&' } } },
    '"$&a"',
  ],
  ['$replaceAll', { $replaceAll: { input: 'aa', find: 'a', replacement: 'b' } }, '"bb"'],
  [
    '$regexFind',
    { $regexFind: { input: 'caf\u{e9} line', regex: 'l(i)' } },
    '{ match: "li", idx: 5, captures: [ "i" ] }',
  ],
  [
    '$regexFindAll',
    { $regexFindAll: { input: 'abab', regex: 'b' } },
    '[ { match: "b", idx: 1, captures: [] }, { match: "b", idx: 3, captures: [] } ]',
  ],
  [
    '$regexFindAll',
    { $regexFindAll: { input: 'ab', regex: '' } },
    '[ { match: "", idx: 0, captures: [] }, { match: "", idx: 1, captures: [] } ]',
  ],
  ['$regexMatch', { $regexMatch: { input: 'Line', regex: 'LINE', options: 'i' } }, 'true'],
  ['$let', { $let: { vars: { a: 2, b: 3 }, in: { $multiply: ['$$a', '$$b'] } } }, '6'],
  ['$literal', { $literal: { $add: [1, 1] } }, '{ $add: [ 1, 1 ] }'],
  ['$const', { $const: '$a' }, '"$a"'],
  ['$binarySize', { $binarySize: new Binary(Buffer.from('abc'), 0) }, '3'],
  ['$bsonSize', { $bsonSize: {} }, '5'],
  ['$tsSecond', { $tsSecond: new Timestamp({ t: 7, i: 9 }) }, '7'],
  ['$tsIncrement', { $tsIncrement: new Timestamp({ t: 7, i: 9 }) }, '9'],
];

// What is left to chance is known by its bounds, and what goes with a document only where one is searched for.
const BOUNDED: readonly (readonly [string, Plain, RegExp])[] = [
  ['$rand', { $rand: {} }, /^0\.\d+(?:e-\d+)?$/],
  ['$rand', { $lt: [{ $rand: {} }, 1] }, /^true$/],
  ['$sampleRate', { $sampleRate: 1 }, /^true$/],
  ['$sampleRate', { $sampleRate: 0 }, /^false$/],
];
const REFUSED: readonly (readonly [string, Plain, string])[] = [
  ['$meta', { $meta: 'textScore' }, 'query requires text score metadata, but it is not available'],
  ['$meta', { $meta: 'nothing' }, 'Unsupported argument to $meta: "nothing"'],
];

describe('an expression', () => {
  it.each(KNOWN)('%s gives what the manual says (%#)', (_operator, expression, expected) => {
    expect(answer(expression)).toBe(expected);
  });

  it('is known for every operator that is supported', () => {
    const known = new Set([...KNOWN, ...BOUNDED, ...REFUSED].map(([operator]) => operator));
    expect(EXPRESSION_OPERATORS.filter((name) => !known.has(name))).toEqual([]);
  });

  it.each(BOUNDED)('%s keeps within its bounds (%#)', (_operator, expression, expected) => {
    for (let round = 0; round < 20; round += 1) expect(answer(expression)).toMatch(expected);
  });

  it.each(REFUSED)(
    '%s is refused where nothing was searched for (%#)',
    (_operator, expression, why) => {
      expect(() => answer(expression)).toThrow(why);
    },
  );

  it('reads fields, paths through arrays, and variables', () => {
    const source = { a: { b: [{ c: 1 }, { d: 2 }, { c: 3 }] }, n: 5 };
    expect(answer('$a.b.c', source)).toBe('[ 1, 3 ]');
    expect(answer('$$ROOT.n', source)).toBe('5');
    expect(answer({ x: '$missing', y: '$n' }, source)).toBe('{ y: 5 }');
    expect(answer(['$missing', '$n'], source)).toBe('[ null, 5 ]');
  });

  it('is refused by name when it is unknown or not supported', () => {
    expect(() => answer({ $foo: 1 })).toThrow("Unrecognized expression '$foo'");
    expect(() => answer({ $function: {} })).toThrow('$function is not supported');
    expect(() => answer('$$nobody')).toThrow('Use of undefined variable: nobody');
    expect(() => answer({ $abs: [1, 2] })).toThrow(
      'Expression $abs takes exactly 1 arguments. 2 were passed in.',
    );
    expect(() => answer({ $divide: [1, 0] })).toThrow("can't $divide by zero");
    expect(document({ a: undefined }).size).toBe(0);
  });
});
