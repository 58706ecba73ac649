import fc from 'fast-check';

import { cellLines, joinParts, plainCell, safeCell, splitParts } from './cell.ts';

it('splits what it joined, bars and backslashes within parts included', () => {
  expect(joinParts(['LINK', 'a|b', null, 'c\\d'])).toBe('LINK | a\\|b |  | c\\\\d');
  const part = fc
    .string({ unit: fc.constantFrom('a', '|', '\\', ' ', '한') })
    .map((text) => text.trim() || null);
  fc.assert(
    fc.property(fc.array(part, { minLength: 1 }), (parts) => {
      expect(splitParts(joinParts(parts))).toEqual(parts);
    }),
  );
});

it('takes lines of a cell one by one', () => {
  expect(cellLines(' a \r\n\nb\rc ')).toEqual(['a', 'b', 'c']);
  expect(cellLines('')).toEqual([]);
});

it('keeps spreadsheets from taking a cell for a formula, and gives it back as it was', () => {
  expect(safeCell('=HYPERLINK("http://example.org")')).toBe('\'=HYPERLINK("http://example.org")');
  expect(safeCell('클라우드')).toBe('클라우드');
  const cell = fc.string({
    unit: fc.constantFrom(
      "'",
      '=',
      '+',
      '-',
      '@',
      '＝',
      '＋',
      '－',
      '＠',
      '\t',
      '\r',
      '\n',
      'a',
      ' ',
    ),
  });
  fc.assert(
    fc.property(cell, (text) => {
      expect(safeCell(text)).not.toMatch(/^[=+\-@＝＋－＠\t\r\n]/u);
      expect(plainCell(safeCell(text))).toBe(text);
    }),
  );
});
