/** Tables in and out: what was exported is imported again as it was, and lines that fail are told by their number. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { someone } from '../service.ts';
import { startTechmaps, type Payload, type TechmapsWorld } from './techmaps.ts';

let world: TechmapsWorld;

beforeAll(async () => {
  world = await startTechmaps();
  await world.firms('hanbit', 'saebyeok');
  for (const code of ['tab', 'big'])
    await world.mutate(world.operator, 'createTechMap', { code, name: { en: code } });
});
afterAll(() => world.stop());

const counts = 'created updated unchanged';

const table = `code,parentCode,kind,nameKo,nameEn,aliases,links,core
tab,,DOMAIN,표,Table,,,
tab.store,tab,AREA,저장소,"Stores, of all ""kinds""","S3
Blob",https://example.org/a | A \\| B,true
`;

function bring(input: object): Promise<Payload> {
  return world.mutate(
    world.operator,
    'importTechnologyTable',
    { mapCode: 'tab', source: 'sheet', format: 'CSV', ...input },
    `${counts} version { size }`,
  );
}

async function publish(code: string): Promise<void> {
  const { id, draft } = await world.ask(
    world.secretariat,
    `{ techMap(code: "${code}") { id draft { revision } } }`,
  );
  const { problems } = await world.mutate(world.secretariat, 'publishTechMapVersion', {
    mapId: id,
    revision: draft.revision,
  });
  expect(problems).toEqual([]);
}

/** The whole of a table, page by page. */
async function exported(
  field: string,
  request: string,
): Promise<{ text: string; pages: number[] }> {
  let [text, after] = ['', null as string | null];
  const pages: number[] = [];
  for (;;) {
    const page = await world.ask(
      world.operator,
      `query ($after: String) { ${field}(${request}, after: $after) { text rows hasNextPage endCursor } }`,
      { after },
    );
    text += page['text'];
    pages.push(page['rows'] as number);
    if (page['hasNextPage'] !== true) return { text, pages };
    after = page['endCursor'] as string;
  }
}

describe('a table of technologies', () => {
  it('is tried, imported, and left unchanged by a repeat', async () => {
    expect(await bring({ text: table, dryRun: true })).toMatchObject({
      created: 2,
      version: { size: 0 },
      problems: [],
    });
    expect(await bring({ text: table })).toMatchObject({
      created: 2,
      version: { size: 2 },
      problems: [],
    });
    expect(await bring({ text: table })).toMatchObject({ created: 0, updated: 0, unchanged: 2 });
    await publish('tab');
    expect(
      await world.ask(
        someone,
        '{ technology(code: "tab.store") { name { ko en } aliases links { url title } core parent { code } } }',
      ),
    ).toEqual({
      name: { ko: '저장소', en: 'Stores, of all "kinds"' },
      aliases: ['S3', 'Blob'],
      links: [{ url: 'https://example.org/a', title: 'A | B' }],
      core: true,
      parent: { code: 'tab' },
    });
  });

  it.each(['CSV', 'JSONL'])('comes out in %s and goes in again as it was', async (format) => {
    const { text } = await exported('technologyTable', `mapCode: "tab", format: ${format}`);
    expect(text.trimEnd().split('\n')).toHaveLength(format === 'CSV' ? 4 : 2);
    expect(await bring({ text, format })).toMatchObject({
      created: 0,
      updated: 0,
      unchanged: 2,
      problems: [],
    });
  });

  it('tells what failed by line and field, and does the rest', async () => {
    const broken = `code,parentCode,kind,nameEn,position
tab.one,tab,AREA,One,1
tab.two,nowhere,AREA,Two,x
"tab.three",nowhere,AREA,"Thr
ee",3
tab.four,tab,AREA,Four,4
`;
    expect(await bring({ text: broken, source: 'other' })).toMatchObject({
      created: 2,
      problems: [
        { code: 'INVALID', path: ['lines', '3', 'position'] },
        { code: 'NOT_FOUND', path: ['lines', '4', 'parentCode'] },
      ],
    });
    expect((await bring({ text: 'code,colour\n' }))['problems']).toMatchObject([
      { path: ['lines', '1'] },
    ]);
    const long = await bring({ text: 'x'.repeat(1_000_001) });
    expect(long['problems']).toMatchObject([{ rule: 'TEXT_LENGTH', path: ['text'] }]);
    const many = `code\n${'a\n'.repeat(501)}`;
    expect((await bring({ text: many }))['problems']).toMatchObject([
      { code: 'LIMIT_REACHED', path: ['text'] },
    ]);
  });

  it('comes in pages that put together are the whole', async () => {
    const nodes = Array.from({ length: 1_100 }, (_, index) => `big.a${index % 2}.n${index}`);
    const rows = [
      'big,,DOMAIN,Big',
      'big.a0,big,AREA,A0',
      'big.a1,big,AREA,A1',
      ...nodes.map((code, index) => `${code},big.a${index % 2},TECHNOLOGY,N${index}`),
    ];
    for (let start = 0; start < rows.length; start += 500) {
      const text = ['code,parentCode,kind,nameEn', ...rows.slice(start, start + 500)].join('\n');
      expect(await bring({ mapCode: 'big', text })).toMatchObject({ problems: [] });
    }
    await publish('big');
    const { text, pages } = await exported('technologyTable', 'mapCode: "big", format: CSV');
    expect(pages).toEqual([500, 500, 103]);
    const codes = text
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',')[0]);
    expect(codes).toEqual(['big', 'big.a0', 'big.a1', ...nodes].toSorted());
    const nothing =
      '{ technologyTable(mapCode: "none", format: JSONL) { text rows hasNextPage endCursor } }';
    expect(await world.ask(someone, nothing)).toEqual({
      text: '',
      rows: 0,
      hasNextPage: false,
      endCursor: null,
    });
  });
});

