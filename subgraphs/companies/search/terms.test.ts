import fc from 'fast-check';

import { searchForm } from '#kit/text.ts';
import { initialsOf, patternOfWord, termsOfForm, termsOfWord, wordsOf } from './terms.ts';

/** Names of Hangul syllables, Latin letters, digits, spaces and marks. */
const name = fc
  .array(fc.constantFrom(...Array.from('가각나힣클라우드보안한글 ABcde1 2-.&é')), {
    minLength: 1,
    maxLength: 24,
  })
  .map((characters) => characters.join(''));

/** Whether the index leads to a name and the pattern agrees, for every word typed. */
function finds(typed: string, written: string): boolean {
  const form = searchForm(written);
  const kept = new Set(termsOfForm(form));
  return wordsOf(typed).every(
    (word) =>
      termsOfWord(word).every((term) => kept.has(term)) &&
      new RegExp(patternOfWord(word), 'u').test(form),
  );
}

describe('a search', () => {
  it.each([
    ['클라우드', '오픈클라우드 주식회사'],
    ['오픈클라우드', '오픈 클라우드'],
    ['오픈 클라우드', '오픈클라우드'],
    ['클라우드'.normalize('NFD'), '오픈클라우드'],
    ['오픈클라우드', '오픈클라우드'.normalize('NFD')],
    ['ㅋㄹㅇㄷ', '오픈클라우드'],
    ['클ㄹㅇ', '오픈클라우드'],
    ['클라우ㄷ', '오픈클라우드'],
    ['ㄲ', '까치소프트'],
    ['삼', '삼성'],
    ['OPEN cloud', 'OpenCloud Alliance'],
    ['lliance', 'OpenCloud Alliance'],
    ['netapp', 'Net-App, Inc.'],
    ['ＫＴ', 'KT'],
    ['k', 'KT'],
    ['12481', '1248100998'],
  ])('for %s finds %s', (typed, written) => {
    expect(finds(typed, written)).toBe(true);
  });

  it.each([
    ['클라우드', '클라우트'],
    ['ㅋㄹㅇㄷ', '크루아상'],
    ['ㅋ', '가나다'],
    ['cloud', 'clod'],
    ['cloudy', 'cloud'],
    // Every pair of letters is there, the word is not.
    ['abcabc', 'abca bbcab'],
  ])('for %s does not find %s', (typed, written) => {
    expect(finds(typed, written)).toBe(false);
  });

  it('finds every name by every part of it', () => {
    const law = fc.property(name, fc.nat(23), fc.integer({ min: 1, max: 24 }), (text, at, length) =>
      finds(text.slice(at, at + length), text),
    );
    expect(fc.check(law, { numRuns: 2000 }).failed).toBe(false);
  });

  it('finds every name by its initial consonants', () => {
    const law = fc.property(name, (text) => finds(initialsOf(searchForm(text)), text));
    expect(fc.check(law, { numRuns: 1000 }).failed).toBe(false);
  });

  it('never takes what the index does not hold for a find of the pattern', () => {
    const law = fc.property(name, name, (typed, text) => {
      const [word] = wordsOf(typed);
      if (word === undefined) return true;
      const form = searchForm(text);
      return form.includes(word) === finds(word, text);
    });
    expect(fc.check(law, { numRuns: 2000 }).failed).toBe(false);
  });
});

describe('wordsOf', () => {
  it('keeps letters and digits only, each word once', () => {
    expect(wordsOf('  Foo-Bar foobar .* [a-z]')).toEqual(['foobar', 'az']);
  });

  it.each([
    '구름다리(주)',
    '(주)구름다리',
    '㈜구름다리',
    '구름다리 ( 주 )',
    '주식회사 구름다리',
    '구름다리주식회사',
  ])('leaves out what the firm of %s is by law', (typed) =>
    expect(wordsOf(typed)).toEqual(['구름다리']),
  );

  it('keeps what a firm is by law where nothing else is asked for', () => {
    expect(wordsOf('(주)')).toEqual(['주']);
    expect(wordsOf('주식회사')).toEqual(['주식회사']);
  });
});
