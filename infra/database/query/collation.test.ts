// Which collations there are.
import { document } from '../bson/value.ts';
import { collationOf } from './collation.ts';

function inOrder(locale: string, words: readonly string[]): string[] {
  const collation = collationOf(document({ locale }));
  if (collation === undefined) throw new Error(`${locale} is the simple collation`);
  return words.toSorted(collation.compare);
}

describe('a collation', () => {
  it.each(['xx', 'nope', 'qq_XX', 'de@collation=nope nope', '-', 'e'])(
    'is refused when its language is unknown: %s',
    (locale) => {
      expect(() => collationOf(document({ locale }))).toThrow(
        `Field 'locale' is invalid in: { locale: "${locale}" }`,
      );
    },
  );

  it.each(['ko', 'en', 'en_US_POSIX', 'zh_Hant', 'sr_Latn', 'zh@collation=stroke', 'fr_CA'])(
    'is taken with a language that MongoDB lists: %s',
    (locale) => {
      expect(collationOf(document({ locale }))?.spec.get('locale')).toBe(locale);
    },
  );

  it('sorts as the kind of order says that is named with it', () => {
    const words = ['Arg', 'Ärgerlich', 'Arm', 'Assistent', 'Aßlar', 'Assoziation'];
    expect(inOrder('de', words)).toEqual([
      'Arg',
      'Ärgerlich',
      'Arm',
      'Assistent',
      'Aßlar',
      'Assoziation',
    ]);
    expect(inOrder('de@collation=phonebook', words)).toEqual([
      'Ärgerlich',
      'Arg',
      'Arm',
      'Assistent',
      'Aßlar',
      'Assoziation',
    ]);
  });
});
