import fc from 'fast-check';

import { grams, searchForm, tidy, tidyText } from './text.ts';

it('keeps Hangul composed, whichever way it was typed', () => {
  expect(tidy('클라우드'.normalize('NFD'))).toBe('클라우드');
});

it('folds white space and trims', () => {
  expect(tidy('  open \t cloud\n alliance ')).toBe('open cloud alliance');
});

it('keeps no control character, nothing unseen, and no half of a pair', () => {
  expect(tidy('A\r\nB\u0000C\u202E\u200B')).toBe('A BC');
  expect(tidy('\u200B\u200B')).toBe('');
  expect(tidy('x\uD800y')).toBe('x\uFFFDy');
});

it('tidies what is tidy into itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(tidy(tidy(text))).toBe(tidy(text));
    }),
  );
});

it('makes an empty language null', () => {
  expect(tidyText({ ko: ' ', en: 'Cloud' })).toEqual({ ko: null, en: 'Cloud' });
});

it('compares without case, spaces, width and punctuation', () => {
  expect(searchForm('Ｋ-PaaS (클라우드 플랫폼)')).toBe('kpaas클라우드플랫폼');
});

it('gives the same search form to text in any normal form', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(searchForm(text.normalize('NFD'))).toBe(searchForm(text.normalize('NFC')));
    }),
  );
});

it('gives every run of characters once', () => {
  expect(grams('클라우드클라', 2)).toEqual(['클라', '라우', '우드', '드클']);
  expect(grams('a', 2)).toEqual([]);
});
