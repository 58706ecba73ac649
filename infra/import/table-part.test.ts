import { partCharacters, partRows, partsOf, type TableHead, type TablePart } from './table-part.ts';
import { recordsIn, type TableRecord } from './table-record.ts';

const head: TableHead = { format: 'CSV', names: { line: 1, text: 'companyId,level' }, key: 'companyId' }; // prettier-ignore

async function* records(count: number, textOf: (index: number) => string) {
  for (let index = 0; index < count; index += 1) yield { line: index + 2, text: textOf(index) };
}

async function partsIn(rows: AsyncIterable<TableRecord>, of = head): Promise<TablePart[]> {
  const parts: TablePart[] = [];
  for await (const part of partsOf(rows, of)) parts.push(part);
  return parts;
}

/** Rows of each part when each company has so many of 1,200. */
async function sizes(perCompany: number): Promise<number[]> {
  const rows = records(1_200, (index) => `c${Math.floor(index / perCompany)},1`);
  return (await partsIn(rows)).map(({ keys }) => keys.length);
}

describe('parts', () => {
  it('begin with the names, and know where each row stands in the file', async () => {
    const [part, ...others] = await partsIn(records(3, (index) => `"c${index}","1\r\n2"`));
    expect(others).toEqual([]);
    expect(part?.text.split('\n').slice(0, 2)).toEqual(['companyId,level', '"c0","1\r']);
    expect(part?.keys).toEqual(['c0', 'c1', 'c2']);
    expect([...(part?.lines ?? [])]).toEqual([
      [1, 1],
      [2, 2],
      [4, 3],
      [6, 4],
    ]);
  });

  it('have 500 rows at most, and keep a company together where they can', async () => {
    expect(await sizes(1)).toEqual([400, 400, 400]);
    expect(await sizes(150)).toEqual([450, 450, 300]);
    expect(await sizes(1_200)).toEqual([500, 500, 200]);
  });

  it('have a million characters at most', async () => {
    const long = 'x'.repeat(partCharacters / 2);
    const parts = await partsIn(records(3, () => long));
    expect(parts.map(({ keys }) => keys.length)).toEqual([1, 1, 1]);
    for (const { text } of parts) expect(text.length).toBeLessThanOrEqual(partCharacters);
  });

  it('of JSON Lines have no names, and tell companies by their field', async () => {
    const jsonl: TableHead = { format: 'JSONL', names: null, key: 'companyId' };
    const rows = records(2, (index) => (index === 0 ? '{"companyId":"c0"}' : 'broken'));
    const [part] = await partsIn(rows, jsonl);
    expect(part).toEqual({
      text: '{"companyId":"c0"}\nbroken\n',
      keys: ['c0', null],
      lines: new Map([
        [1, 2],
        [2, 3],
      ]),
    });
  });

  it('of 100,000 lines are never held together: no more is read than one part and one chunk', async () => {
    const perChunk = 700;
    let read = 0;
    let done = 0;
    let most = 0;
    async function* chunks() {
      for (; read < 100_000; read += perChunk)
        yield Array.from({ length: perChunk }, (_, index) => `c${read + index},7\n`).join('');
    }
    for await (const { keys } of partsOf(recordsIn(chunks(), 'CSV', 1_000), head)) {
      done += keys.length;
      most = Math.max(most, read - done);
    }
    expect(done).toBe(Math.ceil(100_000 / perChunk) * perChunk);
    expect(most).toBeLessThanOrEqual(partRows + perChunk);
  });
});
