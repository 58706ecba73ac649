import fc from 'fast-check';

import { ImportFault } from './fault.ts';
import { cellsOf, recordsIn, type TableFormat, type TableRecord } from './table-record.ts';
import { textIn } from './table-text.ts';

const most = 1_000;

async function* chunked(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.slice(start, start + size);
}

async function recordsOf(
  text: string | Uint8Array,
  { format = 'CSV', size = 3 }: { format?: TableFormat; size?: number } = {},
): Promise<TableRecord[]> {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const records: TableRecord[] = [];
  for await (const each of recordsIn(textIn(chunked(bytes, size)), format, most))
    records.push(each);
  return records;
}

/** Code and line of the fault with which a text is refused. */
async function faultOf(text: string | Uint8Array, format: TableFormat = 'CSV') {
  const fault: unknown = await recordsOf(text, { format }).catch((error: unknown) => error);
  return fault instanceof ImportFault ? [fault.code, fault.line] : fault;
}

describe('records of CSV', () => {
  it('begin where they stand in the file, whatever ends the lines', async () => {
    const text = '\uFEFFcode,name\r\na,"한\r\n글"\r\n\n\rb,"x""y,\nz"\rc,';
    expect(await recordsOf(text)).toEqual([
      { line: 1, text: 'code,name' },
      { line: 2, text: 'a,"한\r\n글"' },
      { line: 6, text: 'b,"x""y,\nz"' },
      { line: 8, text: 'c,' },
    ]);
  });

  it('are the same whatever the chunks', async () => {
    const cell = fc.string({ unit: fc.constantFrom('가', 'é', '😀', 'a', '"', ',', '\r', '\n') });
    const row = fc.array(cell, { minLength: 2, maxLength: 3 });
    const ends = fc.constantFrom('\n', '\r\n', '\r');
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 4 }),
        ends,
        fc.integer({ min: 1, max: 9 }),
        async (rows, end, size) => {
          const quoted = rows.map((cells) =>
            cells.map((each) => `"${each.replaceAll('"', '""')}"`).join(','),
          );
          const records = await recordsOf(quoted.map((each) => each + end).join(''), { size });
          expect(records.map(({ text }) => text)).toEqual(quoted);
          expect(records.map(cellsOf)).toEqual(rows);
        },
      ),
    );
  });

  it.each([
    ['a quote that does not end', 'a,b\n1,"2\n3\n', ['IMPORT_TRUNCATED', 2]],
    ['a quote within a cell', 'a,b\n1,2\n3,4"5"\n', ['IMPORT_FORMAT', 3]],
    ['something behind the closing quote', 'a\n"1"2\n', ['IMPORT_FORMAT', 2]],
    ['a row that is too long', `a\n${'x'.repeat(most + 1)}\n`, ['IMPORT_FORMAT', 2]],
    ['a quote that is too long and does not end', `a\n"${'x'.repeat(most * 3)}`, ['IMPORT_TRUNCATED', 2]], // prettier-ignore
    ['a cut character', new TextEncoder().encode('a\n가').slice(0, -1), ['IMPORT_TRUNCATED', 2]],
    ['bytes that are no text', new Uint8Array([97, 10, 98, 10, 99, 0xff, 10]), ['IMPORT_FORMAT', 3]], // prettier-ignore
  ])('are refused for %s', async (_, text, fault) => {
    expect(await faultOf(text)).toEqual(fault);
  });
});

describe('records of JSON Lines', () => {
  it('are lines, and a quote means nothing to them', async () => {
    expect(await recordsOf('{"a":"\n\r\n  \n{}', { format: 'JSONL' })).toEqual([
      { line: 1, text: '{"a":"' },
      { line: 4, text: '{}' },
    ]);
  });
});

describe('cells', () => {
  it.each([
    ['a,,"b ""c"", d",', ['a', '', 'b "c", d', '']],
    ['', ['']],
    [',', ['', '']],
    [',a', ['', 'a']],
    ['"",x', ['', 'x']],
  ])('of %s', (text, cells) => {
    expect(cellsOf({ line: 1, text })).toEqual(cells);
  });
});
