import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { connect } from '#kit/mongo.ts';
import type { Platform } from '../platform.ts';
import { startTestPlatform } from '../../test/platform.ts';
import { ask } from '../import/graph.ts';
import { readLandscape } from '../import/landscape-file.ts';
import { readSource } from '../import/source.ts';
import { ExportFault, readExport, type ExportCommand } from './command.ts';
import { exportFile } from './export-file.ts';
import type { Piece } from './table.ts';
import { writePieces } from './write.ts';
import { mutationText } from '../../test/mutation.ts';

let folder: string;
let platform: Platform;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oca-export-'));
  platform = await startTestPlatform();
  await bring('createTechMap', { code: 'own', name: { en: 'Own' } });
  await bring('importTechnologies', {
    mapCode: 'own',
    source: 'test',
    rows: [
      { code: 'own.data', kind: 'DOMAIN', name: { ko: '데이터', en: 'Data: all of it' } },
      {
        code: 'own.data.store',
        parentCode: 'own.data',
        kind: 'AREA',
        name: { ko: '저장소', en: 'Storage' },
      },
      {
        code: 'own.data.store.s3',
        parentCode: 'own.data.store',
        kind: 'TECHNOLOGY',
        name: { en: 'Object' },
      },
      { code: 'own.data.idle', parentCode: 'own.data', kind: 'AREA', name: { en: 'Idle' } },
      { code: 'own.bare', kind: 'DOMAIN', name: { en: 'Bare' } },
    ],
  });
  const { techMap } = await ask<{ techMap: { id: string; draft: { revision: number } } }>(
    platform,
    '{ techMap(code: "own") { id draft { revision } } }',
  );
  await bring('publishTechMapVersion', { mapId: techMap.id, revision: techMap.draft.revision });
  const firm = { kinds: ['SAAS'], size: 'SME', sectors: [] };
  await bring('importCompanies', {
    source: 'test',
    rows: [
      {
        ...firm,
        externalId: 'a',
        name: { en: 'Yes: "we" #1', ko: '하나' },
        website: 'https://a.example.org/',
      },
      { ...firm, externalId: 'b', name: { ko: '둘' }, website: 'https://b.example.org/' },
      { ...firm, externalId: 'c', name: { en: 'Hidden' } },
    ],
  });
  await platform.caughtUp();
  const { companies } = await ask<{
    companies: {
      edges: { node: { id: string; name: { ko: string | null; en: string | null } } }[];
    };
  }>(platform, '{ companies(first: 10) { edges { node { id name { ko en } } } } }');
  const idOf = (name: string) =>
    companies.edges.find(({ node }) => node.name.ko === name || node.name.en === name)?.node.id;
  await bring('importCapabilities', {
    source: 'test',
    rows: [
      { companyId: idOf('하나'), technologyCode: 'own.data.store', level: 3 },
      { companyId: idOf('하나'), technologyCode: 'own.data.store.s3', level: 8 },
      { companyId: idOf('둘'), technologyCode: 'own.data.store', level: 5 },
      { companyId: idOf('Hidden'), technologyCode: 'own.data.store', level: 9 },
    ],
  });
}, 120_000);
afterAll(async () => {
  await platform.stop();
  await rm(folder, { recursive: true, force: true });
});

async function bring(mutation: string, input: object): Promise<void> {
  const data = await ask<Record<string, { problems: object[] }>>(
    platform,
    mutationText(mutation, 'problems { message path }'),
    { input },
  );
  expect(data[mutation]?.problems).toEqual([]);
}

async function exported(command: Partial<ExportCommand> & { path: string }) {
  const whole = {
    format: 'landscape',
    map: 'own',
    language: 'en',
    table: 'CSV',
    prefix: null,
    uri: null,
    ...command,
  } as const;
  const path = join(folder, command.path);
  return { ...(await exportFile(platform, { ...whole, path })), path };
}

