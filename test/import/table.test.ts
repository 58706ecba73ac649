/** Tables from a file: streamed, checked to their end first, and told by the file's own lines. */
import { ask } from '../../infra/import/graph.ts';
import { runImport } from './run.ts';
import { startTables, type Tables } from './tables.ts';

let tables: Tables;

beforeAll(async () => {
  tables = await startTables();
  await ask(tables.platform, 'mutation ($input: CreateTechMapInput!) { createTechMap(input: $input) { problems { message } } }', { input: { code: 'sheet', name: { ko: '표' } } }); // prettier-ignore
}, 60_000);

afterAll(() => tables.stop());

const run = (...args: string[]) => runImport(tables.platform.folder, ...args);

function bring(path: string, ...options: string[]) {
  const kind = options.includes('--map') ? 'technologies' : 'capabilities';
  return tables.bring(kind, path, ...options, '--source', 'sheets');
}

async function draftSize(): Promise<number> {
  const { techMap } = await ask<{ techMap: { draft: { size: number } } }>(
    tables.platform,
    '{ techMap(code: "sheet") { draft { size } } }',
  );
  return techMap.draft.size;
}

function row(companyId: string | undefined, technologyCode: string, level: number): string {
  return JSON.stringify({ companyId, technologyCode, level });
}

/** A tree of 600 technologies: those at the end stand below those at the beginning. Names are decomposed Hangul. */
const name = '저장소'.normalize('NFD');
const rows = Array.from(
  { length: 600 },
  (_, index) => `t.a${index},t,TECHNOLOGY,"${name}\n${index}"`,
);
const technologies = `\uFEFFcode,parentCode,kind,nameKo\r\nt,,DOMAIN,기술\r\n${rows.join('\r\n')}\r\n`;

describe('npm run import -- technologies', () => {
  it.each([
    [['technologies', 'a.csv'], 'State with --map which map technologies go into.'],
    [['technologies', 'a.xlsx', '--map', 'sheet'], 'A table is a file that ends with .csv'],
    [['capabilities', 'aa.csv', '--map', 'sheet'], '--map is for technologies alone.'],
    [['capabilities', 'aa.csv', '--zone', 'Asia/Seoul'], '--zone is not for tables.'],
  ])('explains itself for %j', async (args, reason) => {
    const { code, error } = await run(...args, '--source', 'aa');
    expect([code, error.includes(reason)]).toEqual([2, true]);
  });

  it.each([
    ['cut.csv', 'code,kind\na,DOMAIN\nb,"DOM\nx', 3, 'IMPORT_TRUNCATED'],
    ['half.csv', 'code,kind,nameEn\na,DOMAIN,A\nb,DOM', 3, 'IMPORT_TRUNCATED'],
    ['half.jsonl', '{"code":"a"}\n{"code":', 2, 'IMPORT_TRUNCATED'],
    ['twice.csv', 'code,kind,code\na,DOMAIN,A\n', 1, 'IMPORT_FORMAT'],
    ['empty.csv', 'code,kind\n\n', null, 'IMPORT_FORMAT'],
  ])('refuses %s as a whole, by its line', async (file, text, line, fault) => {
    const path = await tables.fileOf(file, text);
    const { code, error } = await run('technologies', path, '--map', 'sheet');
    const place = line === null ? path : `${path}:${line}`;
    expect(code).toBe(2);
    expect(error).toContain(`${place}: ${fault}: `);
    expect(error).toContain('Nothing was imported.');
    expect(await draftSize()).toBe(0);
  });

  it('refuses a map that is not there, and columns that nobody knows', async () => {
    const path = await tables.fileOf('tree.csv', technologies);
    await expect(bring(path, '--map', 'none')).rejects.toMatchObject({ code: 'IMPORT_REFUSED' });
    const other = await tables.fileOf('other.csv', 'code,sort\na,DOMAIN\n');
    await expect(bring(other, '--map', 'sheet')).rejects.toMatchObject({
      code: 'IMPORT_FORMAT',
      message: 'There is no column sort.',
    });
  });

  it('tries, imports, tells lines that failed by their number in the file, and changes nothing again', async () => {
    const wrong = technologies.replace('t.a550,t,TECHNOLOGY', 't.a550,nowhere,GADGET');
    const path = await tables.fileOf('tree.csv', wrong);
    const tried = await bring(path, '--map', 'sheet', '--dry-run');
    expect(tried.counts).toEqual([600, 0, 0, 1]);
    expect(await draftSize()).toBe(0);
    const done = await bring(path, '--map', 'sheet');
    expect(done.counts).toEqual([600, 0, 0, 1]);
    // Two lines a row, behind the names and the domain.
    expect(done.told).toEqual([
      `${3 + 2 * 550}: kind: This is to be one of DOMAIN, AREA, TECHNOLOGY.`,
    ]);
    expect(await draftSize()).toBe(600);
    const mended = await tables.fileOf('tree.csv', technologies);
    expect((await bring(mended, '--map', 'sheet')).counts).toEqual([1, 0, 600, 0]);
    expect((await bring(mended, '--map', 'sheet')).counts).toEqual([0, 0, 601, 0]);
  });

  it('keeps names composed, however the file writes them', async () => {
    const { techMap } = await ask<{
      techMap: {
        draft: { placements: { edges: { node: { code: string; name: { ko: string } } }[] } };
      };
    }>(
      tables.platform,
      '{ techMap(code: "sheet") { draft { placements(first: 2) { edges { node { code name { ko } } } } } } }',
    );
    expect(techMap.draft.placements.edges[1]?.node.name.ko).toContain('저장소'.normalize('NFC'));
  });
});

