import fc from 'fast-check';
import { boundBacktracking, makeTest, plainTwin } from './linear-regex.ts';

beforeAll(boundBacktracking);

describe('makeTest', () => {
  const piece = fc.constantFrom(
    'a',
    'B',
    'k',
    's',
    '.',
    '[a-c]',
    '[A-C]',
    '[^b]',
    '[A-c]',
    '[!-Z]',
    String.raw`\d`,
    String.raw`\S`,
    String.raw`\W`,
    '(?:aB|k)',
    '(a|B)',
    '^',
    '$',
    String.raw`\bS`,
    '😀',
    '가',
    String.raw`\x41`,
    String.raw`\p{Lu}`,
    String.raw`\u{61}`,
  );
  const pattern = fc
    .array(fc.tuple(piece, fc.constantFrom('', '', '*', '+', '?', '{2}')), {
      minLength: 1,
      maxLength: 5,
    })
    .map((parts) =>
      parts
        .map(([part, times]) => (/[\^$]/.test(part) && part.length === 1 ? part : part + times))
        .join(''),
    );
  const text = fc
    .array(
      fc.constantFrom(
        'a',
        'A',
        'b',
        'B',
        'K',
        '\u212A',
        'S',
        'ſ',
        '1',
        ' ',
        '_',
        '[',
        '😀',
        '가',
        '\uD83D',
      ),
      { maxLength: 8 },
    )
    .map((units) => units.join(''));

  it.each(['u', 'iu', 'su', 'imu'])(
    'finds with the flags %s what the expression finds',
    (flags) => {
      fc.assert(
        fc.property(pattern, fc.array(text, { minLength: 1, maxLength: 10 }), (source, texts) => {
          const expression = new RegExp(source, flags);
          const test = makeTest(expression);
          for (const one of texts) expect(test(one)).toBe(expression.test(one));
        }),
      );
    },
  );

  it.each([
    ['(x+x+)+y', 'u'],
    ['(X+x+)+Y', 'iu'],
    ['^(?:[a-z]+)*$', 'iu'],
    ['(.*)*y', 'su'],
  ])('is done with a text through which /%s/%s would go for centuries', (source, flags) => {
    expect(makeTest(new RegExp(source, flags))(`${'x'.repeat(200)}!`)).toBe(false);
  });
});

it('plainTwin keeps what has no other meaning with u', () => {
  expect(plainTwin(/a.b/su)?.flags).toBe('s');
  expect(plainTwin(/\p{L}/u)).toBeUndefined();
  expect(plainTwin(/a/iu)).toBeUndefined();
});
