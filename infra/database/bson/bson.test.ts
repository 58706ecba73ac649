import fc from 'fast-check';
import { deserialize, serialize } from 'bson';
import { compareDecimals, parseParts } from './decimal.ts';
import { encodeKey, keyAfter } from './key.ts';
import { calculate, compareNumbers, exactParts } from './number.ts';
import { areEqual, areIdentical, compareValues } from './order.ts';
import { readDocument, readFields } from './reader.ts';
import { showValue } from './show.ts';
import { Binary, BSONRegExp, Decimal128, document, double, ObjectId, Timestamp } from './value.ts';
import type { Document, Numeric, Value } from './value.ts';
import { writeDocument } from './writer.ts';

const numbers: fc.Arbitrary<Numeric> = fc.oneof(
  fc.integer(),
  fc.double().map((value) => double(value)),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc
    .tuple(fc.bigInt({ min: -(10n ** 33n), max: 10n ** 33n }), fc.integer({ min: -40, max: 40 }))
    .map(([mantissa, exponent]) => Decimal128.fromString(`${mantissa}E${exponent}`)),
  fc.constantFrom<Numeric>(
    double(Number.NaN),
    double(Number.POSITIVE_INFINITY),
    double(-0),
    9_007_199_254_740_993n,
    Decimal128.fromString('9007199254740992.5'),
    Decimal128.fromString('0.1'),
    0.1,
  ),
);

const scalars: fc.Arbitrary<Value> = fc.oneof(
  numbers,
  fc.string({ unit: 'binary' }),
  fc.boolean(),
  fc.constant(null),
  fc.date({ noInvalidDate: true }),
  fc.uint8Array({ minLength: 12, maxLength: 12 }).map((bytes) => new ObjectId(bytes)),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => new Binary(bytes, 0)),
  fc.tuple(fc.nat(), fc.nat()).map(([t, i]) => new Timestamp({ t, i })),
  fc.stringMatching(/^[a-z]{0,5}$/).map((pattern) => new BSONRegExp(pattern, 'i')),
);

const names = fc.string({ unit: 'grapheme', maxLength: 8 }).filter((name) => !name.includes('\0'));

const { value: values } = fc.letrec<{ value: Value; document: Document; list: Value[] }>((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, scalars, tie('list'), tie('document')),
  list: fc.array(tie('value'), { maxLength: 4 }),
  document: fc
    .array(fc.tuple(names, tie('value')), { maxLength: 4 })
    .map((entries) => new Map(entries)),
}));

/** 'read', or the name of the error. */
function outcomeOf(bytes: Buffer): string {
  try {
    readDocument(bytes);
    return 'read';
  } catch (error) {
    return error instanceof Error ? error.name : 'no error';
  }
}

/** A document with so many levels. */
function nested(levels: number): Document {
  let deep: Document = new Map();
  for (let level = 1; level < levels; level += 1) deep = new Map([['d', deep]]);
  return deep;
}

describe('BSON', () => {
  it('is read as it was written: values, types and the order of fields', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(names, values), { maxLength: 6 }), (entries) => {
        const source: Document = new Map(entries);
        const read = readDocument(writeDocument(source));
        expect(areIdentical(read, source)).toBe(true);
        expect([...read.keys()]).toEqual([...source.keys()]);
      }),
    );
  });

  it("agrees with the driver's own reader and writer", () => {
    const given = {
      int: 1,
      real: 1.5,
      text: 'é\u{1F600}',
      deep: { list: [1, 'two', null, { three: true }] },
      at: new Date(1_600_000_000_000),
      id: new ObjectId('0123456789abcdef01234567'),
    };
    const bytes = Buffer.from(serialize(given));
    expect(writeDocument(readDocument(bytes)).equals(bytes)).toBe(true);
    expect(deserialize(writeDocument(readDocument(bytes)))).toEqual(given);
  });

  it('keeps a field called __proto__ and numbers as field names in their place', () => {
    const source: Document = new Map<string, Value>([
      ['b', 1],
      ['1', 2],
      ['__proto__', 3],
      ['0', 4],
    ]);
    expect([...readDocument(writeDocument(source))]).toEqual([...source]);
  });

  it('gives only the fields that are asked for', () => {
    const bytes = writeDocument(document({ a: 1, b: document({ c: 2 }), d: [3], e: 'x' }));
    expect([...readFields(bytes, new Set(['d', 'a']))]).toEqual([
      ['a', 1],
      ['d', [3]],
    ]);
  });

  it('is refused and never read past its end when it is malformed', () => {
    const good = writeDocument(document({ a: 'text', b: [1, 2, document({ c: 3n })] }));
    fc.assert(
      fc.property(fc.nat({ max: good.length - 1 }), fc.nat({ max: 255 }), (at, byte) => {
        const broken = Buffer.from(good);
        broken[at] = byte;
        expect(['read', 'CommandRefusal']).toContain(outcomeOf(broken));
      }),
      { numRuns: 1000 },
    );
  });

  it('is refused when it nests deeper than a message may, and is stored with a hundred levels at most', () => {
    expect(readDocument(writeDocument(nested(180)))).toEqual(nested(180));
    expect(() => readDocument(writeDocument(nested(181)))).toThrow(/180 levels of nesting/);
    expect(writeDocument(nested(100), 100)).toEqual(writeDocument(nested(100)));
    expect(() => writeDocument(nested(101), 100)).toThrow(/100 levels of nesting/);
  });
});