describe('npm run import -- capabilities', () => {
  it('imports rows of companies, and tells those of nobody', async () => {
    const { techMap } = await ask<{ techMap: { id: string; draft: { revision: number } } }>(
      tables.platform,
      '{ techMap(code: "sheet") { id draft { revision } } }',
    );
    await ask(tables.platform, 'mutation ($input: PublishTechMapVersionInput!) { publishTechMapVersion(input: $input) { problems { message } } }', { input: { mapId: techMap.id, revision: techMap.draft.revision } }); // prettier-ignore
    await ask(tables.platform, 'mutation ($input: ImportCompaniesInput!) { importCompanies(input: $input) { created problems { message } } }', { input: { source: 'aa', rows: [{ externalId: 'one', name: { ko: '한빛' }, kinds: ['IAAS'], size: 'SME' }] } }); // prettier-ignore
    const { companies } = await ask<{ companies: { edges: { node: { id: string } }[] } }>(
      tables.platform,
      '{ companies(filter: { origin: { source: "aa", externalIds: ["one"] } }) { edges { node { id } } } }',
    );
    const id = companies.edges[0]?.node.id;
    await tables.platform.caughtUp();
    const path = await tables.fileOf(
      'can.jsonl',
      [row(id, 't.a1', 7), row('nobody', 't.a1', 7), '', row(id, 't.a2', 10)].join('\n'),
    );
    const done = await run('capabilities', path);
    expect(done.out).toContain(`${path}:2: companyId: No company that takes part now`);
    expect(done.out).toContain(`${path}:4: level: `);
    expect(done.out).toContain('Done: 1 created, 0 updated, 0 unchanged; 2 lines failed');
    expect(done.code).toBe(1);
    expect((await bring(path)).counts).toEqual([0, 0, 1, 2]);
  });

  it('tells a thousand lines one by one and counts the others', async () => {
    const lines = Array.from({ length: 1_203 }, (_, index) => `c${index},t.a1,3`);
    const path = await tables.fileOf(
      'many.csv',
      ['companyId,technologyCode,level', ...lines].join('\n'),
    );
    const { counts, told } = await bring(path);
    expect([counts, told.length]).toEqual([[0, 0, 0, 1_203], 1_000]);
  });
});
