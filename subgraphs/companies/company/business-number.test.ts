import fc from 'fast-check';
import { stdnum } from 'stdnum';

import { businessNumberOf, hasCheckDigit } from './business-number.ts';

/** Samsung Electronics, NAVER, KT and others, as published. */
const published = ['1248100998', '2208162517', '1028142945', '1234567891'];

const tenDigits = fc
  .array(fc.nat(9), { minLength: 10, maxLength: 10 })
  .map((digits) => digits.join(''));

describe('hasCheckDigit', () => {
  it.each(published)('accepts the published number %s', (number) => {
    expect(hasCheckDigit(number)).toBe(true);
  });

  it('refuses all 1,260 numbers that differ from a true one in a single digit', () => {
    const true14 = [...published, ...completed(14 - published.length)];
    const changed = true14.flatMap((number) =>
      Array.from(number).flatMap((digit, place) =>
        Array.from('0123456789')
          .filter((other) => other !== digit)
          .map((other) => number.slice(0, place) + other + number.slice(place + 1)),
      ),
    );
    expect(changed).toHaveLength(1260);
    expect(changed.filter(hasCheckDigit)).toEqual([]);
  });

  it('accepts exactly one last digit for any nine', () => {
    const trueEnds = fc.property(tenDigits, (digits) => {
      const ends = Array.from('0123456789', (last) => digits.slice(0, 9) + last);
      return ends.filter(hasCheckDigit).length === 1;
    });
    expect(fc.check(trueEnds).failed).toBe(false);
  });

  it('agrees with an independent implementation', () => {
    const brn = stdnum['KR']?.['brn'];
    const agrees = fc.property(tenDigits, (digits) => {
      const { isValid, error } = brn?.validate(digits) ?? { isValid: !hasCheckDigit(digits) };
      // The other one also refuses prefixes and serials that were never given out.
      const compared = isValid || error?.name === 'InvalidChecksum';
      return !compared || hasCheckDigit(digits) === isValid;
    });
    expect(fc.check(agrees, { numRuns: 1000 }).failed).toBe(false);
  });
});

describe('businessNumberOf', () => {
  it.each([
    '124-81-00998',
    '1248100998',
    ' 124 81 00998 ',
    '１２４－８１－００９９８',
    '124–81–00998',
  ])('reads %s', (text) => {
    expect(businessNumberOf(text)).toBe('1248100998');
  });

  it.each(['', '124-81-0099', '124-81-009988', '124-81-0099x'])('finds none in %j', (text) => {
    expect(businessNumberOf(text)).toBeNull();
  });
});

/** True numbers, made from the first nine digits of 100000000 onwards. */
function completed(count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const nine = String(100_000_000 + index * 12_345_679).slice(0, 9);
    const end = Array.from('0123456789').find((last) => hasCheckDigit(nine + last));
    return `${nine}${end}`;
  });
}