describe('the order of values', () => {
  it('is that of their keys', () => {
    fc.assert(
      fc.property(values, values, (left, right) => {
        const order = compareValues(left, right);
        const byKey = Buffer.compare(encodeKey([left]), encodeKey([right]));
        expect(Math.sign(byKey)).toBe(Math.sign(order));
      }),
      { numRuns: 2000 },
    );
  });

  it('is turned round in a descending field', () => {
    fc.assert(
      fc.property(values, values, (left, right) => {
        const byKey = Buffer.compare(encodeKey([left], [-1]), encodeKey([right], [-1]));
        expect(Math.sign(byKey)).toBe(0 - Math.sign(compareValues(left, right)));
      }),
    );
  });

  it('is transitive for numbers of all types', () => {
    fc.assert(
      fc.property(numbers, numbers, numbers, (a, b, c) => {
        const [x, y, z] = [a, b, c].toSorted(compareNumbers);
        if (x === undefined || y === undefined || z === undefined) return;
        expect(compareNumbers(x, z)).toBeLessThanOrEqual(0);
        expect(compareNumbers(x, y)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 2000 },
    );
  });

  it('puts types in the order of the manual', () => {
    const ascending: Value[] = [
      null,
      -1,
      'a',
      new Map(),
      [],
      new Binary(Buffer.alloc(0)),
      new ObjectId('000000000000000000000000'),
      false,
      new Date(0),
      new Timestamp({ t: 0, i: 0 }),
      new BSONRegExp('a'),
    ];
    expect(ascending.toReversed().sort((a, b) => compareValues(a, b))).toEqual(ascending);
  });

  it('takes 1, 1.0, NumberLong(1) and NumberDecimal(1) for equal but not for the same', () => {
    const ones: Value[] = [1, double(1), 1n, Decimal128.fromString('1')];
    for (const left of ones)
      for (const right of ones) {
        expect(areEqual(left, right)).toBe(true);
        expect(areIdentical(left, right)).toBe(left === right);
      }
  });

  it('tells decimals apart that are nearer than doubles can be', () => {
    const low = Decimal128.fromString('0.1000000000000000000000000000000001');
    const high = Decimal128.fromString('0.1000000000000000000000000000000002');
    expect(compareValues(low, high)).toBe(-1);
    expect(encodeKey([low]).equals(encodeKey([high]))).toBe(false);
  });
});

describe('a key', () => {
  it('ends before the key after it, and nothing with its beginning does not', () => {
    fc.assert(
      fc.property(values, values, (first, second) => {
        const prefix = encodeKey([first]);
        const whole = encodeKey([first, second]);
        const after = keyAfter(prefix);
        expect(Buffer.compare(prefix, whole)).toBeLessThan(0);
        expect(after === undefined || Buffer.compare(whole, after) < 0).toBe(true);
      }),
    );
  });
});

describe('arithmetic', () => {
  it('adds and multiplies integers exactly and widens them when it must', () => {
    expect(calculate('add', 2_147_483_647, 1)).toBe(2_147_483_648n);
    expect(calculate('add', 1, 1)).toBe(2);
    expect(calculate('multiply', 3n, 4)).toBe(12n);
    expect(calculate('add', 2n ** 63n - 1n, 1n)).toBeUndefined();
  });

  it('lets decimals win over doubles and doubles over integers', () => {
    expect(showValue(calculate('add', Decimal128.fromString('0.1'), 0.2))).toBe(
      '0.300000000000000',
    );
    expect(calculate('add', 1, 0.5)).toBe(1.5);
    expect(showValue(calculate('add', 1n, double(1)))).toBe('2.0');
  });

  it('keeps the sum of two decimals exact within 34 digits', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
        fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
        (a, b) => {
          const sum = calculate(
            'add',
            Decimal128.fromString(`${a}E-10`),
            Decimal128.fromString(`${b}E-10`),
          );
          const exact = parseParts(`${a + b}E-10`);
          const parts = sum === undefined ? undefined : exactParts(sum);
          expect(
            parts !== undefined && exact !== undefined && compareDecimals(parts, exact) === 0,
          ).toBe(true);
        },
      ),
    );
  });
});
