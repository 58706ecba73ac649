// Roots, powers and logarithms of decimals, to all 34 digits.
import fc from 'fast-check';
import { Decimal128 } from '../bson/value.ts';
import { answer } from './answer.ts';
import type { Plain } from './answer.ts';

const d = (text: string): Decimal128 => Decimal128.fromString(text);

// The digits are those of the constants as published. @see https://oeis.org/A001113 and its neighbours
const KNOWN: readonly (readonly [string, Plain, string])[] = [
  ['a square root', { $sqrt: d('2') }, '1.414213562373095048801688724209698'],
  ['the root of a square', { $sqrt: d('1.44') }, '1.2'],
  ['the root of a large square', { $sqrt: d('1E+200') }, '1E+100'],
  ['the root of a small number', { $sqrt: d('1E-101') }, '3.162277660168379331998893544432719E-51'],
  ['the root of nothing', { $sqrt: d('0') }, '0'],
  ['the root of infinity', { $sqrt: d('Infinity') }, 'Infinity'],
  ['a power', { $pow: [d('1.1'), 10] }, '2.5937424601'],
  ['a power of a whole decimal', { $pow: [d('3'), d('40')] }, '12157665459056928801'],
  ['a negative power', { $pow: [d('4'), -2] }, '0.0625'],
  [
    'a power that is no whole number',
    { $pow: [d('2'), d('0.5')] },
    '1.414213562373095048801688724209698',
  ],
  ['a negative base', { $pow: [d('-2'), 3] }, '-8'],
  ['a root of a negative base', { $pow: [d('-2'), d('0.5')] }, 'NaN'],
  ['a power that is too large', { $pow: [d('10'), 7000] }, 'Infinity'],
  ['the number e', { $exp: d('1') }, '2.718281828459045235360287471352662'],
  ['e to nothing', { $exp: d('0') }, '1'],
  ['e to a large power', { $exp: d('100') }, '2.688117141816135448412625551580014E+43'],
  ['e to a negative power', { $exp: d('-1') }, '0.3678794411714423215955237701614609'],
  ['e to too much', { $exp: d('1E+9') }, 'Infinity'],
  ['a natural logarithm', { $ln: d('2') }, '0.6931471805599453094172321214581766'],
  ['the logarithm of one', { $ln: d('1') }, '0'],
  ['the logarithm of ten', { $ln: d('10') }, '2.302585092994045684017991454684364'],
  ['a decimal logarithm', { $log10: d('0.001') }, '-3'],
  ['a decimal logarithm of two', { $log10: d('2') }, '0.301029995663981195213738894724493'],
  ['a logarithm to a base', { $log: [d('1024'), 2] }, '10'],
];

it.each(KNOWN)('%s has all its digits', (_title, expression, expected) => {
  expect(answer(expression).replaceAll(/[^\d.E+\-InfinityNa]/g, '')).toBe(expected);
});

it('keeps roots and exponentials within the last digit of going back', () => {
  const number = fc
    .tuple(fc.bigInt({ min: 1n, max: 10n ** 33n }), fc.integer({ min: -30, max: 5 }))
    .map(([mantissa, exponent]) => d(`${mantissa}E${exponent - 30}`));
  fc.assert(
    fc.property(number, (value) => {
      for (const there of [{ $pow: [{ $sqrt: value }, 2] }, { $exp: { $ln: value } }]) {
        const off = { $divide: [{ $abs: { $subtract: [there, value] } }, value] };
        expect(answer({ $lt: [off, d('1E-31')] })).toBe('true');
      }
    }),
  );
});
