/** A landscape of ours comes back as it went out: into the platform that wrote it, and into an empty one. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';

import type { Platform } from '../platform.ts';
import { startTestPlatform } from '../../test/platform.ts';
import { sourceOf } from '../import/fixture.ts';
import { formats } from '../import/format.ts';
import { ask } from '../import/graph.ts';
import { importFile } from '../import/import-file.ts';
import type { LoadReport } from '../import/load.ts';
import { readSource } from '../import/source.ts';
import { exportFile } from './export-file.ts';
import { mutationText } from '../../test/mutation.ts';

const cncf = formats.find(({ name }) => name === 'cncf');
const command = { format: 'landscape', map: 'own', table: 'CSV', prefix: null, uri: null } as const;

let folder: string;
let platform: Platform;
let other: Platform;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oca-trip-'));
  [platform, other] = [await startTestPlatform(), await startTestPlatform()];
  await bring('createTechMap', { code: 'own', name: { en: 'Own', ko: '우리' } });
  const area = { parentCode: 'own.data', kind: 'AREA' };
  const leaf = { parentCode: 'own.data.store', kind: 'TECHNOLOGY' };
  await bring('importTechnologies', {
    mapCode: 'own',
    source: 'test',
    rows: [
      { code: 'own.data', kind: 'DOMAIN', name: { ko: '데이터', en: 'Data: all' }, position: 1 },
      { ...area, code: 'own.data.store', name: { ko: '저장소' }, aliases: ['Depot'], core: true },
      { ...leaf, code: 'own.data.store.s3', name: { en: 'Object' }, position: 1 },
      { ...leaf, code: 'own.data.store.nfs', name: { en: 'File' }, position: 0 },
      { ...area, code: 'own.data.idle', name: { en: 'Idle' }, position: 1 },
      { code: 'own.bare', kind: 'DOMAIN', name: { en: 'Bare' } },
    ],
  });
  const { techMap } = await ask<{ techMap: { id: string; draft: { revision: number } } }>(
    platform,
    '{ techMap(code: "own") { id draft { revision } } }',
  );
  await bring('publishTechMapVersion', { mapId: techMap.id, revision: techMap.draft.revision });
  const firm = { kinds: ['SAAS'], size: 'SME' };
  const rows = [
    { externalId: 'a', name: { en: 'Same', ko: '하나' }, businessNumber: '1028142945' },
    { externalId: 'b', name: { en: 'Same', ko: '둘' }, website: 'https://b.example.org/' },
    {
      externalId: 'c',
      name: { ko: '셋' },
      description: { ko: '무엇' },
      region: 'KR-11',
      capacity: 7,
    },
  ];
  await bring('importCompanies', {
    source: 'test',
    rows: rows.map((row) => ({ ...firm, ...row })),
  });
  const link = 'https://www.crunchbase.com/organization/kettle';
  await bring('importCompanies', {
    source: 'cncf-landscape',
    rows: [{ ...firm, externalId: link, name: { en: 'Kettle' } }],
  });
  await platform.caughtUp();
  const ids = await idsByName(platform);
  const evidence = [{ kind: 'LINK', title: 'Shown', url: 'https://git.example.org/shown' }];
  await bring('importCapabilities', {
    source: 'test',
    rows: [
      { companyId: ids['하나'], technologyCode: 'own.data.store', level: 3, capacity: 2 },
      { companyId: ids['하나'], technologyCode: 'own.data.store.s3', level: 8, evidence },
      { companyId: ids['둘'], technologyCode: 'own.data.idle', level: 5, since: '2024-01-01' },
      { companyId: ids['둘'], technologyCode: 'own.data.store.nfs', level: 1 },
      { companyId: ids['셋'], technologyCode: 'own.data.store', level: 9 },
      { companyId: ids['Kettle'], technologyCode: 'own.data.idle', level: 5 },
    ],
  });
  await platform.caughtUp();
}, 180_000);
afterAll(async () => {
  await platform.stop();
  await other.stop();
  await rm(folder, { recursive: true, force: true });
});

async function bring(mutation: string, input: object): Promise<void> {
  const data = await ask<Record<string, { problems: object[] }>>(
    platform,
    mutationText(mutation, 'problems { message path }'),
    { input },
  );
  if (data[mutation]?.problems.length !== 0) throw new Error(JSON.stringify(data));
}

interface Held {
  companies: { edges: { node: { id: string; name: { ko: string | null; en: string | null } } }[] };
}

async function idsByName(from: Platform): Promise<Record<string, string>> {
  const { companies } = await ask<Held>(from, '{ companies(first: 50) { edges { node { id name { ko en } } } } }'); // prettier-ignore
  return Object.fromEntries(
    companies.edges.map(({ node: { id, name } }) => [name.ko ?? name.en ?? '', id]),
  );
}

/** All that a landscape tells, without ids. */
function held(from: Platform): Promise<object> {
  return ask<object>(
    from,
    `{
      techMap(code: "own") { name { ko en } published { size } roots { ...node children { ...node children { ...node } } } }
      companies(first: 50) { totalCount edges { node {
        name { ko en } businessNumber kinds sectors { code } region size website description { ko en } capacity
        capabilities { edges { node { level capacity since evidence { kind title url } technology { code } } } }
      } } }
    }
    fragment node on Technology { code kind name { ko en } aliases core }`,
  );
}

