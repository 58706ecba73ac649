import { join } from 'node:path';
import fc from 'fast-check';

import { ImportFault } from './fault.ts';
import { fixture, foreignData, hasForeignData, rowsTo, sort, sourceOf } from './fixture.ts';
import { findLandscape } from './landscape.ts';
import { readSource } from './source.ts';

const small = sort(findLandscape(await fixture('landscape.yml')));

function faultOf(text: string | Buffer): ImportFault | null {
  try {
    sort(findLandscape(sourceOf(text)));
    return null;
  } catch (error) {
    if (error instanceof ImportFault) return error;
    throw error;
  }
}

/** Each line is a list of nine of the line before: 9 to the power of 12 values if anybody unfolded them. */
const multiplied = Array.from({ length: 12 }, (_, index) => {
  const before = index === 0 ? 'x' : `*a${index - 1}`;
  return `x${index}: &a${index} [${Array.from({ length: 9 }, () => before).join(', ')}]\n`;
}).join('');

describe('findLandscape', () => {
  it('makes categories domains and subcategories technologies below them, members aside', () => {
    const technologies = rowsTo(small, 'technologies');
    expect(technologies.map(({ code, kind, parentCode }) => [code, kind, parentCode])).toEqual([
      ['cncf.runtime-storage', 'DOMAIN', undefined],
      ['cncf.runtime-storage.container-runtime', 'TECHNOLOGY', 'cncf.runtime-storage'],
      ['cncf.runtime-storage.empty', 'TECHNOLOGY', 'cncf.runtime-storage'],
      ['cncf.platform', 'DOMAIN', undefined],
      ['cncf.platform.certified-kubernetes-hosted', 'TECHNOLOGY', 'cncf.platform'],
      ['cncf.special', 'DOMAIN', undefined],
      ['cncf.special.kubernetes-certified-service-provider', 'TECHNOLOGY', 'cncf.special'],
    ]);
  });

  it('makes one company of all items that name the same organisation', () => {
    const companies = rowsTo(small, 'companies');
    expect(companies.map(({ name, kinds, size }) => [name.en, kinds, size])).toEqual([
      ['Bowl Makers', ['SAAS'], 'SME'],
      ['Kettle Company', ['IAAS'], 'LARGE'],
      ['Pot Society', ['IAAS'], 'SME'],
      ['Ladle', ['MSP', 'SI'], 'SME'],
      ['Spoon Institute', ['DEMAND'], 'NONPROFIT'],
    ]);
    expect(companies[1]?.description?.en).toBe('CNCF member (Platinum) since 2020-05-01.');
  });

  it('counts several items of a firm in one technology as one capability at the highest level', () => {
    const [runtime, hosted] = small.rows.filter(({ to }) => to === 'capabilities');
    expect(runtime).toMatchObject({
      line: 8,
      company: 'https://www.crunchbase.com/organization/bowl-makers',
      row: { technologyCode: 'cncf.runtime-storage.container-runtime', level: 9 },
    });
    expect(runtime?.row).toHaveProperty('evidence', [
      { kind: 'LINK', title: 'Bowl', url: 'https://git.example.org/bowl' },
      { kind: 'LINK', title: 'Cup', url: 'https://git.example.org/cup' },
    ]);
    expect(hosted?.row).toMatchObject({
      technologyCode: 'cncf.platform.certified-kubernetes-hosted',
    });
  });

  it('takes foundations for bodies that carry out nothing themselves', async () => {
    const { bytes } = await fixture('landscape.yml');
    const text = bytes.toString().replace('Pot Society', 'Pot Foundation');
    const rows = rowsTo(sort(findLandscape(sourceOf(text))), 'companies');
    expect(rows[2]).toMatchObject({
      name: { en: 'Pot Foundation' },
      size: 'NONPROFIT',
      capacity: 0,
    });
    expect(rows.filter(({ capacity }) => capacity === 0)).toHaveLength(1);
  });

  it('tells dangling paths, archived items and items of nobody by their lines', () => {
    expect(small.remarks.map(({ grade, line, about }) => [grade, line, about])).toEqual([
      ['FAILED', 17, 'Bowl'],
      ['SKIPPED', 25, 'Shard'],
      ['SKIPPED', 31, 'Stray'],
    ]);
  });

  it('refuses a file that is cut anywhere within a line', async () => {
    const { bytes } = await fixture('landscape.yml');
    const inLine = fc.nat(bytes.length - 2).filter((cut) => cut > 12 && bytes[cut - 1] !== 0x0a);
    const refused = fc.property(inLine, (cut) => {
      const fault = faultOf(bytes.subarray(0, cut));
      return fault?.code === 'IMPORT_TRUNCATED';
    });
    expect(fc.check(refused, { numRuns: 300 })).toMatchObject({ failed: false });
  });

  it('refuses a file that is cut between the lines that every item has', async () => {
    const { bytes } = await fixture('landscape.yml');
    const text = bytes.toString();
    for (const line of [
      '            name: Spoon',
      '            homepage_url: https://spoon',
      '            logo: spoon',
    ]) {
      const fault = faultOf(text.slice(0, text.indexOf(line)));
      expect([line, fault?.code]).toEqual([line, 'IMPORT_TRUNCATED']);
    }
  });

  it.each([
    ['nothing', ''],
    ['another YAML file', 'version: 3\nservices: []\n'],
    ['a list', '- 1\n- 2\n'],
    ['no categories', 'landscape: []\n'],
    ['broken YAML', 'landscape:\n  - category:\n   name: [\n  x: }\nmore: 1\nand: 2\n'],
    [
      'a category without a name',
      'landscape:\n  - subcategories: []\n  - name: A\n    subcategories: []\n',
    ],
    ['aliases', 'a: &a x\nlandscape:\n  - name: *a\n    subcategories: []\n'],
    ['a tree too deep', `landscape: ${'['.repeat(20_000)}${']'.repeat(20_000)}\nmore: 1\n`],
    [
      'a tree too deep up to its last line',
      `landscape: ${'['.repeat(20_000)}${']'.repeat(20_000)}\n`,
    ],
    ['maps too deep', `landscape: ${'{a: '.repeat(20_000)}1${'}'.repeat(20_000)}\n`],
    ['aliases that multiply', `${multiplied}landscape: *a11\n`],
    ['a list of itself', 'landscape: &l\n  - *l\n  - *l\n'],
    ['bytes that are no text', Buffer.from([0x6c, 0xff, 0xfe, 0x00, 0x0a])],
  ])('refuses %s as no landscape', (_, text) => {
    expect(faultOf(text)?.code).toBe('IMPORT_FORMAT');
  });

  it.each(['constructor', '__proto__', 'retired'])(
    'takes the maturity "%s" for none that it knows',
    async (maturity) => {
      const { bytes } = await fixture('landscape.yml');
      const { rows, remarks } = sort(
        findLandscape(sourceOf(bytes.toString().replace('graduated', maturity))),
      );
      expect(rows.find(({ to }) => to === 'capabilities')?.row).toMatchObject({ level: 7 });
      expect(remarks[1]?.reason).toBe(`"${maturity}" is no known maturity; counted as none.`);
    },
  );

  it('tells the line of broken YAML', () => {
    const fault = faultOf('landscape:\n  - name: A\n    subcategories:\n      - {a\nb: 1\nc: 2\n');
    expect(fault).toMatchObject({ code: 'IMPORT_FORMAT', line: 5 });
  });
});

const foreign = join(foreignData, 'cncf/landscape.yml');

(hasForeignData ? describe : describe.skip)(
  'findLandscape on the landscape of 2026-08-07 (needs ../shared/data)',
  () => {
    it('counts what its README counts', async () => {
      const { figures, rows, remarks } = sort(findLandscape(await readSource(foreign)));
      expect(figures).toMatchObject({
        categories: 15,
        subcategories: 80,
        'subcategories without items': 3,
        items: 2413,
        'distinct item names': 2407,
        'distinct organisations': 1145,
        'items without organisation link': 208,
        'graduated items': 38,
        'incubating items': 38,
        'sandbox items': 151,
        'archived items': 28,
        'items with a repository': 993,
        'second paths': 119,
        'second paths that dangle': 3,
        members: 722,
        'members: Platinum': 17,
        'members: Gold': 17,
        'members: Silver': 582,
        'members: Academic': 3,
        'members: Nonprofit': 22,
        'members: End User Supporter and Contributor': 81,
      });
      expect(remarks.filter(({ grade }) => grade === 'FAILED')).toHaveLength(3);
      expect(new Set(rows.map(({ to }) => to))).toEqual(
        new Set(['technologies', 'companies', 'capabilities']),
      );
    });
  },
);