function lay(input: object): Promise<Payload> {
  const given = { source: 'sheet', format: 'CSV', ...input };
  return world.mutate(world.operator, 'importCapabilityTable', given, counts);
}

describe('a table of capabilities', () => {
  it.each(['CSV', 'JSONL'])('comes out in %s and goes in again as it was', async (format) => {
    const text = `companyId,technologyCode,level,capacity,since,evidence
hanbit,tab.store,7,2,2024-03-01,LINK | Docs | https://example.org/docs
saebyeok,tab.store,4,,,
`;
    await lay({ text });
    const out = await exported('capabilityTable', `format: ${format}`);
    expect(out.pages).toEqual([2]);
    expect(await lay({ text: out.text, format })).toMatchObject({
      created: 0,
      updated: 0,
      unchanged: 2,
      problems: [],
    });
  });

  it('tells what failed by line and field', async () => {
    const text = `companyId,technologyCode,level,since
nobody,tab.store,7,
hanbit,tab.store,17,
saebyeok,tab.store,5,tomorrow
`;
    const { problems, ...done } = await lay({ text });
    expect(done).toEqual({ created: 0, updated: 0, unchanged: 0 });
    expect(problems.map(({ path }: Payload) => path.join('.'))).toEqual([
      'lines.2.companyId',
      'lines.3.level',
      'lines.4.since',
    ]);
  });

  it('is for the secretariat and operators, and read by an index', async () => {
    const query = '{ capabilityTable(format: CSV) { rows } }';
    expect(await world.codes(someone, query)).toEqual(['UNAUTHENTICATED']);
    expect(await world.codes(world.editor('hanbit'), query)).toEqual(['FORBIDDEN']);
    const plans = await world.plans(() => world.ask(world.secretariat, query));
    expect(plans.map(({ index }) => index)).not.toContain(null);
  });

  it('has templates', async () => {
    for (const kind of ['TECHNOLOGIES', 'CAPABILITIES'])
      for (const format of ['CSV', 'JSONL'])
        expect(
          await world.ask(someone, `{ tableTemplate(kind: ${kind}, format: ${format}) }`),
        ).toMatch(/object-storage/);
  });
});