async function written(
  from: Platform,
  name: string,
  language: 'ko' | 'en' = 'en',
): Promise<string> {
  const path = join(folder, name);
  await exportFile(from, { ...command, path, language }, 'https://oca.example.org');
  return path;
}

async function read(into: Platform, path: string, dryRun = false): Promise<LoadReport> {
  if (!cncf) throw new RangeError('There is no format cncf.');
  const options = { zone: null, region: null, now: 0, source: 'cncf-landscape', dryRun };
  return importFile(into, cncf, await readSource(path), options);
}

/** Created, updated, unchanged, failed, by kind of row. */
function counts({ tallies }: LoadReport) {
  return Object.fromEntries(
    [...tallies].map(([to, { created, updated, unchanged, failed }]) => [
      to,
      [created, updated, unchanged, failed],
    ]),
  );
}

const allThere = {
  technologies: [0, 0, 6, 0],
  companies: [0, 0, 4, 0],
  capabilities: [0, 0, 6, 0],
};

it('into the platform that wrote it nothing comes, and nothing changes', async () => {
  const before = await held(platform);
  const report = await read(platform, await written(platform, 'own.yml'));
  expect(report.remarks).toEqual([]);
  expect(counts(report)).toEqual(allThere);
  expect(report.map).toBe('UNCHANGED');
  expect(await held(platform)).toEqual(before);
});

it('into an empty one come the same map, firms and capabilities, once', async () => {
  const path = await written(platform, 'own.yml', 'ko');
  const dry = await read(other, path, true);
  expect(counts(dry)).toEqual({
    technologies: [6, 0, 0, 0],
    companies: [4, 0, 0, 0],
    capabilities: [6, 0, 0, 0],
  });
  const report = await read(other, path);
  expect(report.remarks.filter(({ grade }) => grade === 'FAILED')).toEqual([]);
  expect(counts(report)).toEqual(counts(dry));
  await other.caughtUp();
  expect(await held(other)).toEqual(await held(platform));
  expect(counts(await read(other, path))).toEqual(allThere);
});

it('comes back from there to where it began, and finds every firm', async () => {
  await read(other, await written(platform, 'there.yml'));
  await other.caughtUp();
  const report = await read(platform, await written(other, 'back.yml'));
  expect(counts(report)).toEqual(allThere);
});

it('leaves what was changed since as it is', async () => {
  const path = await written(platform, 'before.yml');
  const companyId = (await idsByName(platform))['셋'];
  await bring('importCapabilities', {
    source: 'test',
    rows: [{ companyId, technologyCode: 'own.data.store', level: 2 }],
  });
  await platform.caughtUp();
  const before = await held(platform);
  expect(counts(await read(platform, path))).toEqual(allThere);
  expect(await held(platform)).toEqual(before);
});

it('is what others read as a landscape: items have addresses, and names of their own', async () => {
  const text = await readFile(await written(platform, 'valid.yml'), 'utf8');
  const { landscape } = parse(text) as {
    landscape: {
      subcategories: {
        items: { name: string; homepage_url: string; logo: string; extra: object }[];
      }[];
    }[];
  };
  const lists = landscape.flatMap(({ subcategories }) => subcategories.map(({ items }) => items));
  for (const items of lists) expect(new Set(items.map(({ name }) => name)).size).toBe(items.length);
  const items = lists.flat();
  expect(items.map(({ name }) => name)).toContain('Same (2)');
  for (const { homepage_url: url, logo, extra } of items) {
    expect(url).toMatch(/^https:\/\/(b\.example\.org\/|oca\.example\.org\/#\/companies\/)/);
    expect(logo).toBe('firm.svg');
    expect(extra).toEqual({ annotations: { oca: expect.any(String) } });
  }
});

function quoted(value: object): string {
  return JSON.stringify(JSON.stringify(value));
}

function item(text: string): string {
  return `          - item:\n            name: F\n            homepage_url: https://f.example.org/\n            logo: f.svg\n            extra: { annotations: { oca: ${text} } }\n`;
}

it('tells by its line what somebody spoiled by hand, and takes the rest', () => {
  const own = { map: { code: 'm', name: { en: 'M' } }, technologies: [] };
  const good = { id: 'i', key: 'oca:i', capabilities: [] };
  const wrong = [
    '"{"',
    quoted({ ...good, id: 1 }),
    quoted({ ...good, capabilities: [{ technologyCode: 'm.t', level: 'high', evidence: [] }] }),
    quoted({ ...good, company: { name: { en: 'F' }, kinds: ['KING'], size: 'SME' } }),
    quoted({ ...good, roles: ['OPERATOR'] }),
  ];
  const text = `landscape:\n  - category:\n    name: C\n    annotations: { oca: ${quoted(own)} }\n    subcategories:\n      - subcategory:\n        name: S\n        annotations: { oca: "x" }\n        items:\n${[...wrong, quoted(good)].map(item).join('')}`;
  const found = [...(cncf?.find(sourceOf(text), { zone: null, region: null, now: 0 }) ?? [])];
  const lines = found.flatMap((each) => (each.kind === 'remark' ? [each.line] : []));
  expect(lines).toEqual([6, 10, 15, 20, 25, 30]);
  expect(found.filter(({ kind }) => kind === 'row')).toEqual([]);
});