describe('a landscape', () => {
  it('holds the tree and the firms in it, and is read again as a landscape', async () => {
    const { path, ...report } = await exported({ path: 'own.yml' });
    expect(report).toEqual({ rows: 3, withoutWebsite: 1 });
    const categories = readLandscape(await readSource(path));
    expect(
      categories.map(({ name, subcategories }) => [
        name,
        subcategories.map((each) => [
          each.name,
          each.items.map((item) => [item.name, item.homepageUrl, item.organisation]),
        ]),
      ]),
    ).toEqual([
      ['Bare', []],
      [
        'Data: all of it',
        [
          ['Idle', []],
          [
            'Storage',
            [
              ['Hidden', expect.stringMatching(/^\/#\/companies\/[\w-]+$/), 'Hidden'],
              ['Yes: "we" #1', 'https://a.example.org/', 'Yes: "we" #1'],
              ['둘', 'https://b.example.org/', '둘'],
            ],
          ],
        ],
      ],
    ]);
    expect(await readFile(path, 'utf8')).toContain('Technology readiness level 8');
  });

  it('is written in Korean when asked', async () => {
    const { path } = await exported({ path: 'ko.yml', language: 'ko' });
    const names = readLandscape(await readSource(path)).map(({ name }) => name);
    expect(names).toEqual(['Bare', '데이터']);
  });

  it('is not written for a map that is not there, and leaves nothing behind', async () => {
    await expect(exported({ path: 'none.yml', map: 'none' })).rejects.toThrow(ExportFault);
    await expect(
      exported({ path: 'none.csv', map: 'none', format: 'technologies' }),
    ).rejects.toThrow(ExportFault);
    expect((await readdir(folder)).filter((name) => name.startsWith('none'))).toEqual([]);
  });
});

describe('tables', () => {
  it('hold technologies and capabilities', async () => {
    const technologies = await exported({ path: 'own.csv', format: 'technologies' });
    expect(technologies.rows).toBe(5);
    expect((await readFile(technologies.path, 'utf8')).split('\n')[0]).toMatch(
      /^code,parentCode,kind/,
    );
    const capabilities = await exported({
      path: 'firms.jsonl',
      format: 'capabilities',
      table: 'JSONL',
    });
    const lines = (await readFile(capabilities.path, 'utf8')).trimEnd().split('\n');
    const levels = lines.map((line) => (JSON.parse(line) as { level: number }).level);
    expect(levels.toSorted((a, b) => a - b)).toEqual([3, 5, 8, 9]);
  });
});

describe('a release package', () => {
  const publisher = {
    format: 'ocds',
    prefix: 'ocds-213czf',
    uri: 'https://data.example.org/calls.json',
  } as const;

  it('is whole while there is no call, and tells each call that has opened', async () => {
    const none = await exported({ path: 'none.json', ...publisher });
    expect(none.rows).toBe(0);
    expect(await packageIn(none.path)).toMatchObject({ version: '1.1', releases: [] });
    await openCalls();
    const { path, rows } = await exported({ path: 'calls.json', language: 'ko', ...publisher });
    expect(rows).toBe(2);
    const { uri, releases } = await packageIn(path);
    expect(uri).toBe(publisher.uri);
    expect(releases).toMatchObject([
      { tag: ['tender'], tender: { title: '공고', status: 'active', value: { currency: 'KRW' } } },
      { tag: ['tender'] },
    ]);
    expect(new Set(releases.map(({ ocid }) => ocid)).size).toBe(2);
  });

  it('tells the award of a call, its consortium, its contract and what was paid and delivered', async () => {
    await award();
    const { path, rows } = await exported({ path: 'awards.json', language: 'ko', ...publisher });
    expect(rows).toBe(5);
    const { releases } = await packageIn(path);
    expect(releases).toMatchObject([
      { tag: ['tender'], tender: { status: 'active' } },
      { tag: ['tender'], tender: { status: 'complete' } },
      { tag: ['award'], awards: [{ suppliers: [{ shareBasisPoints: 7_000 }, { name: '둘' }] }] },
      { tag: ['contract'], contracts: [{ status: 'active', value: { amount: 5_000_000_001 } }] },
      {
        tag: ['implementation'],
        contracts: [
          {
            implementation: {
              transactions: payments.map((amount) => ({ value: { amount } })),
              milestones: [{ title: '설계', status: 'met' }],
            },
          },
        ],
      },
    ]);
  });
});

/** Won that were paid, more often than one page holds. */
const payments = [4_000_000_000, ...Array.from({ length: 45 }, () => 1)];

/** Lets the call that closes first have awarded a project of two firms, which runs. */
async function award(): Promise<void> {
  const connection = await connect(platform.mongoUri, 'oca_consortia');
  const collection = (name: string) =>
    connection.collection<{ _id: string; [field: string]: unknown }>(name);
  const [at, yesterday] = [new Date(), new Date(Date.now() - 86_400_000)];
  const call = await collection('calls').findOne({}, { sort: { opensAt: -1, _id: -1 }, skip: 1 });
  const of = { callId: call?._id, projectId: 'p', consortiumId: 'c' };
  await collection('calls').updateOne(
    { _id: call?._id ?? '' },
    { $set: { closesAt: yesterday, decidedAt: yesterday } },
  );
  await collection('projects').insertOne({
    _id: 'p',
    ...of,
    programmeId: call?.['programmeId'],
    title: { ko: '과제' },
    summary: { ko: '요약' },
    sector: 'healthcare',
    status: 'RUNNING',
    requirements: [],
    budget: 5_000_000_001,
    audience: ['public'],
    startedAt: at,
    plan: [],
    entries: 1,
    draftedAt: at,
    revision: 1,
  });
  await collection('consortia').insertOne({ _id: 'c', ...of, status: 'SEALED', revision: 1 });
  const firms = await firmIds();
  await collection('memberships').insertMany(
    firms.map((companyId, index) => ({
      _id: `m${index}`,
      ...of,
      companyId,
      role: index === 0 ? 'LEAD' : 'PARTNER',
      share: index === 0 ? 7_000 : 3_000,
      status: 'ACCEPTED',
      standing: true,
      requirementIds: [],
      audience: ['public'],
      revision: 1,
    })),
  );
  await collection('ledger').insertMany(
    payments.map((amount, index) => ({
      _id: `l${index}`,
      ...of,
      number: index + 1,
      kind: 'PAY',
      companyId: firms[0],
      amount,
      reverses: null,
      recordedAt: at,
    })),
  );
  await collection('milestones').insertOne({
    _id: 's',
    ...of,
    name: { ko: '설계' },
    dueOn: '2026-01-01',
    deliverables: [],
    status: 'ACCEPTED',
    deliveredAt: yesterday,
    decidedAt: at,
    revision: 1,
  });
  await connection.close();
}

/** The two firms that have a website, the one with an English name first. */
async function firmIds(): Promise<string[]> {
  const { companies } = await ask<{
    companies: { edges: { node: { id: string; website: string | null } }[] };
  }>(platform, '{ companies(first: 10) { edges { node { id website } } } }');
  return companies.edges
    .map(({ node }) => node)
    .filter(({ website }) => website !== null)
    .toSorted((a, b) => ((a.website ?? '') < (b.website ?? '') ? -1 : 1))
    .map(({ id }) => id);
}

async function packageIn(path: string) {
  return JSON.parse(await readFile(path, 'utf8')) as { uri: string; releases: { ocid: string }[] };
}

/** Two calls that have opened, and one that opens tomorrow. */
async function openCalls(): Promise<void> {
  await bring('createProgramme', {
    kind: 'FLAGSHIP',
    name: { en: 'Flagship' },
    rules: [{ validFrom: '2020-01-01' }],
  });
  const { programmes } = await ask<{ programmes: { edges: { node: { id: string } }[] } }>(
    platform,
    '{ programmes { edges { node { id } } } }',
  );
  const day = 86_400_000;
  const at = (days: number) => new Date(Date.now() + days * day).toISOString();
  for (const opens of [-2, -1, 1])
    await bring('openCall', {
      programmeId: programmes.edges[0]?.node.id,
      title: { ko: '공고' },
      year: 2026,
      budget: 10_000_000_000,
      slots: 5,
      opensAt: at(opens),
      closesAt: at(9),
    });
}

describe('the command', () => {
  it('is read, and told what is wrong with it', () => {
    expect(readExport(['technologies', 'a.JSONL', '--map', 'own'])).toEqual({
      format: 'technologies',
      path: 'a.JSONL',
      map: 'own',
      language: 'en',
      prefix: null,
      uri: null,
      table: 'JSONL',
    });
    const uri = 'https://data.example.org/calls.json';
    expect(
      readExport(['ocds', 'calls.json', '--prefix', 'ocds-213czf', '--uri', uri]),
    ).toMatchObject({ map: null, prefix: 'ocds-213czf', uri });
    expect(readExport(['capabilities', 'a.csv'])).toMatchObject({ map: null, table: 'CSV' });
    for (const args of [
      [],
      ['pictures', 'a.csv'],
      ['landscape'],
      ['landscape', 'a.yml'],
      ['landscape', 'a.yml', '--map', 'own', '--language', 'fr'],
      ['technologies', 'a.txt', '--map', 'own'],
      ['technologies', 'a.csv', 'b.csv', '--map', 'own'],
      ['technologies', 'a.csv', '--mop', 'own'],
      ['ocds', 'a.json', '--prefix', 'ocds-213czf'],
      ['ocds', 'a.json', '--uri', uri],
      ['ocds', 'a.json', '--prefix', 'OCDS', '--uri', uri],
      ['ocds', 'a.json', '--prefix', 'ocds-213czf', '--uri', 'here'],
      ['ocds', 'a.csv', '--prefix', 'ocds-213czf', '--uri', uri],
    ])
      expect(() => readExport(args)).toThrow(ExportFault);
  });
});

async function* pieces(text: string, fault: Error | null): AsyncGenerator<Piece> {
  yield { text, rows: 1 };
  if (fault) throw fault;
}

it('leaves an older file as it was when writing breaks off', async () => {
  const path = join(folder, 'kept.txt');
  await writePieces(path, pieces('old', null));
  const gone = new Error('The platform is gone.');
  await expect(writePieces(path, pieces('new', gone))).rejects.toBe(gone);
  expect(await readFile(path, 'utf8')).toBe('old');
  expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
});
