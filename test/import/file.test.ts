/** Files of others go into the platform: once, by line, without harm when repeated. */
import { join } from 'node:path';

import { fixture, foreignData, hasForeignData, sourceOf } from '../../infra/import/fixture.ts';
import { formats, type Format } from '../../infra/import/format.ts';
import { ask } from '../../infra/import/graph.ts';
import { checkFile, importFile } from '../../infra/import/import-file.ts';
import { exitCode, reportText } from '../../infra/import/import-report.ts';
import type { LoadReport } from '../../infra/import/load.ts';
import { readSource, type Source } from '../../infra/import/source.ts';
import type { Platform } from '../../infra/platform.ts';
import { startTestPlatform } from '../platform.ts';

const options = { zone: 'Asia/Seoul', region: 'KR-11', now: Date.parse('2026-06-01T00:00:00Z') };

let platform: Platform;

beforeAll(async () => {
  platform = await startTestPlatform();
});

afterAll(() => platform.stop());

function formatOf(name: string): Format {
  const format = formats.find((each) => each.name === name);
  if (!format) throw new RangeError(`There is no format ${name}.`);
  return format;
}

function bring(name: string, source: Source, dryRun = false): Promise<LoadReport> {
  return importFile(platform, formatOf(name), source, {
    ...options,
    source: `test-${name}`,
    dryRun,
  });
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

async function totals() {
  const found = await ask<
    Record<'companies' | 'events' | 'services' | 'techMaps', { totalCount: number }>
  >(
    platform,
    '{ companies { totalCount } events(filter: { includeCancelled: true }) { totalCount } services { totalCount } techMaps { totalCount } }',
  );
  return Object.fromEntries(
    Object.entries(found).map(([name, { totalCount }]) => [name, totalCount]),
  );
}

describe('importing a landscape', () => {
  it('tells in a dry run what would come in, and changes nothing', async () => {
    const before = await totals();
    const report = await bring('cncf', await fixture('landscape.yml'), true);
    expect(counts(report)).toEqual({
      technologies: [7, 0, 0, 0],
      companies: [5, 0, 0, 0],
      capabilities: [5, 0, 0, 0],
    });
    expect(await totals()).toEqual(before);
  });

  it('brings in technologies, companies and what they can do, and publishes the map', async () => {
    const report = await bring('cncf', await fixture('landscape.yml'));
    expect(report.remarks).toEqual([]);
    expect(report.map).toBe('PUBLISHED');
    const { companies } = await ask<{ companies: { edges: { node: object }[] } }>(
      platform,
      `{ companies(filter: { text: "bowl" }) { edges { node {
        name { en } origin { source externalId }
        capabilities { edges { node { level technology { code parent { code } } evidence { url } } } }
      } } } }`,
    );
    expect(companies.edges.map(({ node }) => node)).toEqual([
      {
        name: { en: 'Bowl Makers' },
        origin: {
          source: 'test-cncf',
          externalId: 'https://www.crunchbase.com/organization/bowl-makers',
        },
        capabilities: {
          edges: [
            {
              node: {
                level: 9,
                technology: {
                  code: 'cncf.platform.certified-kubernetes-hosted',
                  parent: { code: 'cncf.platform' },
                },
                evidence: [{ url: 'https://git.example.org/bowl' }],
              },
            },
            {
              node: {
                level: 9,
                technology: {
                  code: 'cncf.runtime-storage.container-runtime',
                  parent: { code: 'cncf.runtime-storage' },
                },
                evidence: [
                  { url: 'https://git.example.org/bowl' },
                  { url: 'https://git.example.org/cup' },
                ],
              },
            },
          ],
        },
      },
    ]);
  });

  it('finds everything unchanged the second time', async () => {
    const report = await bring('cncf', await fixture('landscape.yml'));
    expect(counts(report)).toEqual({
      technologies: [0, 0, 7, 0],
      companies: [0, 0, 5, 0],
      capabilities: [0, 0, 5, 0],
    });
    expect(report.map).toBe('UNCHANGED');
  });

  it('changes what a newer file says otherwise, and nothing else', async () => {
    const { bytes } = await fixture('landscape.yml');
    const newer = bytes.toString().replace('project: graduated', 'project: sandbox');
    expect(counts(await bring('cncf', sourceOf(newer)))).toEqual({
      technologies: [0, 0, 7, 0],
      companies: [0, 0, 5, 0],
      capabilities: [0, 2, 3, 0],
    });
  });

  it('tells in a dry run what a newer file would add to a map that is there', async () => {
    const { bytes } = await fixture('landscape.yml');
    const newer = bytes.toString().replace(
      'name: Empty\n        items:',
      `name: Empty
        items:
          - item:
            name: Ewer
            homepage_url: https://ewer.example.org
            logo: ewer.svg
            crunchbase: https://www.crunchbase.com/organization/ewer
      - subcategory:
        name: Glazing
        items:
          - item:
            name: Glaze
            homepage_url: https://glaze.example.org
            logo: glaze.svg
            crunchbase: https://www.crunchbase.com/organization/kettle`,
    );
    expect(counts(await bring('cncf', sourceOf(newer), true))).toMatchObject({
      technologies: [1, 0, 7, 0],
      companies: [1, 1, 4, 0],
      capabilities: [2, 2, 3, 0],
    });
  });
});

describe('importing a calendar', () => {
  it('brings in events and tells those that cannot be read by their lines', async () => {
    const source = await fixture('calendar.ics');
    const check = checkFile(formatOf('ics'), source, options);
    const report = await bring('ics', source);
    expect(counts(report)).toEqual({ events: [9, 0, 0, 0] });
    expect(exitCode(check, report)).toBe(1);
    const ending = {
      path: 'calendar.ics',
      source: 'test-ics',
      dryRun: false,
      verbose: false,
      seconds: 1,
    };
    expect(reportText(check, report, ending).split('\n')).toEqual(
      expect.arrayContaining([
        'calendar.ics:88: Nobody knows the time zone "Mars/Olympus".',
        '  Repaired: A byte order mark was removed. (line 1)',
        'Done: 9 created, 0 updated, 0 unchanged; 5 lines failed; 1.0 s.',
      ]),
    );
  });

  it('finds everything unchanged the second time', async () => {
    expect(counts(await bring('ics', await fixture('calendar.ics')))).toEqual({
      events: [0, 0, 9, 0],
    });
  });
});

describe('importing a marketplace', () => {
  it('joins services with the companies that provide them', async () => {
    const report = await bring('fedramp', await fixture('marketplace.json'));
    expect(counts(report)).toEqual({ companies: [1, 0, 0, 0], services: [2, 0, 0, 0] });
    const { services } = await ask<{ services: { edges: { node: object }[] } }>(
      platform,
      `{ services(filter: { certificate: { scheme: "FEDRAMP" } }) { edges { node {
        name { en } models provider { name { en } } certifications { grade }
      } } } }`,
    );
    expect(services.edges.map(({ node }) => node)).toEqual([
      {
        name: { en: 'Kettle for Government' },
        models: ['IAAS', 'PAAS'],
        provider: { name: { en: 'Kettle, Inc.' } },
        certifications: [{ grade: 'MODERATE' }],
      },
    ]);
  });

  it('finds everything unchanged the second time', async () => {
    const report = await bring('fedramp', await fixture('marketplace.json'));
    expect(counts(report)).toEqual({ companies: [0, 0, 1, 0], services: [0, 0, 2, 0] });
  });
});

describe('a row that the platform refuses', () => {
  it('is told by its line and field, and the rows beside it come in', async () => {
    const long = `${'x'.repeat(500)} Ltd`;
    const { bytes } = await fixture('marketplace.json');
    const odd = bytes.toString().replace('"P1"', '"P8"').replace('"Tea Time"', '" "').replace('"Kettle for Government"', `"${long}"`); // prettier-ignore
    const report = await bring('fedramp', sourceOf(odd.replaceAll('"Storage"', '"Storage", "S"')));
    expect(counts(report)['services']?.[0]).toBe(1);
  });
});

(hasForeignData ? describe : describe.skip)(
  'importing the landscape of 2026-08-07 (needs ../shared/data)',
  () => {
    it('brings in every technology, company and capability once', async () => {
      const source = await readSource(join(foreignData, 'cncf/landscape.yml'));
      const full = { ...options, source: 'cncf-landscape', dryRun: false };
      const first = await importFile(platform, formatOf('cncf'), source, full);
      // Some entries share a name or a host; nothing is left out for it.
      expect(first.remarks.filter(({ grade }) => grade !== 'ALIKE')).toEqual([]);
      expect(first.tallies.get('companies')).toMatchObject({ created: 1167, failed: 0 });
      expect(first.tallies.get('capabilities')).toMatchObject({ created: 1231, failed: 0 });
      const second = await importFile(platform, formatOf('cncf'), source, full);
      expect(counts(second)).toEqual({
        technologies: [0, 0, 88, 0],
        companies: [0, 0, 1167, 0],
        capabilities: [0, 0, 1231, 0],
      });
    }, 180_000);
  },
);
