import fc from 'fast-check';

import { CsvFault, csvLine, readCsv } from './csv.ts';

const fieldsOf = (text: string) => readCsv(text).map(({ fields }) => fields);

describe('comma-separated values', () => {
  it('are read whatever ends a line, and wherever a field is quoted', () => {
    expect(fieldsOf('a,b\r\nc,d\ne,\rf')).toEqual([['a', 'b'], ['c', 'd'], ['e', ''], ['f']]);
    expect(fieldsOf('"a ""b"", c",""\n')).toEqual([['a "b", c', '']]);
    expect(fieldsOf('\uFEFFcode\n\n"x\ny"\n')).toEqual([['code'], ['x\ny']]);
    expect(fieldsOf('')).toEqual([]);
  });

  it('know the line on which each record begins', () => {
    const records = readCsv('a\r\n"b\r\nc"\n\nd\n');
    expect(records.map(({ line }) => line)).toEqual([1, 2, 5]);
  });

  it('are refused when a quote is not closed or stands inside a field', () => {
    expect(() => readCsv('a\n"b')).toThrow(new CsvFault(2, 'A quoted field does not end.'));
    expect(() => readCsv('a\nb"c')).toThrow(new CsvFault(2, 'A quote stands inside a field.'));
    expect(() => readCsv('"a"b')).toThrow(CsvFault);
  });

  it('are read as they were written, whatever they say', () => {
    const field = fc.string({
      unit: fc.constantFrom('a', '한', '"', ',', '\n', '\r', ' ', '\uFEFF', '😀'),
    });
    const record = fc
      .array(field, { minLength: 1 })
      .filter((fields) => fields.length > 1 || fields[0] !== '');
    fc.assert(
      fc.property(fc.array(record), (records) => {
        const text = records.map((fields) => `${csvLine(fields)}\n`).join('');
        expect(fieldsOf(text)).toEqual(records);
      }),
    );
  });

  it('are read in linear time', () => {
    expect(readCsv('"'.repeat(100_000))).toHaveLength(1);
    expect(() => readCsv('"'.repeat(100_001))).toThrow(CsvFault);
  });
});
